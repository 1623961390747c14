// What monkafkactl answers to a command line that makes no sense.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/cli/command_line.h"

namespace monkafka::cli {
namespace {

using testing::HasSubstr;

class UsageTest : public testing::Test {
 protected:
  std::string ErrorOf(const std::vector<std::string>& words) {
    EXPECT_EQ(cli.Run(words), kUsage);
    EXPECT_EQ(cli.out(), "");
    return cli.error();
  }

  CommandLine cli;
};

TEST_F(UsageTest, AMistypedNounVerbOrOptionGetsTheWholeLineThatWasMeant) {
  EXPECT_EQ(
      ErrorOf({"topic", "lst"}),
      "monkafkactl: topic has no verb \"lst\"\n  next: did you mean monkafkactl topic list\n");
  EXPECT_EQ(ErrorOf({"topics", "list", "-o", "json"}),
            "monkafkactl: there is no command \"topics\"\n"
            "  next: did you mean monkafkactl topic list -o json\n");
  EXPECT_EQ(ErrorOf({"topic", "create", "a b", "--partition", "3"}),
            "monkafkactl: topic create has no option --partition\n"
            "  next: did you mean monkafkactl topic create 'a b' --partitions 3\n");
  EXPECT_THAT(ErrorOf({"topic", "list", "--outputt=json"}),
              HasSubstr("did you mean monkafkactl topic list --output=json"));
  EXPECT_THAT(ErrorOf({"topcs", "lst"}), HasSubstr("did you mean monkafkactl topic list"));
}

TEST_F(UsageTest, OptionsOfGroupsAreKnown) {
  EXPECT_THAT(ErrorOf({"offset", "find", "orders", "--earlyest"}),
              HasSubstr("did you mean monkafkactl offset find orders --earliest"));
  EXPECT_THAT(ErrorOf({"offset", "find", "orders", "--earliest", "--latest"}),
              testing::Not(HasSubstr("has no")));
}

TEST_F(UsageTest, WhatOtherToolsCallAVerbIsKnown) {
  EXPECT_THAT(ErrorOf({"topic", "describe", "orders"}),
              HasSubstr("did you mean monkafkactl topic get orders"));
  EXPECT_THAT(ErrorOf({"group", "rm", "billing"}),
              HasSubstr("did you mean monkafkactl group delete billing"));
}

TEST_F(UsageTest, WhatAnotherVerbCallsAnOptionIsKnown) {
  EXPECT_THAT(ErrorOf({"topic", "alter", "orders", "--config", "a=b"}),
              HasSubstr("did you mean monkafkactl topic alter orders --set a=b\n"));
  EXPECT_THAT(ErrorOf({"topic", "alter", "orders", "--config=a=b"}),
              HasSubstr("did you mean monkafkactl topic alter orders --set=a=b\n"));
  EXPECT_THAT(ErrorOf({"topic", "alter", "orders", "-c", "a=b"}),
              HasSubstr("did you mean monkafkactl topic alter orders --set a=b\n"));
  EXPECT_THAT(ErrorOf({"topic", "create", "orders", "--set", "a=b"}),
              HasSubstr("did you mean monkafkactl topic create orders --config a=b\n"));
}

TEST_F(UsageTest, AnOptionOfAnotherMeaningThatLooksAlikeIsNotSuggested) {
  EXPECT_THAT(ErrorOf({"topic", "delete", "orders", "--config", "a=b"}),
              HasSubstr("next: monkafkactl topic delete --help shows what there is"));
  EXPECT_THAT(ErrorOf({"topic", "delete", "orders", "--confrim", "orders"}),
              HasSubstr("did you mean monkafkactl topic delete orders --confirm orders"));
}

TEST_F(UsageTest, WhatIsNearNothingGetsTheChoice) {
  EXPECT_THAT(ErrorOf({"topic", "frobnicate"}), HasSubstr("next: it is one of list, get, create"));
  EXPECT_THAT(ErrorOf({"topic", "list", "--frobnicate"}),
              HasSubstr("next: monkafkactl topic list --help shows what there is"));
}

TEST_F(UsageTest, AMissingVerbOrArgumentIsNamed) {
  EXPECT_THAT(ErrorOf({}), HasSubstr("a command is missing\n  next: it is one of topic, segment"));
  EXPECT_THAT(ErrorOf({"topic"}), HasSubstr("topic: the verb is missing"));
  EXPECT_THAT(ErrorOf({"topic", "get"}), HasSubstr("topic get: topic is required"));
}

TEST_F(UsageTest, HelpMayStandInFront) {
  EXPECT_EQ(cli.Run({"help", "topic", "create"}), kDone);
  EXPECT_THAT(cli.out(), HasSubstr("--if-not-exists"));
}

TEST_F(UsageTest, NoTimeToWaitIsRefused) {
  CommandLine line;
  EXPECT_EQ(line.Run({"topic", "list", "--timeout", "0"}), kUsage);
  EXPECT_NE(line.error().find("0 is no time to wait such as 30s"), std::string::npos);
}

}  // namespace
}  // namespace monkafka::cli
