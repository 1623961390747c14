#include "common/executor.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <thread>
#include <vector>

namespace monkafka {
namespace {

using std::chrono::milliseconds;

TEST(StrandTest, RunsInOrderOverSeveralThreads) {
  std::vector<int> seen;
  {
    WorkerPool pool(4, "test");
    Strand strand(pool);
    for (int i = 0; i < 10'000; ++i) strand.Post([&seen, i] { seen.push_back(i); });
    std::promise<void> done;
    strand.Post([&done] { done.set_value(); });
    done.get_future().wait();
  }
  ASSERT_EQ(seen.size(), 10'000u);
  for (int i = 0; i < 10'000; ++i) ASSERT_EQ(seen[static_cast<size_t>(i)], i);
}

TEST(WorkerPoolTest, StopRunsWhatWasQueued) {
  std::atomic<int> ran{0};
  WorkerPool pool(2, "test");
  for (int i = 0; i < 100; ++i) pool.Post([&ran] { ++ran; });
  pool.Stop();
  EXPECT_EQ(ran, 100);
}

TEST(TimerThreadTest, FiresInOrderOfTimeAndNotWhenCancelled) {
  SystemClock clock;
  TimerThread timers(clock);
  std::vector<int> fired;
  std::promise<void> done;
  timers.Schedule(milliseconds(20), [&] {
    fired.push_back(2);
    done.set_value();
  });
  const Timers::Id cancelled = timers.Schedule(milliseconds(10), [&] { fired.push_back(9); });
  timers.Schedule(milliseconds(1), [&] { fired.push_back(1); });
  EXPECT_TRUE(timers.Cancel(cancelled));
  EXPECT_FALSE(timers.Cancel(cancelled));
  done.get_future().wait();
  EXPECT_EQ(fired, (std::vector<int>{1, 2}));
}

// Counts how often threads other than the test's look at it: a timer thread does when it wakes.
class WatchedClock final : public Clock {
 public:
  TimestampMs WallMs() const override { return 0; }
  std::chrono::steady_clock::time_point Now() const override {
    if (std::this_thread::get_id() != test_) {
      ++looks_;
      looks_.notify_all();
    }
    return std::chrono::steady_clock::now();
  }
  int looks() const { return looks_; }
  void AwaitFirstLook() const { looks_.wait(0); }

 private:
  const std::thread::id test_ = std::this_thread::get_id();
  mutable std::atomic<int> looks_{0};
};

TEST(TimerThreadTest, SleepsOnWhenATimerGivesWayToALaterOne) {
  const WatchedClock clock;
  TimerThread timers(clock);
  Timers::Id last = timers.Schedule(std::chrono::hours(1), [] {});
  clock.AwaitFirstLook();
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(timers.Cancel(last));
    last = timers.Schedule(std::chrono::hours(1), [] {});
  }
  std::promise<void> done;
  timers.Schedule(milliseconds(0), [&done] { done.set_value(); });
  done.get_future().wait();
  EXPECT_LE(clock.looks(), 3);  // once for each that it sleeps for, and not for the thousand
}

TEST(TimerThreadTest, TheLongestDelayIsNotOver) {
  SystemClock clock;
  TimerThread timers(clock);
  const Timers::Id id = timers.Schedule(milliseconds::max(), [] { ADD_FAILURE(); });
  std::promise<void> done;
  timers.Schedule(milliseconds(1), [&done] { done.set_value(); });
  done.get_future().wait();
  EXPECT_TRUE(timers.Cancel(id));
}

TEST(TimerThreadTest, StopDropsWhatIsPending) {
  SystemClock clock;
  TimerThread timers(clock);
  auto held = std::make_shared<int>();
  timers.Schedule(std::chrono::hours(1), [held] {});
  timers.Stop();
  timers.Schedule(std::chrono::hours(1), [held] {});
  EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
}  // namespace monkafka
