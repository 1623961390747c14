#include "common/quantity.h"

#include <gtest/gtest.h>

#include <limits>

namespace monkafka {
namespace {

TEST(SizeTest, ReadsInStepsOf1024) {
  EXPECT_EQ(FormatSize(0), "0 B");
  EXPECT_EQ(FormatSize(1023), "1023 B");
  EXPECT_EQ(FormatSize(1024), "1.0 KiB");
  EXPECT_EQ(FormatSize(1536), "1.5 KiB");
  EXPECT_EQ(FormatSize(5LL << 30), "5.0 GiB");
  EXPECT_EQ(FormatSize(-2048), "-2.0 KiB");
}

TEST(SizeTest, NeverShowsAFullStepOfTheSmallerUnit) {
  EXPECT_EQ(FormatSize((1 << 20) - 1), "1.0 MiB");
}

TEST(SizeTest, TheLargestFits) {
  EXPECT_EQ(FormatSize(std::numeric_limits<int64_t>::max()), "8192.0 PiB");
}

TEST(RateTest, ReadsInStepsOf1000) {
  EXPECT_EQ(FormatRate(0), "0/s");
  EXPECT_EQ(FormatRate(7.25), "7.2/s");
  EXPECT_EQ(FormatRate(1234), "1.2k/s");
  EXPECT_EQ(FormatRate(4.5e6), "4.5M/s");
  EXPECT_EQ(FormatByteRate(1536), "1.5 KiB/s");
}

}  // namespace
}  // namespace monkafka
