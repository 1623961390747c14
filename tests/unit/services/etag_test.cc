#include "services/etag.h"

#include <gtest/gtest.h>

#include "unit/services/data_path.h"

namespace monkafka::services {
namespace {

using cluster::ResourceType;

class EtagTest : public testing::Test {
 protected:
  EtagTest() { CreateTopic(cluster, "t", TopicId(1), 2); }
  std::string Topic() const {
    const auto image = cluster.Image();
    return TopicEtag(*image, *image->FindTopic("t"));
  }
  std::string Config() const { return ConfigEtag(*cluster.Image(), ResourceType::kTopic, "t"); }
  void Set(std::optional<std::string> value) {
    cluster.Apply({cluster::ConfigRecord{static_cast<int8_t>(ResourceType::kTopic), "t",
                                         "retention.ms", std::move(value)}});
  }

  fakes::FakeCluster cluster;
};

TEST_F(EtagTest, StaysWhileNothingChangesAndComesBackWithTheOldState) {
  const std::string topic = Topic();
  const std::string config = Config();
  CreateTopic(cluster, "another", TopicId(2));
  EXPECT_EQ(Topic(), topic);
  EXPECT_EQ(Config(), config);
  Set("1");
  EXPECT_NE(Topic(), topic);
  EXPECT_NE(Config(), config);
  Set(std::nullopt);
  EXPECT_EQ(Topic(), topic);
  EXPECT_EQ(Config(), config);
}

TEST_F(EtagTest, MorePartitionsChangeTheTopicButNotItsConfigs) {
  const std::string topic = Topic();
  const std::string config = Config();
  cluster::PartitionRecord partition;
  partition.partition_id = 2;
  partition.topic_id = TopicId(1);
  partition.replicas = partition.isr = {1};
  partition.leader = 1;
  cluster.Apply({partition});
  EXPECT_NE(Topic(), topic);
  EXPECT_EQ(Config(), config);
}

TEST_F(EtagTest, ATopicMadeAnewIsAnotherOne) {
  const std::string topic = Topic();
  const std::string config = Config();
  DeleteTopic(cluster, TopicId(1));
  CreateTopic(cluster, "t", TopicId(3), 2);
  EXPECT_NE(Topic(), topic);
  EXPECT_NE(Config(), config);
}

TEST_F(EtagTest, WherePartsEndMatters) {
  EXPECT_NE(EtagHash().Add("ab").Add("c").ToString(), EtagHash().Add("a").Add("bc").ToString());
  EXPECT_EQ(EtagHash().Add("a").ToString().size(), 16u);
}

TEST_F(EtagTest, AnotherOneIsRefusedNoneIsFine) {
  EXPECT_TRUE(CheckEtag(std::nullopt, "a"));
  EXPECT_TRUE(CheckEtag("a", "a"));
  EXPECT_EQ(CodeOf(CheckEtag("a", "b")), ErrorCode::kInvalidUpdateVersion);
}

}  // namespace
}  // namespace monkafka::services
