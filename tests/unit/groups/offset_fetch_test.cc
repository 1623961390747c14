// OffsetFetch and OffsetDelete.
#include "harness.h"

#include "records/batch_builder.h"
#include "records/control_records.h"

namespace monkafka::groups {
namespace {

using protocol::OffsetFetchRequest;
using testing::IsEmpty;
using testing::SizeIs;

class OffsetFetchTest : public CoordinatorTest {
 protected:
  OffsetFetchTest() { Start(); }

  Client simple;
};

TEST_F(OffsetFetchTest, WhatWasNeverCommittedIsMinusOneWithoutError) {
  const auto unknown_group = FetchOne("nobody");
  EXPECT_EQ(unknown_group.committed_offset, -1);
  EXPECT_EQ(unknown_group.metadata, "");
  EXPECT_EQ(unknown_group.committed_leader_epoch, -1);
  EXPECT_EQ(unknown_group.error_code, ErrorCode::kNone);
  CommitOne(simple, {.partition = 0, .offset = 5});
  EXPECT_EQ(FetchOne("group", "topic", 1).committed_offset, -1);
  EXPECT_EQ(FetchOne("group", "nowhere", 0).error_code, ErrorCode::kNone);
  EXPECT_EQ(StateOf("nobody"), "Dead") << "asking made no group";
}

TEST_F(OffsetFetchTest, TheCommittedOffsetComesWithMetadataAndLeaderEpoch) {
  CommitOne(simple, {.offset = 5, .metadata = "note", .leader_epoch = 4});
  const auto fetched = FetchOne("group");
  EXPECT_EQ(fetched.committed_offset, 5);
  EXPECT_EQ(fetched.metadata, "note");
  EXPECT_EQ(fetched.committed_leader_epoch, 4);
}

TEST_F(OffsetFetchTest, NullTopicsAreAllTopics) {
  SendCommit(simple, {{.topic = "topic", .partition = 2, .offset = 1},
                      {.topic = "topic", .partition = 1, .offset = 2},
                      {.topic = "other", .partition = 0, .offset = 3}});
  OffsetFetchRequest request;
  request.group_id = "group";
  request.topics = std::nullopt;
  const FetchAnswer answer = SendFetch(request, 5);
  ASSERT_THAT(answer->topics, SizeIs(2));
  EXPECT_EQ(answer->topics[0].name, "other");
  EXPECT_EQ(answer->topics[1].name, "topic");
  EXPECT_EQ(answer->topics[1].partitions.at(0).partition_index, 1);
  EXPECT_EQ(answer->topics[1].partitions.at(0).committed_offset, 2);
  EXPECT_EQ(answer->topics[1].partitions.at(1).committed_offset, 1);

  request.group_id = "nobody";
  EXPECT_THAT(SendFetch(request, 5)->topics, IsEmpty());
}

TEST_F(OffsetFetchTest, SeveralGroupsAreAnsweredInTheirOrder) {
  std::vector<std::string> names;
  for (int i = 0; i < 20; ++i) names.push_back("group-" + std::to_string(i));
  OffsetFetchRequest request;
  for (const std::string& name : names) {
    Client client;
    client.group = name;
    CommitOne(client, {.offset = static_cast<Offset>(name.size())});
    request.groups.push_back({.group_id = name, .member_id = {}, .topics = {}});
  }
  request.groups[3].topics.emplace().push_back({"topic", {}, {0, 1}});
  const FetchAnswer answer = SendFetch(request, 8);
  ASSERT_THAT(answer->groups, SizeIs(20));
  for (size_t i = 0; i < names.size(); ++i) {
    EXPECT_EQ(answer->groups[i].group_id, names[i]);
    EXPECT_EQ(answer->groups[i].error_code, ErrorCode::kNone);
    EXPECT_EQ(answer->groups[i].topics.at(0).partitions.at(0).committed_offset,
              static_cast<Offset>(names[i].size()));
  }
  EXPECT_EQ(answer->groups[3].topics.at(0).partitions.at(1).committed_offset, -1);
  EXPECT_THAT(SendFetch({}, 8)->groups, IsEmpty());
}

TEST_F(OffsetFetchTest, FromVersion10OnTopicsAreNamedByTheirId) {
  SendCommit(simple, {{.offset = 7}});
  OffsetFetchRequest request;
  request.groups.push_back({.group_id = "group", .member_id = {}, .topics = {}});
  const FetchAnswer all = SendFetch(request, 10);
  EXPECT_EQ(all->groups.at(0).topics.at(0).topic_id, TopicId("topic"));

  const Uuid unknown = Uuid::Random();
  request.groups[0].topics.emplace();
  request.groups[0].topics->push_back({{}, TopicId("topic"), {0}});
  request.groups[0].topics->push_back({{}, unknown, {0}});
  const FetchAnswer some = SendFetch(request, 10);
  const auto& topics = some->groups.at(0).topics;
  EXPECT_EQ(topics.at(0).partitions.at(0).committed_offset, 7);
  EXPECT_EQ(topics.at(1).topic_id, unknown);
  EXPECT_EQ(topics.at(1).partitions.at(0).error_code, ErrorCode::kUnknownTopicId);
  EXPECT_EQ(topics.at(1).partitions.at(0).committed_offset, -1);
}

TEST_F(OffsetFetchTest, WaitsUntilEarlierCommitsAreDurable) {
  offsets_topic.hold = true;
  const CommitAnswer commit = SendCommit(simple, {{.offset = 5}});
  const FetchAnswer fetch = SendFetch(FetchRequest("group", "topic", {0}), 7);
  EXPECT_TRUE(fetch.pending()) << "what it would say could still be lost";
  offsets_topic.hold = false;
  offsets_topic.Release();
  Run();
  EXPECT_FALSE(commit.pending());
  EXPECT_EQ(fetch->topics.at(0).partitions.at(0).committed_offset, 5);
}

TEST_F(OffsetFetchTest, BeforeVersion2AGroupsErrorIsEachPartitions) {
  offsets_topic.read_error = ErrorCode::kKafkaStorageError;
  Start();
  const FetchAnswer answer = SendFetch(FetchRequest("group", "topic", {0, 1}), 1);
  ASSERT_THAT(answer->topics.at(0).partitions, SizeIs(2));
  EXPECT_EQ(answer->topics.at(0).partitions.at(1).error_code, ErrorCode::kNotCoordinator);
  EXPECT_EQ(SendFetch(FetchRequest("group", "topic", {0}), 2)->error_code,
            ErrorCode::kNotCoordinator);
}

// --- transactions, as their records lie in the log ---

class PendingOffsetTest : public OffsetFetchTest {
 protected:
  void WriteTransactional(ProducerId producer, const Commit& commit) {
    RecordBuffer buffer;
    buffer.AddOffsetCommit({"group", commit.topic, commit.partition},
                           {.offset = commit.offset, .metadata = {}, .commit_timestamp = 1});
    records::BatchBuilder batch(
        {.producer_id = producer, .producer_epoch = 0, .base_sequence = 0, .transactional = true});
    buffer.AppendTo(batch, 0, 1);
    offsets_topic.Write(PartitionOf("group"), *std::move(batch).Build());
  }
  void WriteMarker(ProducerId producer, bool committed) {
    offsets_topic.Write(
        PartitionOf("group"),
        records::BuildEndTxnBatch({.timestamp = 1, .producer_id = producer, .producer_epoch = 0},
                                  {.committed = committed, .coordinator_epoch = 0}));
  }
  ErrorCode StableError(int32_t partition = 0) {
    OffsetFetchRequest request = FetchRequest("group", "topic", {partition});
    request.require_stable = true;
    return SendFetch(request, 7)->topics.at(0).partitions.at(0).error_code;
  }
};

TEST_F(PendingOffsetTest, AnOffsetOfAnOpenTransactionIsNotSeen) {
  CommitOne(simple, {.offset = 5});
  WriteTransactional(77, {.offset = 9});
  Start();
  EXPECT_EQ(Committed("group"), 5);
  EXPECT_EQ(StableError(), ErrorCode::kUnstableOffsetCommit);
  EXPECT_EQ(StableError(1), ErrorCode::kNone);
}

TEST_F(PendingOffsetTest, ACommittedTransactionsOffsetCounts) {
  CommitOne(simple, {.offset = 5});
  WriteTransactional(77, {.offset = 9});
  WriteMarker(77, true);
  Start();
  EXPECT_EQ(Committed("group"), 9);
  EXPECT_EQ(StableError(), ErrorCode::kNone);
}

TEST_F(PendingOffsetTest, AnAbortedTransactionsOffsetDoesNot) {
  CommitOne(simple, {.offset = 5});
  WriteTransactional(77, {.offset = 9});
  WriteMarker(77, false);
  Start();
  EXPECT_EQ(Committed("group"), 5);
  EXPECT_EQ(StableError(), ErrorCode::kNone);
}

TEST_F(PendingOffsetTest, AnOffsetCommittedAfterTheTransactionsStays) {
  WriteTransactional(77, {.offset = 9});
  Start();
  CommitOne(simple, {.offset = 20});
  WriteMarker(77, true);
  Start();
  EXPECT_EQ(Committed("group"), 20);
}

TEST_F(PendingOffsetTest, OfTwoProducersEachEndsItsOwn) {
  WriteTransactional(1, {.partition = 0, .offset = 10});
  WriteTransactional(2, {.partition = 1, .offset = 20});
  WriteMarker(2, true);
  Start();
  EXPECT_EQ(Committed("group", "topic", 0), -1);
  EXPECT_EQ(Committed("group", "topic", 1), 20);
  EXPECT_EQ(StableError(0), ErrorCode::kUnstableOffsetCommit);
}

// --- deletion ---

class OffsetDeleteTest : public OffsetFetchTest {
 protected:
  protocol::OffsetDeleteResponse Delete(const std::string& group,
                                        std::vector<std::pair<std::string, int32_t>> partitions) {
    protocol::OffsetDeleteRequest request;
    request.group_id = Keep(group);
    for (const auto& [name, partition] : partitions) {
      request.topics.push_back({Keep(name), {{partition}}});
    }
    Answer<protocol::OffsetDeleteResponse> answer;
    coordinator->OffsetDelete(Receive(std::move(request), 0), answer.callback());
    Run();
    return *answer;
  }
};

TEST_F(OffsetDeleteTest, UnknownGroupsAreAnError) {
  EXPECT_EQ(Delete("nobody", {{"topic", 0}}).error_code, ErrorCode::kGroupIdNotFound);
  EXPECT_EQ(Delete("", {{"topic", 0}}).error_code, ErrorCode::kInvalidGroupId);
}

TEST_F(OffsetDeleteTest, DeletesWhatIsThere) {
  SendCommit(simple, {{.partition = 0, .offset = 1}, {.partition = 1, .offset = 2}});
  const auto response = Delete("group", {{"topic", 0}, {"topic", 2}, {"nowhere", 0}});
  EXPECT_EQ(response.error_code, ErrorCode::kNone);
  EXPECT_EQ(response.topics.at(0).partitions.at(0).error_code, ErrorCode::kNone);
  EXPECT_EQ(response.topics.at(1).partitions.at(0).error_code, ErrorCode::kNone);
  EXPECT_EQ(response.topics.at(2).partitions.at(0).error_code, ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(Committed("group", "topic", 0), -1);
  EXPECT_EQ(Committed("group", "topic", 1), 2);
  Start();
  EXPECT_EQ(Committed("group", "topic", 0), -1) << "for good";
  EXPECT_EQ(Committed("group", "topic", 1), 2);
}

TEST_F(OffsetDeleteTest, TopicsThatAMemberReadsAreKept) {
  SendCommit(simple, {{.topic = "topic", .offset = 1}, {.topic = "other", .offset = 2}});
  Client member;
  member.protocols = {{"range", Subscription("topic")}};
  Stabilize({&member});
  const auto response = Delete("group", {{"topic", 0}, {"other", 0}});
  EXPECT_EQ(response.error_code, ErrorCode::kNone);
  EXPECT_EQ(response.topics.at(0).partitions.at(0).error_code, ErrorCode::kGroupSubscribedToTopic);
  EXPECT_EQ(response.topics.at(1).partitions.at(0).error_code, ErrorCode::kNone);
  EXPECT_EQ(Committed("group", "topic"), 1);
  EXPECT_EQ(Committed("group", "other"), -1);
}

TEST_F(OffsetDeleteTest, WhatMembersReadIsTakenForEverythingWhenItIsNotKnown) {
  SendCommit(simple, {{.offset = 1}});
  Client member;
  member.protocols = {{"range", {'?'}}};
  Stabilize({&member});
  EXPECT_EQ(Delete("group", {{"topic", 0}}).topics.at(0).partitions.at(0).error_code,
            ErrorCode::kGroupSubscribedToTopic);
}

TEST_F(OffsetDeleteTest, GroupsOfAnotherProtocolMustBeEmpty) {
  SendCommit(simple, {{.offset = 1}});
  Client member;
  member.protocol_type = "connect";
  Stabilize({&member});
  EXPECT_EQ(Delete("group", {{"topic", 0}}).error_code, ErrorCode::kNonEmptyGroup);
  Leave(member);
  EXPECT_EQ(Delete("group", {{"topic", 0}}).error_code, ErrorCode::kNone);
  EXPECT_EQ(Committed("group"), -1);
}

TEST_F(OffsetDeleteTest, APendingOffsetIsDeletedToo) {
  RecordBuffer buffer;
  buffer.AddOffsetCommit({"group", "topic", 0},
                         {.offset = 3, .metadata = {}, .commit_timestamp = 1});
  records::BatchBuilder batch(
      {.producer_id = 1, .producer_epoch = 0, .base_sequence = 0, .transactional = true});
  buffer.AppendTo(batch, 0, 1);
  offsets_topic.Write(PartitionOf("group"), *std::move(batch).Build());
  Start();
  EXPECT_EQ(Delete("group", {{"topic", 0}}).topics.at(0).partitions.at(0).error_code,
            ErrorCode::kNone);
  offsets_topic.Write(
      PartitionOf("group"),
      records::BuildEndTxnBatch({.timestamp = 1, .producer_id = 1, .producer_epoch = 0},
                                {.committed = true, .coordinator_epoch = 0}));
  Start();
  EXPECT_EQ(Committed("group"), -1);
}

}  // namespace
}  // namespace monkafka::groups
