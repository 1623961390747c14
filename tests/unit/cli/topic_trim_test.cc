#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/cli/fake_topics.h"

namespace monkafka::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(TopicCommandTest, TrimAsksWithWhatIsLost) {
  EXPECT_EQ(cli.Run({"topic", "trim", "orders", "--before-offset", "60"}), kUsage);
  EXPECT_THAT(cli.error(),
              HasSubstr("will not delete records of topic orders (100 of 1,050 records in 2 of 3 "
                        "partitions, about 9.8 KiB) without confirmation"));
  EXPECT_TRUE(topics.trims.at(0).validate_only());
  EXPECT_EQ(cli.Run({"topic", "trim", "orders", "--all", "--dry-run"}), kDone);
  EXPECT_EQ(cli.error(),
            "1,050 of 1,050 records in 2 of 3 partitions, about 102.5 KiB, would be deleted\n"
            "a dry run: nothing was changed\n");
  for (const auto& trim : topics.trims) EXPECT_TRUE(trim.validate_only());
}

TEST_F(TopicCommandTest, PartitionsThatAreNamedTwiceAreTrimmedOnce) {
  EXPECT_EQ(cli.Run({"topic", "trim", "orders", "--partitions", "0-2,1", "--all", "--yes"}), kDone);
  EXPECT_EQ(topics.trims.at(0).targets_size(), 3);
}

TEST_F(TopicCommandTest, TrimBeforeATimeLeavesWhatComesMeanwhile) {
  EXPECT_EQ(cli.Run({"topic", "trim", "orders", "--before-time", "-1h", "--yes"}), kDone);
  ASSERT_EQ(topics.trims.size(), 1U);
  std::vector<int64_t> before;
  for (const auto& target : topics.trims[0].targets()) before.push_back(target.before_offset());
  EXPECT_THAT(before, ElementsAre(1010, 10, 60));
}

TEST_F(TopicCommandTest, TrimBeforeATimeGoesOnWithoutPartitionsThatAreOffline) {
  offsets.offline.insert(1);
  EXPECT_EQ(cli.Run({"topic", "trim", "orders", "--before-time", "now", "--yes"}), kFailed);
  EXPECT_EQ(cli.error(),
            "monkafkactl: cannot trim topic orders: partition orders-1 is offline: it is damaged\n"
            "  next: `monkafkactl segment verify orders --partition 1` says what is damaged\n");
  EXPECT_THAT(offsets.searched, ElementsAre(0, 2));
  ASSERT_EQ(topics.trims.size(), 1U);
  ASSERT_EQ(topics.trims[0].targets_size(), 2);
  EXPECT_EQ(topics.trims[0].targets(1).partition(), 2);
  EXPECT_EQ(cli.Run({"topic", "trim", "orders", "--before-time", "now", "--yes", "-p", "0"}), kDone)
      << cli.error();
  EXPECT_EQ(cli.Run({"topic", "trim", "orders", "--before-time", "now", "--yes", "-p", "1"}),
            kFailed);
  EXPECT_EQ(topics.trims.size(), 2U);
}

TEST_F(TopicCommandTest, PartitionsThatCannotBeTrimmedKeepNoOthers) {
  EXPECT_EQ(cli.Run({"topic", "trim", "orders", "--before-offset", "500", "--yes", "-o", "name"}),
            kFailed);
  EXPECT_EQ(cli.out(), "orders-0\norders-1\n") << "one without records has nothing to lose";
  EXPECT_EQ(cli.error(),
            "monkafkactl: cannot trim topic orders: above the end of orders-2\n"
            "  next: `monkafkactl offset list` shows the offsets that there are\n");
  EXPECT_EQ(cli.Run({"topic", "trim", "orders", "--before-offset", "500", "--yes", "--partitions",
                     "0,1", "-o", "name"}),
            kFailed)
      << "a partition that is named is meant";
  EXPECT_EQ(cli.out(), "orders-0\n");
  topics.trims.clear();
  EXPECT_EQ(cli.Run({"topic", "trim", "orders", "--before-offset", "500", "--partitions", "1,2"}),
            kFailed)
      << "there is nothing left to ask about";
  for (const auto& trim : topics.trims) EXPECT_TRUE(trim.validate_only());
}

TEST_F(TopicCommandTest, AnEmptyValueDoesNotWidenWhatIsTrimmed) {
  EXPECT_EQ(cli.Run({"topic", "trim", "orders", "--before-time", "", "--yes"}), kUsage);
  EXPECT_EQ(cli.Run({"topic", "trim", "orders", "--all", "--partitions", "", "--yes"}), kUsage);
  EXPECT_EQ(cli.Run({"topic", "get", ""}), kUsage);
  EXPECT_EQ(cli.Run({"topic", "list", "--filter", ""}), kDone);
}

}  // namespace
}  // namespace monkafka::cli
