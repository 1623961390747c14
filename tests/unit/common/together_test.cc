#include "common/together.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <vector>

#include "fakes/manual_executor.h"

namespace monkafka {
namespace {

TEST(TogetherTest, TheCallerDoesAllWhenNobodyHelps) {
  fakes::ManualExecutor helpers;
  std::vector<size_t> done;
  DoTogether(helpers, 20, [&done](size_t piece) { done.push_back(piece); });
  ASSERT_EQ(done.size(), 20u);
  for (size_t i = 0; i < done.size(); ++i) EXPECT_EQ(done[i], i);
  // Who comes later finds nothing to do, and does not come again.
  EXPECT_GT(helpers.RunAll(), 0);
  EXPECT_EQ(done.size(), 20u);
}

TEST(TogetherTest, NothingAndOnePieceNeedNoHelp) {
  fakes::ManualExecutor helpers;
  int done = 0;
  DoTogether(helpers, 0, [&done](size_t) { ++done; });
  EXPECT_EQ(done, 0);
  DoTogether(helpers, 1, [&done](size_t) { ++done; });
  EXPECT_EQ(done, 1);
  EXPECT_EQ(helpers.size(), 0u);
}

TEST(TogetherTest, PiecesAreDoneAtTheSameTime) {
  WorkerPool helpers(3, "test");
  std::latch all(4);
  DoTogether(helpers, 4, [&all](size_t) { all.arrive_and_wait(); });
}

// All of its threads: each is a caller and helps the others.
TEST(TogetherTest, CallersMayBeTheExecutorsOwnTasks) {
  constexpr size_t kCallers = 8;
  constexpr size_t kPieces = 100;
  std::vector<std::atomic<int>> done(kCallers * kPieces);
  WorkerPool helpers(2, "test");
  std::latch ended(kCallers);
  for (size_t caller = 0; caller < kCallers; ++caller) {
    helpers.Post([&, caller] {
      DoTogether(helpers, kPieces, [&](size_t piece) { ++done[caller * kPieces + piece]; });
      ended.count_down();
    });
  }
  ended.wait();
  for (const std::atomic<int>& times : done) EXPECT_EQ(times.load(), 1);
}

}  // namespace
}  // namespace monkafka
