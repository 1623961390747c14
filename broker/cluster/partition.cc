#include "cluster/partition.h"

#include <algorithm>
#include <utility>

namespace monkafka::cluster {

Partition::Partition(TopicPartition topic_partition, Uuid topic_id, LeaderEpoch leader_epoch,
                     std::shared_ptr<storage::PartitionLog> log)
    : topic_partition_(std::move(topic_partition)),
      topic_id_(topic_id),
      leader_epoch_(leader_epoch),
      log_(std::move(log)),
      notified_end_(log_->Offsets().log_end) {}

ErrorCode Partition::CheckLeaderEpoch(LeaderEpoch current) const {
  if (deleted()) return ErrorCode::kUnknownTopicOrPartition;
  if (const Status status = log_->Availability(); !status) return status.error().code;
  const LeaderEpoch ours = leader_epoch();
  if (current == kNoEpoch || current == ours) return ErrorCode::kNone;
  return current < ours ? ErrorCode::kFencedLeaderEpoch : ErrorCode::kUnknownLeaderEpoch;
}

storage::EpochEnd Partition::EndOfEpoch(LeaderEpoch epoch) const {
  if (epoch == leader_epoch()) return {epoch, log_->Offsets().log_end};
  return log_->EndOfEpoch(epoch);
}

void Partition::Append(storage::AppendRequest request, Callback<storage::AppendOutcome> done) {
  storage::PendingAppend only{std::move(request), std::move(done)};
  AppendAll({&only, 1});
}

void Partition::AppendAll(std::span<storage::PendingAppend> appends) {
  if (deleted()) {
    for (storage::PendingAppend& each : appends) {
      storage::AppendOutcome outcome;
      outcome.error = ErrorCode::kUnknownTopicOrPartition;
      each.done(std::move(outcome));
    }
    return;
  }
  for (storage::PendingAppend& each : appends) {
    each.request.leader_epoch = leader_epoch();
    each.done = [self = shared_from_this(),
                 done = std::move(each.done)](storage::AppendOutcome outcome) mutable {
      self->NotifyIfGrown();
      done(std::move(outcome));
    };
  }
  log_->AppendAll(appends);
  NotifyIfGrown();
}

void Partition::NotifyIfGrown() {
  if (!has_waiters_.load(std::memory_order_acquire)) return;
  const Offset end = log_->Offsets().log_end;
  Offset told = notified_end_.load(std::memory_order_relaxed);
  do {
    if (told >= end) return;
  } while (!notified_end_.compare_exchange_weak(told, end, std::memory_order_relaxed));
  NotifyWaiters();
}

void Partition::AddWaiter(std::weak_ptr<PartitionWaiter> waiter) {
  MutexLock lock(mutex_);
  // Waiters that left by themselves are swept when the list has doubled: amortised, no timer.
  if (waiters_.size() >= sweep_at_) {
    std::erase_if(waiters_, [](const auto& entry) { return entry.expired(); });
    sweep_at_ = std::max(kMinSweep, waiters_.size() * 2);
  }
  waiters_.push_back(std::move(waiter));
  has_waiters_.store(true, std::memory_order_release);
}

void Partition::NotifyWaiters() {
  if (!has_waiters_.load(std::memory_order_acquire)) return;
  std::vector<std::weak_ptr<PartitionWaiter>> told;
  {
    MutexLock lock(mutex_);
    told.swap(waiters_);
    has_waiters_.store(false, std::memory_order_release);
  }
  for (const std::weak_ptr<PartitionWaiter>& entry : told) {
    if (const std::shared_ptr<PartitionWaiter> waiter = entry.lock()) {
      waiter->OnPartitionChanged();
    }
  }
}

void Partition::SetLeaderEpoch(LeaderEpoch epoch) {
  leader_epoch_.store(epoch, std::memory_order_release);
}

void Partition::MarkDeleted() {
  deleted_.store(true, std::memory_order_release);
  NotifyWaiters();
}

}  // namespace monkafka::cluster
