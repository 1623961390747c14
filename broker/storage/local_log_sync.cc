// Group commit. One sync runs at a time; whoever arrives meanwhile waits for the next one, which
// then covers them all:
//
//     appends   a  b  c     d  e  f  g        h
//     syncs     [-- a --]  [-- b to e --]  [-- f to h --]
//
// When the next one begins is paced, so that it covers more (sync_pacing.h).
#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "common/log.h"
#include "common/stand_in.h"
#include "storage/local_log.h"
#include "storage/log_recovery.h"

namespace monkafka::storage {
namespace {

constexpr size_t kMostStoodInFor = 32;

}  // namespace

void LocalLog::Flush(Callback<Status> done) {
  Status status;
  Wakeups wakeups;
  {
    MutexLock lock(mutex_);
    status = CheckOpen();
    if (status && durable_end_ < log_end_) {
      AddWaiter({log_end_, std::exchange(done, nullptr)}, wakeups);
    }
  }
  Tell(wakeups);
  if (done) done(std::move(status));
}

void LocalLog::AddWaiter(SyncWaiter waiter, Wakeups& wakeups) {
  const auto place =
      std::upper_bound(sync_waiters_.begin(), sync_waiters_.end(), waiter.offset,
                       [](Offset offset, const SyncWaiter& each) { return offset < each.offset; });
  sync_waiters_.insert(place, std::move(waiter));
  if (!pace_) pace_ = std::make_unique<Pace>();
  if (sync_waiters_.size() == pace_->pacing.wanted()) wakeups.enough = &pace_->enough;
  RequestSync(wakeups);
}

void LocalLog::RequestSync(Wakeups& wakeups) {
  if (!std::exchange(sync_requested_, true) && !sync_running_) wakeups.sync = true;
}

void LocalLog::Tell(const Wakeups& wakeups) {
  if (wakeups.sync) environment_->workers.Post([self = shared_from_this()] { self->RunSync(); });
  if (wakeups.enough != nullptr) wakeups.enough->NotifyOne();
}

void LocalLog::RunSync() {
  std::optional<SyncPlan> plan;
  Status status;
  SyncPacing::Time began;
  {
    MutexLock lock(mutex_);
    AwaitEnough();
    if (state_ != State::kOpen) return;
    sync_requested_ = false;
    sync_running_ = true;
    began = environment_->clock.Now();
    Result<SyncPlan> planned = PlanSync();
    if (planned) {
      plan = *std::move(planned);
    } else {
      status = Forward(std::move(planned));
    }
  }
  if (plan) status = ExecuteSync(*plan);
  const SyncPacing::Time ended = environment_->clock.Now();
  if (plan && !status) MarkFailedSync(environment_->file_system, *directory_);
  bool derived_durable = true;
  if (status) {
    const Status derived = SyncDerived(*plan);
    derived_durable = derived.has_value();
    if (!derived) {
      LogWarning(
          "{}: an index or snapshot is not durable and will be rebuilt after an unclean stop: {}",
          tp_.ToString(), derived.error().message);
    }
  }
  std::vector<SyncWaiter> waiters;
  Wakeups wakeups;
  {
    MutexLock lock(mutex_);
    sync_running_ = false;
    if (closing_ != nullptr) {
      if (status) FinishSync(*plan, derived_durable);
      std::exchange(closing_, nullptr)->set_value(status);
    } else if (state_ == State::kOpen && status) {
      FinishSync(*plan, derived_durable);
      waiters = TakeWaiters(durable_end_);
      if (pace_) pace_->pacing.Synced(began, ended, waiters.size(), sync_waiters_.size());
      if (std::exchange(sync_requested_, false)) RequestSync(wakeups);
    } else if (state_ == State::kOpen) {
      waiters = TakeOffline(status.error());
    }
  }
  Tell(wakeups);
  // What is left to do here are the answers, which a network thread that slept meanwhile would have
  // to be woken for. Many are given out on their own threads, from the first one on.
  std::optional<StandIn> stand_in;
  if (waiters.size() <= kMostStoodInFor) stand_in.emplace();
  for (SyncWaiter& waiter : waiters) waiter.done(status);
}

void LocalLog::AwaitEnough() {
  if (sync_waiters_.empty()) return;  // it is for the records' sake that nobody waits for
  SyncPacing& pacing = pace_->pacing;
  while (state_ == State::kOpen && sync_waiters_.size() < pacing.wanted()) {
    const auto left = pacing.deadline() - environment_->clock.Now();
    if (left.count() <= 0) break;
    // The log's clock may be a simulation's, which stands still meanwhile.
    if (!pace_->enough.WaitUntil(mutex_, std::chrono::steady_clock::now() + left)) break;
  }
  pacing.Begins(sync_waiters_.size());
}

Result<LocalLog::SyncPlan> LocalLog::PlanSync() {
  SyncPlan plan;
  plan.end = log_end_;
  for (const SegmentPtr& segment : unsynced_sealed_) {
    // Retries what could not be written when the segment was sealed.
    if (Status status = segment->Seal(); !status) plan.indexes_written = false;
    Result<std::shared_ptr<File>> file = segment->log_file().Get();
    if (!file) return Forward(std::move(file));
    plan.files.push_back(*std::move(file));
  }
  if (active().log_file().dirty()) {
    Result<std::shared_ptr<File>> file = active().log_file().Get();
    if (!file) return Forward(std::move(file));
    plan.files.push_back(*std::move(file));
  }
  plan.sealed = std::exchange(unsynced_sealed_, {});
  plan.snapshots = std::exchange(unsynced_snapshots_, {});
  plan.directory = std::exchange(directory_dirty_, false);
  return plan;
}

// The oldest segment first, so that what a power cut leaves has no hole.
Status LocalLog::ExecuteSync(const SyncPlan& plan) {
  for (const std::shared_ptr<File>& file : plan.files) {
    if (Status status = file->Sync(); !status) return status;
  }
  if (plan.directory) return environment_->file_system.SyncDirectory(*directory_);
  return {};
}

Status LocalLog::SyncDerived(const SyncPlan& plan) {
  for (const SegmentPtr& segment : plan.sealed) {
    if (Status status = segment->SyncIndexes(); !status) return status;
  }
  for (const std::shared_ptr<File>& snapshot : plan.snapshots) {
    if (Status status = snapshot->Sync(); !status) return status;
  }
  return {};
}

void LocalLog::FinishSync(const SyncPlan& plan, bool derived_durable) {
  durable_end_ = std::max(durable_end_, plan.end);
  for (const SegmentPtr& segment : plan.sealed) segment->log_file().MarkSynced();
  if (log_end_ == plan.end) active().log_file().MarkSynced();
  recovery_point_stuck_ |= !derived_durable || !plan.indexes_written;
  if (!recovery_point_stuck_) recovery_point_ = durable_end_;
}

std::vector<LocalLog::SyncWaiter> LocalLog::TakeWaiters(Offset below_or_at) {
  const auto end =
      std::partition_point(sync_waiters_.begin(), sync_waiters_.end(),
                           [&](const SyncWaiter& waiter) { return waiter.offset <= below_or_at; });
  std::vector<SyncWaiter> taken(std::make_move_iterator(sync_waiters_.begin()),
                                std::make_move_iterator(end));
  sync_waiters_.erase(sync_waiters_.begin(), end);
  return taken;
}

void LocalLog::StartFlushTimer() {
  if (config_->flush_ms == LogConfig::kInfinite || flush_timer_running_) return;
  flush_timer_running_ = true;
  environment_->timers.Schedule(
      std::chrono::milliseconds(config_->flush_ms), [weak = weak_from_this()] {
        const std::shared_ptr<LocalLog> self = weak.lock();
        if (!self) return;
        Wakeups wakeups;
        {
          MutexLock lock(self->mutex_);
          self->flush_timer_running_ = false;
          if (self->state_ == State::kOpen && self->durable_end_ < self->log_end_) {
            self->RequestSync(wakeups);
          }
        }
        self->Tell(wakeups);
      });
}

std::vector<LocalLog::SyncWaiter> LocalLog::TakeOffline(Error error) {
  if (state_ != State::kOpen) return {};
  LogError(
      "{} is offline: {}. Its directory is {}; what was not durable may be lost. The log is "
      "recovered at the next start, once the disk is well.",
      tp_.ToString(), error.message, *directory_);
  state_ = State::kOffline;
  state_error_ = {ErrorCode::kKafkaStorageError, std::move(error.message)};
  return std::exchange(sync_waiters_, {});
}

void LocalLog::FailAll(std::vector<SyncWaiter> waiters, const Error& error) {
  for (SyncWaiter& waiter : waiters) waiter.done(std::unexpected(error));
}

}  // namespace monkafka::storage
