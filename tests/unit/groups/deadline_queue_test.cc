#include "groups/deadline_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

namespace monkafka::groups {
namespace {

using std::chrono::seconds;

class DeadlineQueueTest : public testing::Test {
 protected:
  const TimePoint start{seconds(1'000)};
  DeadlineQueue queue;
  Deadline a{Deadline::Kind::kJoin};
  Deadline b{Deadline::Kind::kSync};
};

TEST_F(DeadlineQueueTest, TheEarliestComesFirstAndOnce) {
  queue.Set(a, start + seconds(2));
  queue.Set(b, start + seconds(1));
  EXPECT_EQ(queue.NextWake(), start + seconds(1));
  EXPECT_EQ(queue.PopDue(start), nullptr);
  EXPECT_EQ(queue.PopDue(start + seconds(5)), &b);
  EXPECT_EQ(queue.PopDue(start + seconds(5)), &a);
  EXPECT_EQ(queue.PopDue(start + seconds(5)), nullptr);
  EXPECT_EQ(queue.NextWake(), std::nullopt);
}

TEST_F(DeadlineQueueTest, APostponedOneComesAtItsNewTime) {
  queue.Set(a, start + seconds(1));
  queue.Set(a, start + seconds(9));
  EXPECT_LE(*queue.NextWake(), start + seconds(9));
  EXPECT_EQ(queue.PopDue(start + seconds(1)), nullptr);
  EXPECT_EQ(queue.NextWake(), start + seconds(9));
  EXPECT_EQ(queue.PopDue(start + seconds(9)), &a);
}

TEST_F(DeadlineQueueTest, OneThatIsMovedForwardComesEarlier) {
  queue.Set(a, start + seconds(9));
  queue.Set(a, start + seconds(1));
  EXPECT_EQ(queue.PopDue(start + seconds(1)), &a);
  EXPECT_EQ(queue.size(), 0U);
}

TEST_F(DeadlineQueueTest, PostponedAndThenBroughtForwardAgainItComesInTime) {
  queue.Set(a, start + seconds(5));
  queue.Set(a, start + seconds(20));
  queue.Set(a, start + seconds(10));
  EXPECT_EQ(queue.PopDue(start + seconds(9)), nullptr);
  EXPECT_EQ(queue.PopDue(start + seconds(10)), &a);
}

TEST_F(DeadlineQueueTest, CancelledOrDestroyedItNeverComes) {
  queue.Set(a, start);
  queue.Cancel(a);
  queue.Cancel(a);
  {
    Deadline gone(Deadline::Kind::kSession);
    queue.Set(gone, start);
  }
  EXPECT_EQ(queue.PopDue(start + seconds(1)), nullptr);
  EXPECT_EQ(queue.size(), 0U);
}

}  // namespace
}  // namespace monkafka::groups
