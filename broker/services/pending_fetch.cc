#include "services/pending_fetch.h"

#include <algorithm>
#include <utility>

namespace monkafka::services {
namespace {

using protocol::FetchResponse;

// The first version whose clients can read zstd (KIP-110).
constexpr int16_t kFirstVersionWithZstd = 10;
// The first version whose clients know KAFKA_STORAGE_ERROR; others are told to look for a leader.
constexpr int16_t kFirstVersionWithStorageError = 6;

}  // namespace

PendingFetch::PendingFetch(FetchPlan plan, FetchLimits limits, Surroundings surroundings,
                           Callback<FetchResponse> done)
    : plan_(std::move(plan)),
      limits_(limits),
      surroundings_(surroundings),
      done_(std::move(done)) {}

PendingFetch::~PendingFetch() {
  if (is_waiting_) surroundings_.waiting.fetch_sub(1, std::memory_order_relaxed);
}

void PendingFetch::Wake() {
  if (wakeups_.fetch_add(1, std::memory_order_acq_rel) != 0) return;
  surroundings_.executor.Post([self = shared_from_this()] { self->TakeTurn(); });
}

void PendingFetch::TakeTurn() {
  seen_wakeups_ = wakeups_.load(std::memory_order_acquire);
  ReadFrom(0);
}

// Reads what wants to be read from this item on, then ends the turn. A read may complete inline or
// later on another thread, which then goes on here; a chain of inline completions is this loop, not
// a recursion.
void PendingFetch::ReadFrom(size_t index) {
  std::vector<FetchItem>& items = plan_.items();
  for (; index < items.size(); ++index) {
    FetchItem& item = items[index];
    if (!WantsRead(index)) continue;
    storage::ReadRequest read;
    bytes_ -= item.bytes();
    if (!StartRead(item, read)) continue;
    read_state_.store(ReadState::kStarted, std::memory_order_relaxed);
    item.led->log().Read(read,
                         [self = shared_from_this(), index](Result<storage::ReadOutcome> outcome) {
                           self->OnRead(index, std::move(outcome));
                         });
    if (read_state_.exchange(ReadState::kAwaited, std::memory_order_acq_rel) !=
        ReadState::kCompleted) {
      return;  // OnRead goes on
    }
  }
  EndTurn();
}

void PendingFetch::OnRead(size_t index, Result<storage::ReadOutcome> outcome) {
  FinishRead(plan_.items()[index], std::move(outcome));
  if (read_state_.exchange(ReadState::kCompleted, std::memory_order_acq_rel) ==
      ReadState::kAwaited) {
    ReadFrom(index + 1);
  }
}

// The first time everything is read, later what changed. Registers again before it looks.
bool PendingFetch::WantsRead(size_t index) {
  if (!plan_.items()[index].led) return false;
  if (watches_.empty()) return true;
  if (!watches_[index].changed.exchange(false, std::memory_order_acquire)) return false;
  Register(index);
  return true;
}

Offset PendingFetch::ReadableEnd(const storage::LogOffsets& offsets) const {
  return limits_.read_committed ? offsets.last_stable : offsets.log_end;
}

// Fills what is known without reading. False: nothing is to be read.
bool PendingFetch::StartRead(FetchItem& item, storage::ReadRequest& read) {
  if (const ErrorCode error = CheckFetchable(item); error != ErrorCode::kNone) {
    Fail(item, error);
    return false;
  }
  const storage::LogOffsets offsets = item.led->log().Offsets();
  item.seen_end = ReadableEnd(offsets);
  item.result = {};
  item.result.partition_index = item.asked.partition;
  item.result.high_watermark = offsets.log_end;
  item.result.last_stable_offset = offsets.last_stable;
  item.result.log_start_offset = offsets.log_start;
  item.result.records.emplace();
  read.offset = item.asked.fetch_offset;
  read.max_bytes = std::clamp<int64_t>(item.asked.partition_max_bytes, 0,
                                       std::max<int64_t>(limits_.max_bytes - bytes_, 0));
  read.at_least_one_batch = bytes_ == 0;
  read.upper_bound = item.seen_end;
  return true;
}

ErrorCode PendingFetch::CheckFetchable(FetchItem& item) const {
  // No partition has a replica elsewhere.
  if (!limits_.from_consumer) return ErrorCode::kNotLeaderOrFollower;
  const ErrorCode error = item.led->CheckLeaderEpoch(item.asked.current_leader_epoch);
  if (error != ErrorCode::kNone || limits_.version >= kFirstVersionWithZstd) return error;
  return item.led->log().Config().compression == records::Codec::kZstd
             ? ErrorCode::kUnsupportedCompressionType
             : ErrorCode::kNone;
}

void PendingFetch::Fail(FetchItem& item, ErrorCode error) {
  if (error == ErrorCode::kKafkaStorageError && limits_.version < kFirstVersionWithStorageError) {
    error = ErrorCode::kNotLeaderOrFollower;
  }
  item.Fail(error);
  urgent_ = true;
}

// KIP-320, KIP-595: a consumer whose last records are of a branch that was cut off learns where it
// left ours.
ErrorCode PendingFetch::CheckLastFetchedEpoch(FetchItem& item, ErrorCode read_error) const {
  const LeaderEpoch last_fetched = item.asked.last_fetched_epoch;
  if (last_fetched == kNoEpoch) return read_error;
  const storage::EpochEnd end = item.led->EndOfEpoch(last_fetched);
  if (end.leader_epoch == kNoEpoch || end.end_offset == kNoOffset ||
      item.asked.fetch_offset < item.result.log_start_offset) {
    return ErrorCode::kOffsetOutOfRange;
  }
  if (end.leader_epoch >= last_fetched && end.end_offset >= item.asked.fetch_offset) {
    return read_error;
  }
  item.result.diverging_epoch = {end.leader_epoch, end.end_offset};
  return ErrorCode::kNone;
}

ErrorCode PendingFetch::TakeRecords(FetchItem& item, storage::ReadOutcome outcome) const {
  if (limits_.read_committed && !outcome.records.empty()) {
    auto overlapping = item.led->log().AbortedTxns(item.asked.fetch_offset, outcome.next_offset);
    if (!overlapping) return overlapping.error().code;
    item.result.aborted_transactions->reserve(overlapping->size());
    for (const storage::AbortedTxn& txn : *overlapping) {
      item.result.aborted_transactions->push_back({txn.producer_id, txn.first_offset});
    }
  }
  *item.result.records = std::move(outcome.records);
  return ErrorCode::kNone;
}

void PendingFetch::FinishRead(FetchItem& item, Result<storage::ReadOutcome> outcome) {
  if (limits_.read_committed) item.result.aborted_transactions.emplace();
  ErrorCode error = CodeOf(outcome);
  // Asked after the read, whose other errors (an offline log) say that the epochs mean nothing.
  if (error == ErrorCode::kNone || error == ErrorCode::kOffsetOutOfRange) {
    error = CheckLastFetchedEpoch(item, error);
  }
  if (error == ErrorCode::kNone && outcome && !item.diverged()) {
    error = TakeRecords(item, *std::move(outcome));
  }
  if (error != ErrorCode::kNone) Fail(item, error);
  urgent_ = urgent_ || item.diverged();
  bytes_ += item.bytes();
}

bool PendingFetch::IsEnough() const {
  return urgent_ || bytes_ >= limits_.min_bytes || expired_.load(std::memory_order_acquire) ||
         surroundings_.stopping.load(std::memory_order_acquire) ||
         limits_.max_wait <= std::chrono::milliseconds(0);
}

void PendingFetch::EndTurn() {
  if (IsEnough()) return Answer();
  if (watches_.empty()) {
    if (!StartWaiting()) return Answer();
    RegisterAll();
  }
  const int64_t seen = seen_wakeups_;
  // From here on another thread may have the turn, and even have ended it for good.
  std::shared_ptr<PendingFetch> self = shared_from_this();
  if (wakeups_.fetch_sub(seen, std::memory_order_acq_rel) == seen) return;
  surroundings_.executor.Post([self = std::move(self)] { self->TakeTurn(); });
}

// False: there is nothing to wait for, or too many wait already.
bool PendingFetch::StartWaiting() {
  const auto& items = plan_.items();
  if (std::ranges::none_of(items, [](const FetchItem& item) { return item.led != nullptr; })) {
    return false;
  }
  is_waiting_ = true;
  return surroundings_.waiting.fetch_add(1, std::memory_order_relaxed) < surroundings_.max_waiting;
}

// A partition may have changed since it was read, before it knew of us: then we wake ourselves.
void PendingFetch::RegisterAll() {
  const std::vector<FetchItem>& items = plan_.items();
  watches_ = std::vector<Watch>(items.size());
  for (Watch& watch : watches_) watch.fetch = this;
  timer_ = surroundings_.timers.Schedule(limits_.max_wait, [self = shared_from_this()] {
    self->expired_.store(true, std::memory_order_release);
    self->Wake();
  });
  for (size_t i = 0; i < items.size(); ++i) {
    if (!items[i].led) continue;
    Register(i);
    if (items[i].led->deleted() || surroundings_.stopping.load(std::memory_order_acquire) ||
        ReadableEnd(items[i].led->log().Offsets()) != items[i].seen_end) {
      watches_[i].OnPartitionChanged();
    }
  }
}

void PendingFetch::Register(size_t index) {
  plan_.items()[index].led->AddWaiter(
      std::shared_ptr<cluster::PartitionWaiter>(shared_from_this(), &watches_[index]));
}

// Keeps the turn for good: no wake-up starts another.
void PendingFetch::Answer() {
  if (timer_ != 0) surroundings_.timers.Cancel(timer_);
  Callback<FetchResponse> done = std::move(done_);
  done(plan_.MakeResponse());
}

}  // namespace monkafka::services
