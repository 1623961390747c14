#include <fmt/core.h>

#include <algorithm>
#include <boost/container/small_vector.hpp>

#include "common/log.h"
#include "records/batch.h"
#include "storage/local_log.h"
#include "storage/names.h"
#include "storage/new_segment.h"
#include "storage/producer_snapshot.h"

namespace monkafka::storage {
namespace {

AppendOutcome Refuse(const Error& error) {
  AppendOutcome outcome;
  outcome.error = error.code;
  outcome.message = error.message;
  return outcome;
}

}  // namespace

void LocalLog::Append(AppendRequest request, Callback<AppendOutcome> done) {
  PendingAppend only{std::move(request), std::move(done)};
  AppendAll({&only, 1});
}

void LocalLog::AppendAll(std::span<PendingAppend> appends) {
  std::shared_ptr<const LogConfig> config;
  {
    MutexLock lock(mutex_);
    config = config_;
  }
  boost::container::small_vector<GroupedAppend, 1> group;
  group.reserve(appends.size());
  for (PendingAppend& each : appends) {
    GroupedAppend& mine = group.emplace_back();
    std::optional<AppendOutcome> refusal =
        PrepareAppend(std::move(each.request), config, environment_->clock.WallMs(), mine.append);
    if (refusal) {
      group.pop_back();
      each.done(*std::move(refusal));
    } else {
      mine.done = std::move(each.done);
    }
  }
  for (std::span<GroupedAppend> rest(group.data(), group.size()); !rest.empty();) {
    std::vector<SyncWaiter> orphans;
    Wakeups wakeups;
    Error offline;
    size_t done = 0;
    {
      MutexLock lock(mutex_);
      done = AppendPart(rest, orphans, wakeups);
      offline = state_error_;
      for (GroupedAppend& each : rest.first(done)) AwaitDurable(each, wakeups);
    }
    Tell(wakeups);
    FailAll(std::move(orphans), offline);
    rest = rest.subspan(done);
  }
  for (GroupedAppend& each : group) {
    if (each.done) each.done(std::move(each.outcome));
  }
}

void LocalLog::AwaitDurable(GroupedAppend& grouped, Wakeups& wakeups) {
  const Offset wanted = grouped.outcome.last_offset + 1;
  if (grouped.outcome.error != ErrorCode::kNone || wanted <= durable_end_) return;
  if (!grouped.append.request.durable &&
      wanted - durable_end_ < grouped.append.config->flush_messages) {
    return StartFlushTimer();
  }
  if (state_ != State::kOpen) {  // since those that it was staged with could not be written
    grouped.outcome = Refuse(state_error_);
    return;
  }
  AddWaiter(
      {wanted,
       [outcome = std::move(grouped.outcome), done = std::exchange(grouped.done, nullptr)](
           Status status) mutable { done(status ? std::move(outcome) : Refuse(status.error())); }},
      wakeups);
}

size_t LocalLog::AppendPart(std::span<GroupedAppend> group, std::vector<SyncWaiter>& orphans,
                            Wakeups& wakeups) {
  StagedAppends staged(log_end_);
  size_t count = 0;
  do {
    group[count].outcome = Stage(group[count], staged, wakeups);
    ++count;
  } while (count < group.size() && GoesWith(staged, group[count].append));
  if (staged.empty()) return count;
  const Status written = WriteStaged(staged, orphans);
  if (written) return count;
  // Also of those that repeat one of them.
  for (GroupedAppend& each : group.first(count)) {
    if (each.outcome.last_offset >= log_end_) each.outcome = Refuse(written.error());
  }
  // What came behind them must not overtake them: their producer will send them again, and when it
  // was not known yet, nothing else would tell that something is missing before the next one.
  for (GroupedAppend& each : group.subspan(count)) each.outcome = Refuse(written.error());
  return group.size();
}

bool LocalLog::GoesWith(const StagedAppends& staged, const PreparedAppend& next) {
  if (staged.empty()) return true;
  if (next.request.origin != AppendOrigin::kClient ||
      staged.appends().front()->append.request.origin != AppendOrigin::kClient) {
    return false;  // a marker counts once it is written
  }
  if (staged.producers().count() >= StagedAppends::kMaxProducers) return false;
  const int64_t bytes = staged.bytes() + next.total_size;
  // What begins a segment says when it ends.
  if (bytes > StagedAppends::kMaxBytes || active().size() == 0) return false;
  const BatchInfo& batch = next.batches.front().info;
  const Result<bool> roll = active().ShouldRoll(
      {bytes, staged.end() + (batch.last_offset - batch.base_offset),
       std::max(staged.max_timestamp(), next.max_timestamp), staged.batches() + 1},
      *next.config, next.now);
  return roll && !*roll;
}

AppendOutcome LocalLog::Stage(GroupedAppend& grouped, StagedAppends& staged, Wakeups& wakeups) {
  PreparedAppend& append = grouped.append;
  if (Status status = CheckOpen(); !status) return Refuse(status.error());
  const BatchInfo& first = append.batches.front().info;
  if (append.request.origin == AppendOrigin::kClient && first.producer_id != kNoProducerId) {
    const ProducerEntry* const producer = staged.producers().Find(producers_, first.producer_id);
    const ProducerBatch* const earlier =
        producer == nullptr ? nullptr : producer->FindDuplicate(first);
    if (earlier != nullptr) {
      AppendOutcome outcome = Outcome(append, earlier->first_offset(), earlier->last_offset);
      if (outcome.log_append_time != kNoTimestamp) outcome.log_append_time = earlier->timestamp;
      outcome.duplicate = true;
      return outcome;
    }
  }
  if (append.total_size > append.config->segment_bytes) {
    return Refuse({ErrorCode::kRecordListTooLarge,
                   fmt::format("{} bytes, segment.bytes is {}", append.total_size,
                               append.config->segment_bytes)});
  }
  if (Status status = CheckProducers(append, staged.producers()); !status) {
    return Refuse(status.error());
  }
  AssignOffsets(append, staged.end());
  if (staged.empty()) {
    if (Status status = RollIfNeeded(append, wakeups); !status) {
      LogFailedAppend("cannot begin a new segment", status.error());
      return Refuse(status.error());
    }
  }
  staged.Add(grouped, producers_);
  return Outcome(append, append.batches.front().info.base_offset,
                 append.batches.back().info.last_offset);
}

void LocalLog::LogFailedAppend(std::string_view what, const Error& error) const {
  const auto left_out = environment_->failed_appends_log.Allow(environment_->clock.Now());
  if (!left_out) return;
  LogWarning("{}: {}: {}{}", tp_.ToString(), what, error.message,
             *left_out > 0 ? fmt::format(" ({} more like it not logged)", *left_out) : "");
}

AppendOutcome LocalLog::Outcome(const PreparedAppend& append, Offset base, Offset last) const {
  AppendOutcome outcome;
  outcome.base_offset = base;
  outcome.last_offset = last;
  outcome.log_start_offset = log_start_;
  if (append.config->timestamp_type == records::TimestampType::kLogAppendTime) {
    outcome.log_append_time = append.now;
  }
  return outcome;
}

Status LocalLog::CheckProducers(const PreparedAppend& append, const StagedProducers& staged) const {
  for (const PreparedBatch& batch : append.batches) {
    if (batch.info.producer_id == kNoProducerId) continue;
    if (batch.marker) {
      if (Status status = producers_.CheckMarker(batch.info, *batch.marker); !status) return status;
      continue;
    }
    const ProducerEntry* const producer = staged.Find(producers_, batch.info.producer_id);
    // One that was forgotten, or never seen, may begin with any sequence.
    if (producer == nullptr) continue;
    Status status = producer->CheckData(batch.info, append.request.origin);
    if (!status) return status;
  }
  return {};
}

// Base offset and leader epoch lie outside the checksum.
void LocalLog::AssignOffsets(PreparedAppend& append, Offset next) {
  for (PreparedBatch& batch : append.batches) {
    records::BatchEditor editor(batch.bytes);
    editor.SetBaseOffset(next);
    editor.SetPartitionLeaderEpoch(append.request.leader_epoch);
    batch.info.last_offset = next + (batch.info.last_offset - batch.info.base_offset);
    batch.info.base_offset = next;
    batch.info.leader_epoch = append.request.leader_epoch;
    next = batch.info.next_offset();
  }
}

Status LocalLog::RollIfNeeded(const PreparedAppend& append, Wakeups& wakeups) {
  const Segment::Next next{append.total_size, append.batches.back().info.last_offset,
                           append.max_timestamp, std::ssize(append.batches)};
  Result<bool> roll = active().ShouldRoll(next, *append.config, append.now);
  if (!roll) return Forward(std::move(roll));
  return *roll ? Roll(wakeups) : Status();
}

Status LocalLog::Roll(Wakeups& wakeups) {
  Result<SegmentPtr> created = BeginSegment(*environment_, directory_, log_end_, *config_);
  if (!created) return Forward(std::move(created));
  directory_dirty_ = true;
  if (Status status = active().Seal(); !status) {
    LogWarning("{}: a segment will be completed later: {}", tp_.ToString(), status.error().message);
  }
  if (Status status = WriteSnapshot(); !status) {
    LogWarning("{}: no producer snapshot: {}", tp_.ToString(), status.error().message);
    recovery_point_stuck_ = true;
  }
  sealed_bytes_ += active().size();
  unsynced_sealed_.push_back(segments_.back());
  segments_.push_back(*std::move(created));
  RequestSync(wakeups);
  return {};
}

// All with one call. Nothing has changed when it fails.
Status LocalLog::WriteStaged(const StagedAppends& staged, std::vector<SyncWaiter>& orphans) {
  boost::container::small_vector<Bytes, 8> pieces;
  int64_t position = active().size();
  for (GroupedAppend* const grouped : staged.appends()) {
    for (PreparedBatch& batch : grouped->append.batches) {
      batch.info.position = position;
      position += batch.info.size_in_bytes;
      const Bytes bytes(batch.bytes);
      if (!pieces.empty() && pieces.back().data() + pieces.back().size() == bytes.data()) {
        pieces.back() = Bytes(pieces.back().data(), pieces.back().size() + bytes.size());
      } else {
        pieces.push_back(bytes);
      }
    }
  }
  auto written = active().Append({pieces.data(), pieces.size()}, staged.bytes());
  if (!written) {
    Segment::WriteFailure& failure = written.error();
    LogFailedAppend("append failed", failure.error);
    if (!failure.undone) orphans = TakeOffline(failure.error);
    return std::unexpected(std::move(failure.error));
  }
  Commit(staged);
  return {};
}

void LocalLog::Commit(const StagedAppends& staged) {
  for (const GroupedAppend* const grouped : staged.appends()) {
    for (const PreparedBatch& batch : grouped->append.batches) {
      CommitBatch(batch, grouped->append.config->index_interval_bytes);
    }
  }
  if (!appended_) appended_ = std::make_unique<RateMeter>();
  appended_->Add(environment_->clock.Now(), staged.end() - log_end_, staged.bytes());
  log_end_ = staged.end();
}

void LocalLog::CommitBatch(const PreparedBatch& batch, int32_t index_interval_bytes) {
  const BatchInfo& info = batch.info;
  if (active().indexes_usable()) active().Index(info, index_interval_bytes);
  positions_.NoteAppended(info.base_offset, active().base_offset(), info.position);
  epochs_dirty_ |= epochs_.Assign(info.leader_epoch, info.base_offset);
  if (info.producer_id != kNoProducerId) ApplyToProducers(batch);
}

void LocalLog::ApplyToProducers(const PreparedBatch& batch) {
  if (!batch.marker) {
    if (!batch.info.control) producers_.ApplyData(batch.info);
    return;
  }
  const std::optional<CompletedTxn> txn = producers_.ApplyMarker(batch.info, *batch.marker);
  if (!txn || !txn->aborted) return;
  directory_dirty_ |= !active().txn_index().exists();
  if (Status status = active().txn_index().Append(*txn); !status) {
    LogWarning("{}: the transaction index will be completed later: {}", tp_.ToString(),
               status.error().message);
  }
}

// Kafka's name for it: the snapshot holds everything below its offset. The next sync makes it
// durable.
Status LocalLog::WriteSnapshot() {
  if (snapshot_offset_ == log_end_) return {};
  const std::vector<uint8_t> content = EncodeProducerSnapshot(producers_.Entries());
  const std::string path = *directory_ + "/" + SegmentFileName(log_end_, kSnapshotSuffix);
  Result<std::shared_ptr<File>> file =
      environment_->file_system.Open(path, OpenMode::kCreateTruncate);
  if (!file) return Forward(std::move(file));
  const Bytes piece(content);
  if (Status status = (*file)->WriteAt(0, std::span(&piece, 1)); !status) return status;
  unsynced_snapshots_.push_back(*std::move(file));
  directory_dirty_ = true;
  snapshot_offset_ = log_end_;
  return {};
}

}  // namespace monkafka::storage
