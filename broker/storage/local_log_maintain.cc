// What happens to a log by itself or by an operator: retention, a later log start, expiry,
// checkpoints, closing, deletion.
#include <fmt/core.h>

#include <algorithm>

#include "common/log.h"
#include "storage/checkpoint_files.h"
#include "storage/local_log.h"
#include "storage/log_recovery.h"
#include "storage/names.h"

namespace monkafka::storage {

bool LocalLog::PlanRetention(TimestampMs now) {
  Wakeups wakeups;
  bool wanted = false;
  {
    MutexLock lock(mutex_);
    if (state_ != State::kOpen) return false;
    if (config_->cleanup_delete) WantLaterStart(now, wakeups);
    wanted = wanted_log_start_ > log_start_ ||
             (segments_.size() > 1 && segments_[1]->base_offset() <= log_start_);
  }
  Tell(wakeups);
  return wanted;
}

void LocalLog::WantLaterStart(TimestampMs now, Wakeups& wakeups) {
  size_t count = std::max(CountOversize(), CountExpired(now));
  if (count == segments_.size()) {
    // Everything goes: what is appended next needs a segment.
    if (Status status = Roll(wakeups); !status) {
      LogWarning("{}: cannot begin a new segment: {}", tp_.ToString(), status.error().message);
      --count;
    }
  }
  if (count > 0) wanted_log_start_ = std::max(wanted_log_start_, EndOffsetOf(count - 1));
}

// Segments from the oldest on without which the log would still have retention.bytes.
size_t LocalLog::CountOversize() const {
  if (config_->retention_bytes < 0) return 0;
  int64_t excess = sealed_bytes_ + segments_.back()->size() - config_->retention_bytes;
  size_t count = 0;
  for (const SegmentPtr& segment : segments_) {
    if (segment->size() == 0 || segment->size() > excess) break;
    excess -= segment->size();
    ++count;
  }
  return count;
}

// Segments from the oldest on whose newest record is older than retention.ms.
size_t LocalLog::CountExpired(TimestampMs now) {
  if (config_->retention_ms < 0) return 0;
  size_t count = 0;
  for (const SegmentPtr& segment : segments_) {
    if (segment->size() == 0 || !segment->indexes_usable()) break;
    const Result<TimestampMs> newest = segment->RetentionTimestamp();
    if (!newest) {
      LogWarning("{}: age of {} is unknown, it is kept: {}", tp_.ToString(),
                 segment->log_file().path(), newest.error().message);
      break;
    }
    if (now - *newest <= config_->retention_ms) break;
    ++count;
  }
  return count;
}

void LocalLog::DeleteRecordsBefore(Offset offset, Callback<Result<Offset>> done) {
  Result<Offset> log_start = kNoOffset;
  {
    MutexLock lock(mutex_);
    log_start = log_start_;
    if (Status status = CheckOpen(); !status) {
      log_start = std::unexpected(status.error());
    } else if (offset < 0 || offset > log_end_) {
      log_start = Fail(ErrorCode::kOffsetOutOfRange,
                       fmt::format("offset {} is not in [0, {}]", offset, log_end_));
    } else {
      wanted_log_start_ = std::max(wanted_log_start_, offset);
    }
  }
  if (!log_start || offset <= *log_start) return done(std::move(log_start));
  environment_->persist_log_starts(
      [self = shared_from_this(), offset, done = std::move(done)](Status status) mutable {
        if (!status) return done(std::unexpected(status.error()));
        self->ApplyLogStart(offset);
        if (Status open = self->Availability(); !open) return done(Forward(std::move(open)));
        done(self->Offsets().log_start);
      });
}

void LocalLog::ApplyLogStart(Offset durable_log_start) {
  MutexLock files_lock(files_mutex_);
  std::vector<SegmentPtr> removed;
  {
    MutexLock lock(mutex_);
    if (state_ != State::kOpen) return;
    if (durable_log_start > log_start_) {
      log_start_ = durable_log_start;
      epochs_dirty_ |= epochs_.TruncateFromStart(log_start_);
    }
    const auto end = segments_.begin() + static_cast<std::ptrdiff_t>(SegmentIndexOf(log_start_));
    removed.assign(segments_.begin(), end);
    segments_.erase(segments_.begin(), end);
    for (const SegmentPtr& segment : removed) {
      sealed_bytes_ -= segment->size();
      std::erase(unsynced_sealed_, segment);
    }
  }
  if (!removed.empty()) RemoveSegments(std::move(removed));
}

// Out of sight at once, off the disk later.
void LocalLog::RemoveSegments(std::vector<SegmentPtr> segments) {
  LogInfo("{}: removing {} segments, the log starts at {}", tp_.ToString(), segments.size(),
          Offsets().log_start);
  for (const SegmentPtr& segment : segments) {
    const std::string snapshot =
        *directory_ + "/" + SegmentFileName(segment->base_offset(), kSnapshotSuffix);
    Status status = segment->RenameToDeleted();
    if (status) status = environment_->file_system.Remove(snapshot);
    // What stays lies below the log start: the next start of the broker removes it.
    if (!status) LogWarning("{}: {}", tp_.ToString(), status.error().message);
  }
  const std::chrono::milliseconds delay = Config().file_delete_delay;
  environment_->timers.Schedule(
      delay, [environment = environment_, segments = std::move(segments)]() mutable {
        Executor& workers = environment->workers;
        workers.Post([environment = std::move(environment), segments = std::move(segments)] {
          for (const SegmentPtr& segment : segments) {
            if (const Status status = segment->RemoveDeleted(); !status) {
              LogWarning("{}", status.error().message);
            }
          }
        });
      });
}

void LocalLog::ExpireProducers(TimestampMs now, std::chrono::milliseconds expiration) {
  MutexLock lock(mutex_);
  producers_.RemoveExpired(now, expiration);
}

void LocalLog::FlushOld() {
  Wakeups wakeups;
  {
    MutexLock lock(mutex_);
    if (state_ == State::kOpen && durable_end_ < end_at_last_look_) RequestSync(wakeups);
    end_at_last_look_ = log_end_;
  }
  Tell(wakeups);
}

std::optional<LocalLog::Checkpoint> LocalLog::PrepareCheckpoint() {
  MutexLock files_lock(files_mutex_);
  Checkpoint checkpoint;
  bool write_epochs = false;
  {
    MutexLock lock(mutex_);
    if (state_ == State::kOffline || state_ == State::kDeleted) return std::nullopt;
    if (state_ == State::kClosed && recovery_point_ != log_end_) return std::nullopt;
    checkpoint = {recovery_point_, durable_end_};
    write_epochs = epochs_dirty_;
  }
  if (!write_epochs) return checkpoint;
  if (Status status = WriteEpochs(); !status) {
    LogWarning("{}: {}", tp_.ToString(), status.error().message);
    return std::nullopt;
  }
  return checkpoint;
}

Status LocalLog::WriteEpochs() {
  std::string content;
  {
    MutexLock lock(mutex_);
    content = FormatLeaderEpochs(epochs_.entries());
    epochs_dirty_ = false;
  }
  const std::string path = *directory_ + "/" + std::string(kLeaderEpochFile);
  Status status = WriteFileAtomically(environment_->file_system, path, AsBytes(content));
  if (!status) {
    MutexLock lock(mutex_);
    epochs_dirty_ = true;
  }
  return status;
}

std::optional<Offset> LocalLog::wanted_log_start() const {
  MutexLock lock(mutex_);
  if (segments_.empty()) return std::nullopt;
  return wanted_log_start_;
}

Status LocalLog::Close() {
  MutexLock files_lock(files_mutex_);
  std::promise<Status> synced;
  std::vector<SyncWaiter> waiters;
  bool sync_running = false;
  {
    MutexLock lock(mutex_);
    if (state_ == State::kClosed || state_ == State::kDeleted) return {};
    if (state_ == State::kOffline) return std::unexpected(state_error_);
    state_ = State::kClosed;
    state_error_ = {ErrorCode::kKafkaStorageError, tp_.ToString() + " is closed"};
    waiters = std::exchange(sync_waiters_, {});
    sync_running = sync_running_;
    if (sync_running) closing_ = &synced;
  }
  // If two asked for the same file's fate at once, only one would be told of a failure.
  Status status = sync_running ? synced.get_future().get() : Status();
  Result<SyncPlan> plan = Fail(ErrorCode::kKafkaStorageError);
  std::vector<SegmentPtr> segments;
  bool write_epochs = false;
  {
    MutexLock lock(mutex_);
    if (status) status = active().Seal();
    const bool forgetful = snapshot_offset_ == kNoOffset && producers_.empty();
    if (status && !forgetful) status = WriteSnapshot();
    plan = PlanSync();
    write_epochs = epochs_dirty_;
    segments = segments_;
  }
  if (status && !plan) status = std::unexpected(plan.error());
  if (status) {
    status = ExecuteSync(*plan);
    if (!status) MarkFailedSync(environment_->file_system, *directory_);
  }
  const Status durable = status;
  if (status) status = SyncDerived(*plan);
  for (const SegmentPtr& segment : segments) {
    if (status) status = segment->SyncIndexes();
  }
  if (status && write_epochs) status = WriteEpochs();
  {
    MutexLock lock(mutex_);
    if (status && recovery_point_stuck_) {
      status = Fail(ErrorCode::kKafkaStorageError, "an index or snapshot is not durable");
    }
    if (durable) durable_end_ = log_end_;
    if (status) recovery_point_ = log_end_;
  }
  for (const SegmentPtr& segment : segments) segment->Release();
  for (SyncWaiter& waiter : waiters) waiter.done(durable);
  return status;
}

Status LocalLog::RenameForDeletion(const std::string& new_directory) {
  MutexLock files_lock(files_mutex_);
  std::vector<SyncWaiter> waiters;
  Error error{ErrorCode::kUnknownTopicOrPartition, tp_.ToString() + " was deleted"};
  {
    MutexLock lock(mutex_);
    state_ = State::kDeleted;
    state_error_ = error;
    waiters = std::exchange(sync_waiters_, {});
    for (const SegmentPtr& segment : segments_) segment->Release();
  }
  Status status = environment_->file_system.Rename(*directory_, new_directory);
  FailAll(std::move(waiters), error);
  return status;
}

}  // namespace monkafka::storage
