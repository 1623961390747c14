#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "monkafka/admin/v1/cluster.grpc.pb.h"
#include "unit/cli/fake_configs.h"

namespace monkafka::cli {
namespace {

using testing::HasSubstr;

class OneBroker : public monkafka::admin::v1::ClusterService::Service {
  grpc::Status GetCluster(grpc::ServerContext*, const monkafka::admin::v1::GetClusterRequest*,
                          monkafka::admin::v1::GetClusterResponse* response) override {
    response->mutable_cluster()->set_node_id(1);
    return grpc::Status::OK;
  }
};

class ConfigCommandTest : public testing::Test {
 protected:
  int Set(std::vector<std::string> changes, std::vector<std::string> more = {"--topic", "orders"}) {
    std::vector<std::string> line = {"config", "set"};
    line.insert(line.end(), changes.begin(), changes.end());
    line.insert(line.end(), more.begin(), more.end());
    return cli.Run(line);
  }

  OneBroker cluster;
  FakeConfigs configs;
  CommandLine cli{{&cluster, &configs}};
};

TEST_F(ConfigCommandTest, WhatShortensRetentionNeedsYes) {
  for (const char* change :
       {"retention.ms=999", "retention.bytes=5", "cleanup.policy=compact,delete"}) {
    EXPECT_EQ(Set({change}), kUsage) << change;
    EXPECT_THAT(cli.error(), HasSubstr("which may delete records"));
  }
  EXPECT_TRUE(configs.alterations.empty());
  EXPECT_EQ(Set({"retention.ms=999", "--yes"}), kDone);
  EXPECT_EQ(configs.alterations.size(), 1U);
}

TEST_F(ConfigCommandTest, APolicyIsNeverEmpty) {
  EXPECT_EQ(Set({"cleanup.policy=", "--yes"}), kUsage);
  EXPECT_THAT(cli.error(), HasSubstr("cleanup.policy would be empty"));
  EXPECT_THAT(cli.error(), HasSubstr("next: give delete, compact or both"));
  EXPECT_EQ(Set({"cleanup.policy=", "--dry-run"}), kUsage) << "as without it";
  EXPECT_TRUE(configs.alterations.empty());
}

TEST_F(ConfigCommandTest, TheQuestionSaysWhatIsShortened) {
  EXPECT_EQ(Set({"retention.ms=999", "segment.ms=5"}), kUsage);
  EXPECT_THAT(cli.error(), HasSubstr("set configs of topic orders, which may delete records: "
                                     "retention.ms from 1000 to 999 without confirmation"));
}

TEST_F(ConfigCommandTest, WhatKeepsAsMuchAsksNothing) {
  for (const char* change : {"retention.ms=1000", "retention.ms=-1", "retention.bytes=-1",
                             "cleanup.policy=compact", "segment.ms=1"}) {
    EXPECT_EQ(Set({change}), kDone) << change << cli.error();
  }
}

TEST_F(ConfigCommandTest, WhatIsInheritedCounts) {
  configs.inherited["retention.ms"] = "500";
  EXPECT_EQ(Set({"--unset", "retention.ms"}), kUsage);
  configs.inherited["retention.ms"] = "2000";
  EXPECT_EQ(Set({"--unset", "retention.ms"}), kDone);
}

TEST_F(ConfigCommandTest, TheTimeOfABrokerIsComparedInWhateverUnit) {
  const std::vector<std::string> all = {"--all-brokers"};
  EXPECT_EQ(Set({"log.retention.ms=604799999"}, all), kUsage);
  EXPECT_THAT(cli.error(), HasSubstr("log.retention.ms from 604800000 to 604799999"));
  EXPECT_EQ(Set({"log.retention.ms=604800000"}, all), kDone);
}

TEST_F(ConfigCommandTest, ADryRunAsksNothing) {
  EXPECT_EQ(Set({"retention.ms=1", "--dry-run"}), kDone);
  EXPECT_THAT(cli.error(), HasSubstr("records may be deleted then: retention.ms from 1000 to 1"));
  EXPECT_TRUE(configs.alterations.empty());
}

TEST_F(ConfigCommandTest, AnEmptyNameIsNotTheBroker) {
  EXPECT_EQ(Set({"segment.ms=1"}, {"--topic", ""}), kUsage);
  EXPECT_THAT(cli.error(), HasSubstr("--topic: is empty"));
}

}  // namespace
}  // namespace monkafka::cli
