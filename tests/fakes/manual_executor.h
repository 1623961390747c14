// Time and threads under the test's control: nothing runs until the test says so.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <unordered_map>
#include <utility>

#include "common/executor.h"

namespace monkafka::fakes {

class FakeClock final : public Clock {
 public:
  explicit FakeClock(TimestampMs start = 1'700'000'000'000) : wall_(start) {}
  TimestampMs WallMs() const override { return wall_; }
  std::chrono::steady_clock::time_point Now() const override { return now_; }
  void Advance(std::chrono::milliseconds by) {
    wall_ += by.count();
    now_ += by;
  }

 private:
  TimestampMs wall_;
  std::chrono::steady_clock::time_point now_{std::chrono::hours(1)};
};

// Runs its tasks only in RunAll, on the caller's thread, in order.
class ManualExecutor final : public Executor {
 public:
  void Post(Task task) override { queue_.push_back(std::move(task)); }
  // Runs until nothing is left, including what the tasks post. Returns how many ran.
  int RunAll() {
    int ran = 0;
    while (!queue_.empty()) {
      Task task = std::move(queue_.front());
      queue_.pop_front();
      task();
      ++ran;
    }
    return ran;
  }
  size_t size() const { return queue_.size(); }

 private:
  std::deque<Task> queue_;
};

// Timers that fire only in AdvanceBy, which moves the clock too.
class FakeTimers final : public Timers {
 public:
  explicit FakeTimers(FakeClock& clock) : clock_(clock) {}
  Id Schedule(std::chrono::milliseconds delay, Task task) override {
    const Id id = ++last_id_;
    const auto time = clock_.Now() + delay;
    pending_.emplace(std::pair(time, id), std::move(task));
    due_.emplace(id, time);
    return id;
  }
  bool Cancel(Id id) override {
    const auto found = due_.find(id);
    if (found == due_.end()) return false;
    pending_.erase(std::pair(found->second, id));
    due_.erase(found);
    return true;
  }
  // Moves the clock step by step, firing in order; `after_each` runs what the timers posted.
  template <class AfterEach>
  void AdvanceBy(std::chrono::milliseconds by, AfterEach after_each) {
    const auto end = clock_.Now() + by;
    while (!pending_.empty() && pending_.begin()->first.first <= end) {
      const auto first = pending_.begin();
      if (first->first.first > clock_.Now()) {
        clock_.Advance(std::chrono::duration_cast<std::chrono::milliseconds>(first->first.first -
                                                                             clock_.Now()));
      }
      Task task = std::move(first->second);
      due_.erase(first->first.second);
      pending_.erase(first);
      task();
      after_each();
    }
    clock_.Advance(std::chrono::duration_cast<std::chrono::milliseconds>(end - clock_.Now()));
  }
  void AdvanceBy(std::chrono::milliseconds by) {
    AdvanceBy(by, [] {});
  }
  size_t size() const { return pending_.size(); }

 private:
  FakeClock& clock_;
  Id last_id_ = 0;
  std::map<std::pair<std::chrono::steady_clock::time_point, Id>, Task> pending_;
  std::unordered_map<Id, std::chrono::steady_clock::time_point> due_;
};

}  // namespace monkafka::fakes
