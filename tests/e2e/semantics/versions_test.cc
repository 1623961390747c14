// What ApiVersions promises is kept: every advertised version of every API is answered, in the form
// of that version.
#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "e2e/semantics/data_client.h"
#include "e2e/semantics/group_member.h"
#include "e2e/semantics/semantics_fixture.h"
#include "protocol/api_versions.h"
#include "protocol/cluster.h"
#include "protocol/configs.h"
#include "protocol/fetch.h"
#include "protocol/groups.h"
#include "protocol/list_offsets.h"
#include "protocol/offset_for_leader_epoch.h"
#include "protocol/offsets.h"
#include "protocol/produce.h"
#include "protocol/producers.h"

namespace monkafka::e2e {
namespace {

using namespace protocol;  // NOLINT: nearly every message is named below

using Range = std::pair<int16_t, int16_t>;

class VersionsTest : public SemanticsTest {
 protected:
  VersionsTest() {
    for (const auto& api : client_.Call<ApiVersionsResponse>(ApiVersionsRequest(), 2).api_keys) {
      advertised_[api.api_key] = {api.min_version, api.max_version};
    }
  }

  // Sends it in every version; what matters is that an answer of that version comes.
  template <class Response, class Request>
  void ExpectAnswered(const Request& request) {
    const auto key = static_cast<int16_t>(Request::api.key);
    asked_.push_back(key);
    ASSERT_TRUE(advertised_.contains(key)) << Request::api.name;
    const auto [first, last] = advertised_[key];
    // Apache Kafka may know more of them than the protocol room.
    for (int16_t version = std::max(first, Request::api.min_version);
         version <= std::min(last, Request::api.max_version); ++version) {
      SCOPED_TRACE(std::string(Request::api.name) + " v" + std::to_string(version));
      EXPECT_NO_THROW(client_.Call<Response>(request, version));
    }
  }

