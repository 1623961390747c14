// Sleeps until something is appended to one of several partitions. For threads that may block. One
// per wait: partitions that saw nothing forget it once it is gone.
#pragma once

#include <memory>
#include <stop_token>
#include <vector>

#include "cluster/partition.h"
#include "common/mutex.h"

namespace monkafka::services {

class AppendWaiter final : public cluster::PartitionWaiter {
 public:
  // To be had before looking whether there is something new: then nothing is missed.
  static std::shared_ptr<AppendWaiter> On(
      const std::vector<std::shared_ptr<cluster::Partition>>& partitions) {
    auto waiter = std::make_shared<AppendWaiter>();
    for (const auto& partition : partitions) partition->AddWaiter(waiter);
    return waiter;
  }

  // Until one of them changed since On, or it is called off.
  void Wait(const std::stop_token& stop) {
    const std::stop_callback wake(stop, [this] { OnPartitionChanged(); });
    MutexLock lock(mutex_);
    while (!changed_) condition_.Wait(mutex_);
  }

  void OnPartitionChanged() override {
    MutexLock lock(mutex_);
    changed_ = true;
    condition_.NotifyAll();
  }

 private:
  Mutex mutex_;
  CondVar condition_;
  bool changed_ GUARDED_BY(mutex_) = false;
};

}  // namespace monkafka::services
