#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/cli/fake_topics.h"

namespace monkafka::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(TopicCommandTest, DeleteWithoutTerminalNeedsYes) {
  EXPECT_EQ(cli.Run({"topic", "delete", "orders"}), kUsage);
  EXPECT_THAT(cli.error(), HasSubstr("add --yes, or --dry-run"));
  EXPECT_TRUE(topics.deletes.empty());
  EXPECT_EQ(cli.Run({"topic", "delete", "orders", "--yes"}), kDone);
  EXPECT_EQ(topics.deletes.size(), 1U);
}

TEST_F(TopicCommandTest, SeveralAreDeletedInOneCall) {
  EXPECT_EQ(cli.Run({"topic", "delete", "a", "b", "a", "c", "--yes"}), kDone);
  ASSERT_EQ(topics.batches.size(), 1U);
  EXPECT_THAT(topics.batches[0].names(), ElementsAre("a", "b", "c"));
  EXPECT_FALSE(topics.batches[0].request_id().empty());
  EXPECT_TRUE(topics.deletes.empty());
  EXPECT_EQ(cli.error(),
            "topic a deleted: 2 partitions, 12,345 records, 3.0 MiB\n"
            "topic b deleted: 2 partitions, 12,345 records, 3.0 MiB\n"
            "topic c deleted: 2 partitions, 12,345 records, 3.0 MiB\n");
}

TEST_F(TopicCommandTest, TheOthersAreDeletedWhenSomeAreRefused) {
  topics.missing = {"b", "x"};
  EXPECT_EQ(cli.Run({"topic", "delete", "a", "b", "c", "x", "d", "--yes"}), kFailed);
  EXPECT_EQ(topics.deleted, (std::set<std::string>{"a", "c", "d"}));
  EXPECT_THAT(cli.error(), HasSubstr("cannot delete topic b: there is no topic b\n"));
  EXPECT_THAT(cli.error(), HasSubstr("cannot delete topic x: there is no topic x\n"));
  EXPECT_THAT(cli.error(), HasSubstr("topic d deleted: "));
}

TEST_F(TopicCommandTest, WithIfExistsTopicsThatAreMissingAreNoFailure) {
  topics.missing = {"b"};
  EXPECT_EQ(cli.Run({"topic", "delete", "a", "b", "--yes", "--if-exists"}), kDone);
  EXPECT_THAT(cli.error(), HasSubstr("topic b does not exist: nothing to do\n"));
  EXPECT_EQ(cli.Run({"topic", "delete", "b", "--if-exists"}), kDone) << "there is nothing to ask";
  EXPECT_EQ(cli.Run({"topic", "delete", "a", "b", "--yes", "--if-exists", "-o", "name"}), kDone);
  EXPECT_EQ(cli.out(), "a\n");
}

TEST_F(TopicCommandTest, ManyAreDeletedInSeveralCallsAndNamedInShort) {
  std::vector<std::string> line = {"topic", "delete", "--dry-run"};
  for (int i = 0; i < 1200; ++i) line.push_back("t" + std::to_string(i));
  EXPECT_EQ(cli.Run(line), kDone);
  ASSERT_EQ(topics.batches.size(), 3U);
  EXPECT_EQ(topics.batches[0].names_size(), 500);
  EXPECT_EQ(topics.batches[2].names_size(), 200);
  EXPECT_TRUE(topics.batches[2].validate_only());
  EXPECT_TRUE(topics.deleted.empty());
  line[2] = "--quiet";
  EXPECT_EQ(cli.Run(line), kUsage);
  EXPECT_THAT(
      cli.error(),
      HasSubstr("delete t0, t1, t2, t3, t4 and 1195 more with all records (2,400 partitions, "
                "14,814,000 records, 3.5 GiB) without confirmation"));
  EXPECT_TRUE(topics.deleted.empty());
}

TEST_F(TopicCommandTest, WithIfExistsThereIsNothingToDoForATopicThatIsMissing) {
  topics.update_misses = true;
  configs.missing = "ordres";
  const std::vector<std::string> alter = {"topic", "alter", "ordres", "--set", "retention.ms=1"};
  EXPECT_EQ(cli.Run(alter), kFailed);
  std::vector<std::string> if_exists = alter;
  if_exists.push_back("--if-exists");
  EXPECT_EQ(cli.Run(if_exists), kDone);
  EXPECT_EQ(cli.error(), "topic ordres does not exist: nothing to do\n");
  EXPECT_EQ(cli.Run({"topic", "trim", "ordres", "--all", "--yes", "--if-exists"}), kDone);
  EXPECT_EQ(cli.Run({"topic", "trim", "ordres", "--all", "--yes"}), kFailed);
}

TEST_F(TopicCommandTest, DeleteAsksOnATerminal) {
  cli.terminal.input_is_terminal = true;
  cli.input = "no\n";
  EXPECT_EQ(cli.Run({"topic", "delete", "orders"}), kFailed);
  EXPECT_TRUE(topics.deletes.empty());
  cli.input = "yes\n";
  EXPECT_EQ(cli.Run({"topic", "delete", "orders"}), kDone);
  EXPECT_EQ(topics.deletes.size(), 1U);
}

TEST_F(TopicCommandTest, TheQuestionSaysWhatIsLost) {
  EXPECT_EQ(cli.Run({"topic", "delete", "orders"}), kUsage);
  EXPECT_THAT(cli.error(),
              HasSubstr("will not delete orders with all records (2 partitions, 12,345 "
                        "records, 3.0 MiB) without confirmation"));
  topics.missing = {"b"};
  cli.terminal.input_is_terminal = true;
  cli.input = "yes\n";
  EXPECT_EQ(cli.Run({"topic", "delete", "a", "b", "c"}), kFailed);
  EXPECT_THAT(cli.error(), HasSubstr("cannot delete topic b: there is no topic b\n"));
  EXPECT_THAT(
      cli.error(),
      HasSubstr("delete a and c with all records (4 partitions, 24,690 records, 6.0 MiB) at "));
  EXPECT_EQ(topics.deleted, (std::set<std::string>{"a", "c"}));
}

TEST_F(TopicCommandTest, DryRunOfADeletionAsksNothingAndSaysWhatWouldBeLost) {
  EXPECT_EQ(cli.Run({"topic", "delete", "orders", "--dry-run"}), kDone);
  EXPECT_TRUE(topics.deletes.at(0).validate_only());
  EXPECT_EQ(cli.error(), "topic orders would be deleted: 2 partitions, 12,345 records, 3.0 MiB\n");
  EXPECT_EQ(cli.Run({"topic", "delete", "a", "b", "--dry-run"}), kDone);
  EXPECT_THAT(cli.error(), HasSubstr("in all 4 partitions, 24,690 records, 6.0 MiB\n"));
}

}  // namespace
}  // namespace monkafka::cli
