#include "cli/command.h"

#include <gtest/gtest.h>

#include "cli/failure.h"

namespace monkafka::cli {
namespace {

TEST(PartitionsTest, AreNumbersAndRanges) {
  EXPECT_EQ(ParsePartitions("0-3,7"), (std::vector<int32_t>{0, 1, 2, 3, 7}));
  EXPECT_EQ(ParsePartitions("5"), (std::vector<int32_t>{5}));
  EXPECT_TRUE(ParsePartitions("").empty());
}

TEST(PartitionsTest, NonsenseIsAUsageError) {
  for (const char* text : {"a", "3-1", "-1", "1,,2", "0-999999999", "1-"}) {
    EXPECT_THROW(ParsePartitions(text), Failure) << text;
  }
}

TEST(AssignmentTest, ValuesMayHoldEqualsSigns) {
  EXPECT_EQ(ParseAssignment("a=b=c"), (std::pair<std::string, std::string>{"a", "b=c"}));
  EXPECT_EQ(ParseAssignment("a="), (std::pair<std::string, std::string>{"a", ""}));
  EXPECT_THROW(ParseAssignment("a"), Failure);
  EXPECT_THROW(ParseAssignment("=b"), Failure);
}

TEST(OptionTest, WrongValuesNameTheOption) {
  try {
    ParseTimeOption("--since", "yesterday");
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.exit_code(), kUsage);
    EXPECT_NE(std::string(failure.what()).find("--since"), std::string::npos);
  }
}

TEST(OptionTest, ASizeThatDoesNotFitIsRefusedAndNotWrapped) {
  EXPECT_EQ(ParseFieldBytes("2147483647"), 2147483647);
  EXPECT_EQ(ParseFieldBytes("64KiB"), 65536);
  try {
    ParseFieldBytes("3GiB");
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.exit_code(), kUsage);
    EXPECT_STREQ(failure.what(), "--max-bytes: 3GiB is out of range: at most 2147483647 bytes");
  }
}

TEST(CompletionTest, TheKindOfAnOptionIsItsTypeInHelp) {
  CLI::App app;
  std::string value;
  EXPECT_EQ(CompletionOf(*SetCompletion(app.add_option("--topic", value), Completion::kTopic)),
            Completion::kTopic);
  EXPECT_EQ(CompletionOf(*app.add_option("--other", value)), Completion::kNone);
}

}  // namespace
}  // namespace monkafka::cli
