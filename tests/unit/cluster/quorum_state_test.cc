#include "cluster/quorum_state.h"

#include <gtest/gtest.h>

namespace monkafka::cluster {
namespace {

TEST(QuorumStateTest, WritesKafkasFileOfVersionZero) {
  EXPECT_EQ(FormatQuorumState({1, 3, 0}),
            R"({"clusterId":"","leaderId":1,"leaderEpoch":3,"votedId":-1,"appliedOffset":0,)"
            R"("currentVoters":[{"voterId":1}],"data_version":0})");
}

TEST(QuorumStateTest, ReadsBothVersionsAndKeepsWhichItWas) {
  for (const int version : {0, 1}) {
    const auto read = ParseQuorumState(FormatQuorumState({7, 12, version}));
    ASSERT_TRUE(read.has_value()) << read.error().message;
    EXPECT_EQ(read->leader_id, 7);
    EXPECT_EQ(read->leader_epoch, 12);
    EXPECT_EQ(read->data_version, version);
  }
  const auto voted = ParseQuorumState(
      R"({"leaderId":-1,"leaderEpoch":2,"votedId":1,"votedDirectoryId":"J8aAPcfLQt2bqs1JT_rMgQ","data_version":1})");
  ASSERT_TRUE(voted.has_value());
  EXPECT_EQ(voted->leader_id, -1);
}

TEST(QuorumStateTest, RefusesWhatIsNone) {
  EXPECT_FALSE(ParseQuorumState("").has_value());
  EXPECT_FALSE(ParseQuorumState("{}").has_value());
  EXPECT_FALSE(
      ParseQuorumState(R"({"leaderId":"x","leaderEpoch":1,"data_version":0})").has_value());
  EXPECT_FALSE(ParseQuorumState(R"({"leaderId":1,"leaderEpoch":1,"data_version":9})").has_value());
}

}  // namespace
}  // namespace monkafka::cluster
