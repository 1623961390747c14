// Tells once when there is something to read in one of several partitions: how a tail waits without
// a thread.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "cluster/partition.h"
#include "common/mutex.h"

namespace monkafka::services {

class ReadableSubscription {
 public:
  struct Position {
    std::shared_ptr<cluster::Partition> partition;
    Offset offset = 0;
  };

  // `wake` runs at most once: at once when a record at or above a position can be read, else on the
  // thread of the next append, or when a partition is deleted. It is quick and does not destroy the
  // subscription.
  ReadableSubscription(const std::vector<Position>& positions, std::function<void()> wake)
      : waiter_(std::make_shared<Waiter>(std::move(wake))) {
    // Register first, then look: nothing is missed.
    for (const Position& position : positions) position.partition->AddWaiter(waiter_);
    for (const auto& [partition, offset] : positions) {
      if (partition->deleted() || partition->last_stable_offset() > offset) {
        waiter_->OnPartitionChanged();
        return;
      }
    }
  }
  // When it returns `wake` is not running and never will.
  ~ReadableSubscription() { waiter_->Close(); }
  ReadableSubscription(const ReadableSubscription&) = delete;
  ReadableSubscription& operator=(const ReadableSubscription&) = delete;

 private:
  class Waiter final : public cluster::PartitionWaiter {
   public:
    explicit Waiter(std::function<void()> wake) : wake_(std::move(wake)) {}
    void OnPartitionChanged() override {
      MutexLock lock(mutex_);
      if (wake_) std::exchange(wake_, nullptr)();
    }
    void Close() {
      MutexLock lock(mutex_);
      wake_ = nullptr;
    }

   private:
    Mutex mutex_;
    std::function<void()> wake_ GUARDED_BY(mutex_);
  };

  const std::shared_ptr<Waiter> waiter_;
};

}  // namespace monkafka::services
