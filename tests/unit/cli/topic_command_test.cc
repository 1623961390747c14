#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/cli/fake_topics.h"

namespace monkafka::cli {
namespace {

using testing::HasSubstr;

TEST_F(TopicCommandTest, ListShowsATable) {
  EXPECT_EQ(cli.Run({"topic", "list"}), kDone);
  EXPECT_EQ(cli.out(),
            "TOPIC   PARTITIONS  RECORDS     SIZE  RECORDS/S  BYTES/S\n"
            "orders           3        0  2.0 KiB        0/s    0 B/s\n");
}

TEST_F(TopicCommandTest, ListFetchesEveryPageAndJoinsThem) {
  topics.pages = {{"a", "b"}, {"c"}, {"d"}};
  EXPECT_EQ(cli.Run({"topic", "list", "-o", "name"}), kDone);
  EXPECT_EQ(cli.out(), "a\nb\nc\nd\n");
  EXPECT_EQ(topics.lists.size(), 3U);
  EXPECT_EQ(cli.Run({"topic", "list", "-o", "json"}), kDone);
  EXPECT_THAT(cli.out(), HasSubstr("\"nextPageToken\": \"\""));
}

TEST_F(TopicCommandTest, ListOfNamesAsksForNamesAlone) {
  cli.Run({"topic", "list", "-o", "name"});
  EXPECT_EQ(topics.lists.back().view(), v1::TOPIC_VIEW_NAMES);
  cli.Run({"topic", "list"});
  EXPECT_EQ(topics.lists.back().view(), v1::TOPIC_VIEW_BASIC);
}

TEST_F(TopicCommandTest, APatternIsAFilterThatTheServerEvaluates) {
  cli.Run({"topic", "list", "or\"d*", "--filter", "partition_count > 3"});
  EXPECT_EQ(topics.lists.back().filter(), "name = \"or\\\"d*\" AND (partition_count > 3)");
}

TEST_F(TopicCommandTest, CreateSendsWhatWasSaid) {
  EXPECT_EQ(
      cli.Run({"topic", "create", "orders", "--partitions", "2", "--config", "retention.ms=7"}),
      kDone);
  ASSERT_EQ(topics.creates.size(), 1U);
  const auto& request = topics.creates[0];
  EXPECT_EQ(request.topic().name(), "orders");
  EXPECT_EQ(request.topic().partition_count(), 2);
  EXPECT_EQ(request.topic().configs().at("retention.ms"), "7");
  EXPECT_FALSE(request.validate_only());
  EXPECT_FALSE(request.request_id().empty());
  EXPECT_EQ(cli.out(), "") << "prose goes to stderr";
  EXPECT_EQ(cli.error(), "topic orders created with 2 partitions\n");
}

TEST_F(TopicCommandTest, DryRunIsComputedByTheServer) {
  cli.Run({"topic", "create", "orders", "--dry-run", "-o", "json"});
  EXPECT_TRUE(topics.creates.at(0).validate_only());
  EXPECT_THAT(cli.out(), HasSubstr("\"name\": \"orders\""));
}

TEST_F(TopicCommandTest, ARefusalSaysWhatWhyAndWhatNext) {
  topics.existing = "orders";
  EXPECT_EQ(cli.Run({"topic", "create", "orders"}), kFailed);
  EXPECT_EQ(cli.error(),
            "monkafkactl: cannot create topic orders: Topic 'orders' already exists.\n"
            "  next: --if-not-exists accepts what is there\n");
  cli.Run({"topic", "create", "orders", "--verbose"});
  EXPECT_THAT(cli.error(), HasSubstr("gRPC status: ALREADY_EXISTS (6)"));
  EXPECT_THAT(cli.error(), HasSubstr("reason: TOPIC_ALREADY_EXISTS (monkafka)"));
}

TEST_F(TopicCommandTest, AMissingTopicSuggestsTheOneThatWasMeant) {
  topics.pages = {{"orders", "payments"}};
  EXPECT_EQ(cli.Run({"topic", "get", "ordres"}), kFailed);
  EXPECT_THAT(cli.error(), HasSubstr("next: did you mean orders?"));
  cli.Run({"topic", "get", "something-else"});
  EXPECT_THAT(cli.error(), HasSubstr("`monkafkactl topic list` shows those that exist"));
}

TEST_F(TopicCommandTest, IfNotExistsAcceptsWhatIsThere) {
  topics.existing = "orders";
  EXPECT_EQ(cli.Run({"topic", "create", "orders", "--if-not-exists"}), kDone);
}

TEST_F(TopicCommandTest, OneFailureOfSeveralFailsTheCommandButNotTheOthers) {
  topics.existing = "b";
  EXPECT_EQ(cli.Run({"topic", "create", "a", "b", "c"}), kFailed);
  EXPECT_EQ(topics.creates.size(), 3U);
}

TEST_F(TopicCommandTest, InternalTopicsNeedAWordOfTheirOwn) {
  cli.Run({"topic", "delete", "__consumer_offsets", "--yes"});
  EXPECT_FALSE(topics.deletes.at(0).allow_internal());
  cli.Run({"topic", "delete", "__consumer_offsets", "--yes", "--allow-internal"});
  EXPECT_TRUE(topics.deletes.at(1).allow_internal());
}

TEST_F(TopicCommandTest, AProtectedContextWantsItsNameEvenWithYes) {
  cli.Run({"context", "add", "production", "--endpoint", "kafka:9095", "--protected"});
  EXPECT_EQ(cli.Run({"topic", "delete", "orders", "--yes"}), kUsage);
  EXPECT_EQ(cli.Run({"topic", "create", "audit"}), kUsage);
  EXPECT_EQ(cli.Run({"topic", "delete", "orders", "--confirm", "other"}), kUsage);
  EXPECT_TRUE(topics.deletes.empty());
  EXPECT_TRUE(topics.creates.empty());
  EXPECT_EQ(cli.Run({"topic", "delete", "orders", "--confirm", "production"}), kDone);
  cli.terminal.input_is_terminal = true;
  cli.input = "production\n";
  EXPECT_EQ(cli.Run({"topic", "create", "audit"}), kDone);
  EXPECT_EQ(cli.Run({"topic", "list"}), kDone) << "reading is free";
}

TEST_F(TopicCommandTest, AlterNamesEachKeyInTheMask) {
  cli.Run({"topic", "alter", "orders", "--set", "retention.ms=7", "--unset", "cleanup.policy",
           "--yes"});
  const auto& request = topics.updates.at(0);
  ASSERT_EQ(request.update_mask().paths_size(), 2);
  EXPECT_EQ(request.update_mask().paths(0), "configs.retention.ms");
  EXPECT_EQ(request.update_mask().paths(1), "configs.cleanup.policy");
  EXPECT_EQ(request.topic().configs().size(), 1U);
}

TEST_F(TopicCommandTest, AlterAsksBeforeRetentionIsShortened) {
  const std::vector<std::string> alter = {"topic", "alter", "orders", "--set", "retention.ms=5"};
  EXPECT_EQ(cli.Run(alter), kUsage);
  EXPECT_THAT(cli.error(), HasSubstr("retention.ms from 1000 to 5"));
  EXPECT_TRUE(topics.updates.empty());
  std::vector<std::string> yes = alter;
  yes.push_back("--yes");
  EXPECT_EQ(cli.Run(yes), kDone);
  EXPECT_EQ(cli.Run({"topic", "alter", "orders", "--set", "retention.ms=2000"}), kDone);
  EXPECT_EQ(topics.updates.size(), 2U);
}

TEST_F(TopicCommandTest, AConfigIsNamedOnce) {
  EXPECT_EQ(cli.Run({"topic", "alter", "t", "--set", "a=1", "--unset", "a"}), kUsage);
  EXPECT_THAT(cli.error(), HasSubstr("config a is given more than once"));
  EXPECT_EQ(cli.Run({"topic", "alter", "t", "--set", "a=1", "--set", "a=2"}), kUsage);
  EXPECT_EQ(cli.Run({"topic", "create", "t", "-c", "a=1", "-c", "a=2"}), kUsage);
  EXPECT_TRUE(topics.updates.empty());
  EXPECT_TRUE(topics.creates.empty());
}

TEST_F(TopicCommandTest, NumbersOutOfRangeAreRefused) {
  EXPECT_EQ(cli.Run({"topic", "create", "t", "--partitions", "9999999999"}), kUsage);
  EXPECT_THAT(cli.error(), HasSubstr("9999999999 is out of range: at most 2147483647"));
  EXPECT_EQ(cli.Run({"topic", "trim", "t", "--before-offset", "99999999999999999999", "--yes"}),
            kUsage);
  EXPECT_THAT(cli.error(), HasSubstr("99999999999999999999 is out of range"));
  EXPECT_EQ(cli.Run({"topic", "create", "t", "--partitions", "010"}), kUsage);
  EXPECT_EQ(cli.Run({"topic", "create", "t", "--partitions", "10"}), kDone);
}

TEST_F(TopicCommandTest, SeveralAnswersAreOneJsonArray) {
  EXPECT_EQ(cli.Run({"topic", "create", "a", "b", "-o", "json"}), kDone);
  EXPECT_TRUE(cli.out().starts_with("[\n{")) << cli.out();
  EXPECT_THAT(cli.out(), HasSubstr("}\n,{"));
  EXPECT_TRUE(cli.out().ends_with("}\n]\n")) << cli.out();
  topics.existing = "b";
  EXPECT_EQ(cli.Run({"topic", "create", "b", "b", "-o", "json"}), kFailed);
  EXPECT_EQ(cli.out(), "[]\n");
}

TEST_F(TopicCommandTest, WrongUsageIsExitCode64WithAHint) {
  EXPECT_EQ(cli.Run({"topic", "lst"}), kUsage);
  EXPECT_THAT(cli.error(), HasSubstr("did you mean monkafkactl topic list\n"));
  EXPECT_EQ(cli.Run({"topic", "create"}), kUsage);
  EXPECT_EQ(cli.Run({"topic", "list", "-o", "xml"}), kUsage);
  EXPECT_EQ(cli.Run({"topic", "trim", "orders", "--yes"}), kUsage);
  EXPECT_EQ(cli.Run({}), kUsage);
  EXPECT_EQ(cli.out(), "");
}

TEST_F(TopicCommandTest, HelpIsDataAndShowsExamples) {
  EXPECT_EQ(cli.Run({"topic", "create", "--help"}), kDone);
  EXPECT_THAT(cli.out(), HasSubstr("monkafkactl topic create payments --partitions 2"));
  EXPECT_EQ(cli.error(), "");
}

TEST_F(TopicCommandTest, CompletionOffersCommandsOptionsAndTopics) {
  topics.pages = {{"orders", "other", "payments"}};
  cli.Run({"__complete", "to"});
  EXPECT_EQ(cli.out(), "top\ntopic\n");
  cli.Run({"__complete", "topic", "de"});
  EXPECT_EQ(cli.out(), "delete\n");
  cli.Run({"__complete", "topic", "get", "o"});
  EXPECT_EQ(cli.out(), "orders\nother\n");
  cli.Run({"__complete", "config", "get", "--topic", "o"});
  EXPECT_EQ(cli.out(), "orders\nother\n");
  cli.Run({"__complete", "topic", "create", "x", "--parti"});
  EXPECT_EQ(cli.out(), "--partitions\n");
  cli.Run({"__complete", "--endpoint", "elsewhere:1", "segment", "list", "p"});
  EXPECT_EQ(cli.out(), "payments\n");
  EXPECT_EQ(cli.connected_to.endpoint, "elsewhere:1");
}

TEST_F(TopicCommandTest, TheTokenOfTheContextGoesAlong) {
  EXPECT_EQ(cli.Run({"topic", "list", "--token-file", (cli.home() / "none").string()}), kFailed);
  EXPECT_THAT(cli.error(), HasSubstr("cannot be read"));
}

}  // namespace
}  // namespace monkafka::cli
