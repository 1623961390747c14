#include "groups/shard.h"

#include <algorithm>
#include <utility>

#include "common/check.h"
#include "common/log.h"

namespace monkafka::groups {
namespace {

constexpr std::chrono::milliseconds kLongestReloadDelay{60'000};
constexpr size_t kMaxWaitingForLoad = 1000;
constexpr size_t kSpareBuffers = 2;  // one in use, one for a step that follows from it

}  // namespace

Shard::Shard(int32_t partition, const ShardEnvironment& environment)
    : partition_(partition),
      environment_(environment),
      strand_(environment.executor),
      reload_delay_(environment.options.reload_delay),
      membership_(environment_.options, groups_, deadlines_),
      offsets_(environment_.options, groups_, membership_),
      appends_(environment.options.offsets_topic_codec,
               [this](int64_t number, std::vector<uint8_t> batch) {
                 Append(number, std::move(batch));
               }) {}

void Shard::Post(Operation operation) {
  strand_.Post([self = shared_from_this(), operation = std::move(operation)]() mutable {
    self->Run(std::move(operation));
  });
}

void Shard::PostWhenLoaded(Operation operation) {
  Post([operation = std::move(operation)](Shard& shard) mutable {
    if (shard.state_ == State::kLoading && shard.when_loaded_.size() < kMaxWaitingForLoad) {
      shard.when_loaded_.push_back(std::move(operation));
    } else {
      operation(shard);
    }
  });
}

void Shard::Run(Operation operation) {
  operation(*this);
  if (state_ != State::kLoading) {
    for (Operation& waiting : std::exchange(when_loaded_, {})) waiting(*this);
  }
  if (state_ == State::kActive) ArmTimer();
}

ErrorCode Shard::availability() const {
  switch (state_) {
    case State::kActive:
      return ErrorCode::kNone;
    case State::kLoading:
      return ErrorCode::kCoordinatorLoadInProgress;
    case State::kFailed:
      return ErrorCode::kNotCoordinator;
    case State::kStopped:
      break;
  }
  return ErrorCode::kCoordinatorNotAvailable;
}

Now Shard::now() const { return {environment_.clock.Now(), environment_.clock.WallMs()}; }

Step Shard::NewStep() {
  if (spare_buffers_.empty()) return Step(now());
  RecordBuffer buffer = std::move(spare_buffers_.back());
  spare_buffers_.pop_back();
  return Step(now(), std::move(buffer));
}

// --- loading ---

void Shard::Load() {
  Post([](Shard& shard) { shard.StartLoading(); });
}

void Shard::StartLoading() {
  if (state_ == State::kStopped) return;
  GiveUpState(ErrorCode::kNotCoordinator, State::kLoading);
  ++load_number_;
  load_began_ = environment_.clock.Now();
  replay_.emplace(partition_, groups_, environment_.clock.WallMs());
  ReadNext();
}

void Shard::ReadNext() {
  environment_.topic.Read(partition_, replay_->next_offset(), environment_.options.load_chunk_bytes,
                          [self = shared_from_this(), load = load_number_](Result<LogChunk> chunk) {
                            self->Post([load, chunk = std::move(chunk)](Shard& shard) mutable {
                              if (shard.state_ != State::kLoading || shard.load_number_ != load)
                                return;
                              shard.OnRead(std::move(chunk));
                            });
                          });
}

void Shard::OnRead(Result<LogChunk> chunk) {
  if (!chunk) return OnLoadFailed(chunk.error());
  if (Status status = replay_->Replay(*chunk); !status) return OnLoadFailed(status.error());
  if (chunk->at_end) {
    Activate();
  } else {
    ReadNext();
  }
}

void Shard::OnLoadFailed(const Error& error) {
  LogError(
      "__consumer_offsets-{}: groups and offsets cannot be read ({}: {}); trying again in {} s",
      partition_, ErrorName(error.code), error.message, reload_delay_.count() / 1000);
  GiveUpState(ErrorCode::kNotCoordinator, State::kFailed);
  ScheduleReload();
  reload_delay_ = std::min(reload_delay_ * 2, kLongestReloadDelay);
}

void Shard::Activate() {
  next_order_ = std::max<int64_t>(replay_->next_offset(), 0);
  reload_delay_ = environment_.options.reload_delay;
  appends_.SetMaxBatchBytes(environment_.topic.MaxBatchBytes(partition_));
  state_ = State::kActive;
  const Now at = now();
  if (replay_->record_count() > 0) {
    const auto took =
        std::chrono::duration_cast<std::chrono::milliseconds>(at.steady - load_began_);
    LogInfo("__consumer_offsets-{}: {} groups loaded from {} records in {} ms", partition_,
            groups_.groups().size(), replay_->record_count(), took.count());
  }
  replay_.reset();
  deadlines_.Set(expire_offsets_,
                 at.steady + environment_.options.offsets_retention_check_interval);
  Step step = NewStep();
  membership_.OnLoaded(step);
  Commit(step);
}

// --- committing ---

void Shard::Commit(Step& step) {
  std::vector<Step::Done> dones = step.TakeDone();
  if (state_ != State::kActive) return RunDones(std::move(dones), availability());
  const RecordBuffer& records = step.records;
  if (step.atomic && !records.empty() && !appends_.Fits(records)) {
    return RunDones(std::move(dones), ErrorCode::kMessageTooLarge);
  }
  if (step.atomic && !records.empty()) appends_.AddAtomic(records, step.now.wall);
  for (size_t i = 0; i < records.count(); ++i) {
    if (!step.atomic) {
      if (!appends_.Fits(records, i)) continue;  // a key as large as a batch was never written
      appends_.AddOne(records, i, step.now.wall);
    }
    if (step.replay) Apply(step, i);
    ++next_order_;
  }
  if (!records.empty() && !appends_.in_flight()) PostFlush();
  if (!dones.empty() && !appends_.AddDone(dones)) RunDones(std::move(dones), ErrorCode::kNone);
  if (spare_buffers_.size() < kSpareBuffers) {
    step.records.Clear();
    spare_buffers_.push_back(std::move(step.records));
  }
}

void Shard::Apply(const Step& step, size_t index) {
  const Result<CoordinatorRecord> record =
      ParseCoordinatorRecord(step.records.key(index), step.records.value(index));
  CHECK(record.has_value());
  groups_.Replay(*record, kNoProducerId, next_order_, step.now.wall);
}

// At the end of what the strand has to do now, so that it all goes into one batch.
void Shard::PostFlush() {
  if (std::exchange(flush_posted_, true)) return;
  Post([](Shard& shard) {
    shard.flush_posted_ = false;
    if (shard.state_ == State::kActive) shard.appends_.Flush();
  });
}

void Shard::Append(int64_t number, std::vector<uint8_t> batch) {
  environment_.topic.Append(
      partition_, std::move(batch),
      [self = shared_from_this(), load = load_number_, number](Status status) {
        self->Post([load, number, status = std::move(status)](Shard& shard) {
          if (shard.state_ == State::kActive && shard.load_number_ == load) {
            shard.OnAppended(number, status);
          }
        });
      });
}

void Shard::OnAppended(int64_t number, const Status& status) {
  if (!status) {
    LogError("__consumer_offsets-{}: an append failed ({}: {}); reading groups and offsets again",
             partition_, ErrorName(status.error().code), status.error().message);
    last_failure_ = status.error().message;
    GiveUpState(status.error().code, State::kFailed);
    return ScheduleReload();
  }
  std::vector<Step::Done> dones = appends_.OnAppended(number);
  appends_.SetMaxBatchBytes(environment_.topic.MaxBatchBytes(partition_));
  appends_.Flush();
  RunDones(std::move(dones), ErrorCode::kNone);
}

void Shard::RunDones(std::vector<Step::Done> dones, ErrorCode error) {
  for (Step::Done& done : dones) {
    Step next = NewStep();
    done(error, next);
    Commit(next);
  }
}

void Shard::GiveUpState(ErrorCode error, State next) {
  state_ = next;
  RunDones(appends_.Abandon(), error);
  membership_.OnUnload();
  deadlines_.Cancel(expire_offsets_);
  groups_.Clear();
  replay_.reset();
  DisarmTimer();
}

void Shard::ScheduleReload() {
  timer_ = environment_.timers.Schedule(reload_delay_, [weak = weak_from_this()] {
    if (const std::shared_ptr<Shard> shard = weak.lock()) shard->Load();
  });
}

void Shard::Stop(Task stopped) {
  Post([stopped = std::move(stopped)](Shard& shard) mutable {
    shard.GiveUpState(ErrorCode::kNotCoordinator, State::kStopped);
    stopped();
  });
}

// --- deadlines ---

void Shard::OnDeadlines() {
  while (state_ == State::kActive) {
    const Deadline* due = deadlines_.PopDue(environment_.clock.Now());
    if (due == nullptr) return;
    Step step = NewStep();
    if (due == &expire_offsets_) {
      offsets_.Expire(step);
      deadlines_.Set(expire_offsets_,
                     step.now.steady + environment_.options.offsets_retention_check_interval);
    } else {
      membership_.OnDeadline(*due, step);
    }
    Commit(step);
  }
}

void Shard::ArmTimer() {
  const std::optional<TimePoint> wake = deadlines_.NextWake();
  if (!wake || (timer_ != 0 && timer_at_ <= *wake)) return;
  DisarmTimer();
  timer_at_ = *wake;
  const TimePoint at = environment_.clock.Now();
  // Rounded up: a timer that fires a moment early would find nothing due.
  const auto delay = std::chrono::ceil<std::chrono::milliseconds>(std::max(*wake, at) - at);
  const int64_t number = ++timer_number_;
  timer_ = environment_.timers.Schedule(delay, [weak = weak_from_this(), number] {
    const std::shared_ptr<Shard> shard = weak.lock();
    if (shard == nullptr) return;
    shard->Post([number](Shard& self) {
      if (self.timer_number_ != number) return;
      self.timer_ = 0;
      self.OnDeadlines();
    });
  });
}

void Shard::DisarmTimer() {
  ++timer_number_;
  if (timer_ != 0) environment_.timers.Cancel(timer_);
  timer_ = 0;
}

}  // namespace monkafka::groups
