// A clock and timers that the test moves while network threads use them.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <utility>
#include <vector>

#include "common/executor.h"
#include "common/mutex.h"

namespace monkafka::net {

class TestClock final : public Clock {
 public:
  TimestampMs WallMs() const override { return 1'700'000'000'000 + now_ms_.load(); }
  std::chrono::steady_clock::time_point Now() const override {
    return std::chrono::steady_clock::time_point(std::chrono::milliseconds(now_ms_.load()));
  }
  void Advance(std::chrono::milliseconds by) { now_ms_ += by.count(); }

 private:
  std::atomic<int64_t> now_ms_ = 3'600'000;
};

class TestTimers final : public Timers {
 public:
  explicit TestTimers(TestClock& clock) : clock_(clock) {}

  Id Schedule(std::chrono::milliseconds delay, Task task) override {
    MutexLock lock(mutex_);
    const Id id = ++last_id_;
    pending_.emplace(id, Pending{clock_.Now() + delay, std::move(task)});
    changed_.NotifyAll();
    return id;
  }

  bool Cancel(Id id) override {
    Task dropped;
    MutexLock lock(mutex_);
    const auto found = pending_.find(id);
    if (found == pending_.end()) return false;
    dropped = std::move(found->second.task);
    pending_.erase(found);
    return true;
  }

  // Moves the clock and runs what became due, on the caller's thread.
  void AdvanceBy(std::chrono::milliseconds by) {
    clock_.Advance(by);
    std::vector<Task> due;
    {
      MutexLock lock(mutex_);
      for (auto at = pending_.begin(); at != pending_.end();) {
        if (at->second.time <= clock_.Now()) {
          due.push_back(std::move(at->second.task));
          at = pending_.erase(at);
        } else {
          ++at;
        }
      }
    }
    for (Task& task : due) task();
  }

  // Waits until a timer is pending that fires within `delay` from now.
  void WaitForOneWithin(std::chrono::milliseconds delay) {
    MutexLock lock(mutex_);
    for (;;) {
      for (const auto& [id, pending] : pending_) {
        if (pending.time <= clock_.Now() + delay) return;
      }
      changed_.Wait(mutex_);
    }
  }

  size_t size() const {
    MutexLock lock(mutex_);
    return pending_.size();
  }

 private:
  struct Pending {
    std::chrono::steady_clock::time_point time;
    Task task;
  };
  TestClock& clock_;
  mutable Mutex mutex_;
  CondVar changed_;
  Id last_id_ GUARDED_BY(mutex_) = 0;
  std::map<Id, Pending> pending_ GUARDED_BY(mutex_);
};

}  // namespace monkafka::net
