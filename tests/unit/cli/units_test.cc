#include "cli/output/units.h"

#include <gtest/gtest.h>

namespace monkafka::cli {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TimePoint At(int64_t ms) { return TimePoint(milliseconds(ms)); }

TEST(SizeTest, IsParsedWithAndWithoutUnit) {
  EXPECT_EQ(ParseSize("42"), 42);
  EXPECT_EQ(ParseSize("64KiB"), 65536);
  EXPECT_EQ(ParseSize("10k"), 10240);
  EXPECT_EQ(ParseSize("1.5 GiB"), 1610612736);
  EXPECT_EQ(ParseSize("100MB"), 100'000'000);
}

TEST(SizeTest, NonsenseIsNoSize) {
  for (const char* text : {"", "k", "-1", "12 parsecs", "1e3", "nan", "99999999999TiB"}) {
    EXPECT_FALSE(ParseSize(text)) << text;
  }
}

TEST(DurationTest, ShowsTheTwoLargestUnits) {
  EXPECT_EQ(FormatDuration(milliseconds(0)), "0s");
  EXPECT_EQ(FormatDuration(milliseconds(850)), "850ms");
  EXPECT_EQ(FormatDuration(milliseconds(4'250)), "4.2s");
  EXPECT_EQ(FormatDuration(seconds(59)), "59s");
  EXPECT_EQ(FormatDuration(seconds(200)), "3m20s");
  EXPECT_EQ(FormatDuration(hours(5)), "5h");
  EXPECT_EQ(FormatDuration(hours(24 * 12 + 4)), "12d4h");
  EXPECT_EQ(FormatDuration(-minutes(2)), "-2m");
}

TEST(DurationTest, IsParsed) {
  EXPECT_EQ(ParseDuration("500"), milliseconds(500));
  EXPECT_EQ(ParseDuration("500ms"), milliseconds(500));
  EXPECT_EQ(ParseDuration("1h30m"), minutes(90));
  EXPECT_EQ(ParseDuration("0.5s"), milliseconds(500));
  EXPECT_EQ(ParseDuration("2w"), hours(24 * 14));
}

TEST(DurationTest, NonsenseIsNoDuration) {
  for (const char* text : {"", "h", "-1s", "1h30", "5 m", "1y", "10s garbage"}) {
    EXPECT_FALSE(ParseDuration(text)) << text;
  }
}

TEST(TimeTest, IsWrittenAsRfc3339) {
  EXPECT_EQ(FormatTime(At(0)), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(FormatTime(At(1'764'097'331'123)), "2025-11-25T19:02:11.123Z");
}

TEST(TimeTest, WhatIsWrittenIsRead) {
  TimePoint time = At(1'764'097'331'123);
  EXPECT_EQ(ParseTime(FormatTime(time), At(0)), time);
}

TEST(TimeTest, IsParsedInEveryForm) {
  TimePoint now = At(1'764'097'331'000);
  EXPECT_EQ(ParseTime("2025-11-25", now), At(1'764'028'800'000));
  EXPECT_EQ(ParseTime("2025-11-25T19:02:11", now), now);
  EXPECT_EQ(ParseTime("2025-11-25 20:02:11+01:00", now), now);
  EXPECT_EQ(ParseTime("1764097331000", now), now);
  EXPECT_EQ(ParseTime("now", now), now);
  EXPECT_EQ(ParseTime("-1h30m", now), now - minutes(90));
}

TEST(TimeTest, NonsenseIsNoTime) {
  for (const char* text : {"", "yesterday", "2025-13-01", "2025-02-30", "2025-11-25T25:00:00",
                           "2025-11-25T10:00:00+9", "2025-11-25T10:00:00Z!", "-"}) {
    EXPECT_FALSE(ParseTime(text, At(0))) << text;
  }
}

}  // namespace
}  // namespace monkafka::cli
