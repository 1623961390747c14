#include "common/executor.h"

#include <gtest/gtest.h>

#include <future>
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

}  // namespace
}  // namespace monkafka
