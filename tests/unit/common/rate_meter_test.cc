#include "common/rate_meter.h"

#include <gtest/gtest.h>

namespace monkafka {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class RateMeterTest : public testing::Test {
 protected:
  double Records() const { return meter.Read(now).records_per_second; }

  RateMeter meter;
  RateMeter::TimePoint now{seconds(5000)};
};

TEST_F(RateMeterTest, NothingHappenedIsZero) { EXPECT_EQ(Records(), 0); }

TEST_F(RateMeterTest, IsTheMeanOfTheLastTenSeconds) {
  for (int i = 0; i < 10; ++i) {
    meter.Add(now, 30, 700);
    now += seconds(1);
  }
  EXPECT_EQ(Records(), 30);
  EXPECT_EQ(meter.Read(now).bytes_per_second, 700);
}

TEST_F(RateMeterTest, TheSecondThatHasJustBegunDoesNotCount) {
  meter.Add(now, 100, 1);
  EXPECT_EQ(Records(), 0);
  now += milliseconds(999);
  EXPECT_EQ(Records(), 0);
  now += milliseconds(1);
  EXPECT_EQ(Records(), 10);
}

TEST_F(RateMeterTest, WhatIsOlderThanTheWindowIsForgotten) {
  meter.Add(now, 100, 1);
  now += seconds(10);
  EXPECT_EQ(Records(), 10);
  now += seconds(1);
  EXPECT_EQ(Records(), 0);
}

TEST_F(RateMeterTest, ASlotThatIsUsedAgainBeginsAtZero) {
  meter.Add(now, 100, 1);
  now += seconds(11);
  meter.Add(now, 20, 1);
  now += seconds(1);
  EXPECT_EQ(Records(), 2);
}

}  // namespace
}  // namespace monkafka