  std::map<int16_t, Range> advertised_;
  std::vector<int16_t> asked_;
};

TEST_F(VersionsTest, EveryAdvertisedVersionOfEveryApiIsAnswered) {
  ProduceRequest produce;
  produce.acks = 1;
  ExpectAnswered<ProduceResponse>(produce);
  ExpectAnswered<FetchResponse>(FetchRequest());
  ExpectAnswered<ListOffsetsResponse>(ListOffsetsRequest());
  ExpectAnswered<MetadataResponse>(MetadataRequest());
  ExpectAnswered<OffsetCommitResponse>(OffsetCommitRequest());
  OffsetFetchRequest offset_fetch;
  offset_fetch.groups.emplace_back().group_id = topic_;
  ExpectAnswered<OffsetFetchResponse>(offset_fetch);
  ExpectAnswered<FindCoordinatorResponse>(FindCoordinatorRequest());
  ExpectAnswered<JoinGroupResponse>(JoinGroupRequest());
  ExpectAnswered<HeartbeatResponse>(HeartbeatRequest());
  ExpectAnswered<LeaveGroupResponse>(LeaveGroupRequest());
  ExpectAnswered<SyncGroupResponse>(SyncGroupRequest());
  ExpectAnswered<DescribeGroupsResponse>(DescribeGroupsRequest());
  ExpectAnswered<ListGroupsResponse>(ListGroupsRequest());
  ExpectAnswered<ApiVersionsResponse>(ApiVersionsRequest());
  ExpectAnswered<CreateTopicsResponse>(CreateTopicsRequest());
  ExpectAnswered<DeleteTopicsResponse>(DeleteTopicsRequest());
  ExpectAnswered<DeleteRecordsResponse>(DeleteRecordsRequest());
  ExpectAnswered<InitProducerIdResponse>(InitProducerIdRequest());
  ExpectAnswered<OffsetForLeaderEpochResponse>(OffsetForLeaderEpochRequest());
  ExpectAnswered<DescribeConfigsResponse>(DescribeConfigsRequest());
  ExpectAnswered<AlterConfigsResponse>(AlterConfigsRequest());
  ExpectAnswered<DescribeLogDirsResponse>(DescribeLogDirsRequest());
  ExpectAnswered<CreatePartitionsResponse>(CreatePartitionsRequest());
  ExpectAnswered<DeleteGroupsResponse>(DeleteGroupsRequest());
  ExpectAnswered<IncrementalAlterConfigsResponse>(IncrementalAlterConfigsRequest());
  ExpectAnswered<OffsetDeleteResponse>(OffsetDeleteRequest());
  ExpectAnswered<DescribeClusterResponse>(DescribeClusterRequest());
  ExpectAnswered<DescribeProducersResponse>(DescribeProducersRequest());
  ExpectAnswered<DescribeTopicPartitionsResponse>(DescribeTopicPartitionsRequest());

  MONKAFKA_SKIP_AGAINST_APACHE_KAFKA("which has more APIs");
  for (const auto& [key, range] : advertised_) {
    EXPECT_NE(std::ranges::find(asked_, key), asked_.end())
        << "API " << key << " has no line above";
  }
}

// All that Kafka 3.9 serves and what Kafka 4 added, for record batches of format v2.
TEST_F(VersionsTest, TheVersionsOfKafka3And4AreAdvertised) {
  MONKAFKA_SKIP_AGAINST_APACHE_KAFKA("whose releases have one half each");
  const std::vector<std::pair<int16_t, Range>> expected = {
      {0, {0, 13}}, {1, {4, 18}}, {2, {0, 11}}, {3, {0, 13}}, {8, {0, 10}}, {9, {0, 10}},
      {10, {0, 6}}, {11, {0, 9}}, {12, {0, 4}}, {13, {0, 5}}, {14, {0, 5}}, {15, {0, 6}},
      {16, {0, 5}}, {18, {0, 4}}, {19, {0, 7}}, {20, {0, 6}}, {21, {0, 2}}, {22, {0, 5}},
      {23, {0, 4}}, {32, {0, 4}}, {33, {0, 2}}, {35, {0, 5}}, {37, {0, 3}}, {42, {0, 2}},
      {44, {0, 1}}, {47, {0, 0}}, {60, {0, 2}}, {61, {0, 0}}, {75, {0, 0}}};
  for (const auto& [key, range] : expected) {
    EXPECT_EQ(advertised_[key], range) << "API " << key;
  }
}

// A client takes the new group protocol (KIP-848) or share groups (KIP-932) where it finds these.
TEST_F(VersionsTest, GroupProtocolsThatAreNotServedAreNotAdvertised) {
  MONKAFKA_SKIP_AGAINST_APACHE_KAFKA("which serves them");
  for (const int16_t key : {68, 69, 76, 77, 78, 79, 88, 89}) {
    EXPECT_FALSE(advertised_.contains(key)) << key;
  }
}

// Versions that only Kafka 4 has. Against Kafka 3.9 these are skipped.

class NewerVersionsTest : public VersionsTest {
 protected:
  bool Serves(const Api& api, int16_t version) {
    return version <= advertised_[static_cast<int16_t>(api.key)].second;
  }
};

TEST_F(NewerVersionsTest, ProduceNamesTopicsById) {
  if (!Serves(ProduceRequest::api, 13)) GTEST_SKIP();
  const Uuid id = CreateTopic(client_, topic_);
  const auto produce = [&](const Uuid& topic_id, int16_t version) {
    std::vector<uint8_t> batch = MakeBatch("x");
    ProduceRequest request;
    request.acks = -1;
    request.timeout_ms = 10'000;
    request.topic_data.push_back({topic_, topic_id, {{0, MutableBytes(batch)}}});
    return client_.Call<ProduceResponse>(request, version).responses.at(0);
  };
  EXPECT_EQ(produce({}, 12).partition_responses.at(0).base_offset, 0);
  const auto by_id = produce(id, 13);
  EXPECT_EQ(by_id.topic_id, id);
  EXPECT_EQ(by_id.partition_responses.at(0).error_code, ErrorCode::kNone);
  EXPECT_EQ(by_id.partition_responses.at(0).base_offset, 1);
  const Uuid other = Uuid::Random();
  const auto unknown = produce(other, 13);
  EXPECT_EQ(unknown.topic_id, other);
  EXPECT_EQ(unknown.partition_responses.at(0).error_code, ErrorCode::kUnknownTopicId);
  EXPECT_EQ(unknown.partition_responses.at(0).base_offset, -1);
}

TEST_F(NewerVersionsTest, OffsetsAreCommittedAndFetchedByTopicId) {
  if (!Serves(OffsetCommitRequest::api, 10)) GTEST_SKIP();
  const std::string group = topic_ + "-group";
  AwaitCoordinator(client_, group);
  const Uuid id = CreateTopic(client_, topic_);
  const Uuid other = Uuid::Random();
  OffsetCommitRequest commit;
  commit.group_id = group;
  commit.topics.push_back({"", id, {{0, 7, -1, -1, "m"}}});
  commit.topics.push_back({"", other, {{0, 8, -1, -1, "m"}}});
  for (const auto& topic : client_.Call<OffsetCommitResponse>(commit, 10).topics) {
    EXPECT_EQ(topic.partitions.at(0).error_code,
              topic.topic_id == id ? ErrorCode::kNone : ErrorCode::kUnknownTopicId);
  }
  OffsetFetchRequest fetch;
  fetch.groups.emplace_back().group_id = group;
  fetch.groups[0].topics->push_back({"", id, {0}});
  fetch.groups[0].topics->push_back({"", other, {0}});
  const auto answer = client_.Call<OffsetFetchResponse>(fetch, 10);
  ASSERT_EQ(answer.groups.at(0).topics.size(), 2u);
  for (const auto& topic : answer.groups[0].topics) {
    const auto& partition = topic.partitions.at(0);
    EXPECT_EQ(partition.error_code,
              topic.topic_id == id ? ErrorCode::kNone : ErrorCode::kUnknownTopicId);
    EXPECT_EQ(partition.committed_offset, topic.topic_id == id ? 7 : -1);
  }
  // A generation without a group.
  commit.generation_id_or_member_epoch = 3;
  const std::string none = group + "-none";
  commit.group_id = none;
  commit.topics.pop_back();
  EXPECT_EQ(client_.Call<OffsetCommitResponse>(commit, 10).topics.at(0).partitions.at(0).error_code,
            ErrorCode::kGroupIdNotFound);
}

TEST_F(NewerVersionsTest, DescribingAGroupNobodyKnowsIsAnError) {
  if (!Serves(DescribeGroupsRequest::api, 6)) GTEST_SKIP();
  AwaitCoordinator(client_, topic_);
  const auto group = DescribeGroup(client_, topic_, 6);
  EXPECT_EQ(group.error_code, ErrorCode::kGroupIdNotFound);
  EXPECT_EQ(group.group_state, "Dead");
  EXPECT_EQ(group.error_message, "Group " + topic_ + " not found.");
}

TEST_F(NewerVersionsTest, MetadataFetchAndListOffsetsAnswerAsBefore) {
  if (!Serves(MetadataRequest::api, 13)) GTEST_SKIP();
  const Uuid id = CreateTopic(client_, topic_);
  Produce(client_, topic_, MakeBatch("x"));
  MetadataRequest metadata;
  metadata.topics.emplace(1).front().topic_id = id;
  const auto described = client_.Call<MetadataResponse>(metadata, 13);
  EXPECT_EQ(described.error_code, ErrorCode::kNone);
  EXPECT_EQ(described.topics.at(0).name, topic_);
  FetchRequest fetch = FetchOf("", 0);
  fetch.topics[0].topic_id = id;
  EXPECT_EQ(
      RecordsOf(client_.Call<FetchResponse>(fetch, 18).responses.at(0).partitions.at(0)).size(),
      1u);
  for (const int16_t version : {10, 11}) {
    EXPECT_EQ(ListOffset(client_, topic_, -1, version).offset, 1);
    EXPECT_EQ(ListOffset(client_, topic_, -2, version).offset, 0);
  }
  EXPECT_EQ(ListOffset(client_, topic_, -6, 10).error_code, ErrorCode::kUnsupportedVersion);
}

TEST_F(NewerVersionsTest, FencedBrokersAreDescribedWhenAskedFor) {
  if (!Serves(DescribeClusterRequest::api, 2)) GTEST_SKIP();
  for (const bool include : {false, true}) {
    DescribeClusterRequest request;
    request.include_fenced_brokers = include;
    const auto answer = client_.Call<DescribeClusterResponse>(request, 2);
    ASSERT_EQ(answer.brokers.size(), 1u);
    EXPECT_FALSE(answer.brokers[0].is_fenced);
  }
}

}  // namespace
}  // namespace monkafka::e2e
