// One partition that this broker leads: its log, who waits for its data, and the checks that come
// before the log (leader epoch).
//
// Threads: any. Callbacks as PartitionLog's. Lifetime: shared; after its topic is deleted every
// call answers UNKNOWN_TOPIC_OR_PARTITION and the waiters have been told.
#pragma once

#include <atomic>
#include <memory>
#include <span>
#include <vector>

#include "common/mutex.h"
#include "common/types.h"
#include "storage/partition_log.h"

namespace monkafka::cluster {

// Someone who waits for a partition to change: a long-polling fetch. Told once per registration,
// on the appending thread with no lock held; it must be quick (count, then post).
class PartitionWaiter {
 public:
  virtual ~PartitionWaiter() = default;
  virtual void OnPartitionChanged() = 0;
};

class Partition : public std::enable_shared_from_this<Partition> {
 public:
  Partition(TopicPartition topic_partition, Uuid topic_id, LeaderEpoch leader_epoch,
            std::shared_ptr<storage::PartitionLog> log);

  const TopicPartition& topic_partition() const { return topic_partition_; }
  const Uuid& topic_id() const { return topic_id_; }
  LeaderEpoch leader_epoch() const { return leader_epoch_.load(std::memory_order_acquire); }
  storage::PartitionLog& log() { return *log_; }

  // Whether this partition can be asked anything in the epoch that a client believes in: first
  // KAFKA_STORAGE_ERROR when its log is offline and UNKNOWN_TOPIC_OR_PARTITION when it is deleted
  // (offsets mean nothing then), else as KIP-320 has it FENCED_LEADER_EPOCH below our epoch,
  // UNKNOWN_LEADER_EPOCH above. -1: any epoch.
  ErrorCode CheckLeaderEpoch(LeaderEpoch current) const;

  // Fills the leader epoch, appends, and tells the waiters as soon as the records can be read
  // (which may be before they are durable, as in Kafka, where the high watermark rules).
  void Append(storage::AppendRequest request, Callback<storage::AppendOutcome> done);
  // Several, written together (PartitionLog::AppendAll), of which the waiters are told once.
  void AppendAll(std::span<storage::PendingAppend> appends);

  // Where an epoch's records end (KIP-101). This leader's own epoch ends at the log's end, also
  // before anything was written in it; the log alone does not know that epoch yet.
  storage::EpochEnd EndOfEpoch(LeaderEpoch epoch) const;

  Offset high_watermark() const { return log_->Offsets().log_end; }
  Offset last_stable_offset() const { return log_->Offsets().last_stable; }

  // The waiter is told at the next change; an entry whose waiter is gone costs nothing. Register
  // first, then look at the offsets: no change is missed.
  void AddWaiter(std::weak_ptr<PartitionWaiter> waiter) EXCLUDES(mutex_);
  void NotifyWaiters() EXCLUDES(mutex_);

  // The metadata says so; called by the cluster.
  void SetLeaderEpoch(LeaderEpoch epoch);
  // The topic was deleted.
  void MarkDeleted();
  bool deleted() const { return deleted_.load(std::memory_order_acquire); }

 private:
  static constexpr size_t kMinSweep = 16;

  void NotifyIfGrown();

  const TopicPartition topic_partition_;
  const Uuid topic_id_;
  std::atomic<LeaderEpoch> leader_epoch_;
  std::atomic<bool> deleted_{false};
  const std::shared_ptr<storage::PartitionLog> log_;

  // The log end of which waiters were last told: many appends, one notification.
  std::atomic<Offset> notified_end_;
  std::atomic<bool> has_waiters_{false};  // lets an append without waiters skip the mutex
  Mutex mutex_;
  std::vector<std::weak_ptr<PartitionWaiter>> waiters_ GUARDED_BY(mutex_);
  size_t sweep_at_ GUARDED_BY(mutex_) = kMinSweep;
};

}  // namespace monkafka::cluster
