// DescribeGroups, ListGroups, DeleteGroups and what operators see.
#include "harness.h"

#include "groups/java_string.h"

namespace monkafka::groups {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

class QueriesTest : public CoordinatorTest {
 protected:
  QueriesTest() { Start(); }

  protocol::ListGroupsResponse List(std::vector<std::string_view> states = {},
                                    std::vector<std::string_view> types = {}) {
    Answer<protocol::ListGroupsResponse> answer;
    coordinator->ListGroups(Receive(protocol::ListGroupsRequest{states, types}, 5),
                            answer.callback());
    Run();
    return *answer;
  }
  std::vector<std::string> Ids(const protocol::ListGroupsResponse& response) {
    std::vector<std::string> ids;
    for (const auto& group : response.groups) ids.push_back(group.group_id);
    return ids;
  }
  std::vector<ErrorCode> Delete(std::vector<std::string_view> ids) {
    protocol::DeleteGroupsRequest request;
    request.groups_names = std::move(ids);
    Answer<protocol::DeleteGroupsResponse> answer;
    coordinator->DeleteGroups(Receive(std::move(request), 2), answer.callback());
    Run();
    std::vector<ErrorCode> errors;
    for (const auto& result : answer->results) errors.push_back(result.error_code);
    return errors;
  }
  Client Simple(const std::string& group) {
    Client client;
    client.group = group;
    CommitOne(client, {.offset = 1});
    return client;
  }

  Client member;
};

TEST_F(QueriesTest, AnUnknownGroupIsDead) {
  const auto old = Describe("nobody", 5);
  EXPECT_EQ(old.group_state, "Dead");
  EXPECT_EQ(old.error_code, ErrorCode::kNone);
  const auto now = Describe("nobody", 6);
  EXPECT_EQ(now.group_state, "Dead");
  EXPECT_EQ(now.error_code, ErrorCode::kGroupIdNotFound);
  EXPECT_EQ(now.error_message, "Group nobody not found.");
}

TEST_F(QueriesTest, AStableGroupIsDescribedWithMetadataAndAssignments) {
  member.instance_id = "instance";
  Stabilize({&member});
  const auto group = Describe("group");
  EXPECT_EQ(group.error_code, ErrorCode::kNone);
  EXPECT_EQ(group.group_state, "Stable");
  EXPECT_EQ(group.protocol_type, "consumer");
  EXPECT_EQ(group.protocol_data, "range");
  EXPECT_EQ(group.authorized_operations, INT32_MIN);
  ASSERT_THAT(group.members, SizeIs(1));
  EXPECT_EQ(group.members[0].member_id, member.member_id);
  EXPECT_EQ(group.members[0].group_instance_id, "instance");
  EXPECT_EQ(group.members[0].client_id, "client");
  EXPECT_EQ(group.members[0].client_host, "/10.0.0.7");
  EXPECT_EQ(AsText(group.members[0].member_metadata), "m");
  EXPECT_EQ(AsText(group.members[0].member_assignment), "for client");
}

TEST_F(QueriesTest, InARebalanceMetadataAndProtocolAreLeftOut) {
  Client other;
  Stabilize({&member, &other});
  SendJoin(member);
  const auto group = Describe("group");
  EXPECT_EQ(group.group_state, "PreparingRebalance");
  EXPECT_EQ(group.protocol_data, "");
  EXPECT_EQ(group.protocol_type, "consumer");
  EXPECT_THAT(group.members.at(0).member_metadata, IsEmpty());
}

TEST_F(QueriesTest, SeveralGroupsAreDescribedInTheirOrder) {
  Simple("a");
  Simple("b");
  protocol::DescribeGroupsRequest request;
  request.groups = {"b", "nobody", "", "a"};
  Answer<protocol::DescribeGroupsResponse> answer;
  coordinator->DescribeGroups(Receive(request, 5), answer.callback());
  Run();
  ASSERT_THAT(answer->groups, SizeIs(4));
  EXPECT_EQ(answer->groups[0].group_id, "b");
  EXPECT_EQ(answer->groups[0].group_state, "Empty");
  EXPECT_EQ(answer->groups[1].group_state, "Dead");
  EXPECT_EQ(answer->groups[2].error_code, ErrorCode::kNone);
  EXPECT_EQ(answer->groups[3].group_id, "a");
}

TEST_F(QueriesTest, ListGroupsFiltersByStateAndTypeWhateverTheCase) {
  Simple("empty");
  Stabilize({&member});
  EXPECT_THAT(Ids(List()), UnorderedElementsAre("empty", "group"));
  EXPECT_THAT(Ids(List({"stable"})), ElementsAre("group"));
  EXPECT_THAT(Ids(List({"STABLE", " Empty "})), UnorderedElementsAre("empty", "group"));
  EXPECT_THAT(Ids(List({"PreparingRebalance"})), IsEmpty());
  EXPECT_THAT(Ids(List({}, {"Classic"})), UnorderedElementsAre("empty", "group"));
  EXPECT_THAT(Ids(List({}, {"consumer"})), IsEmpty());
  EXPECT_THAT(Ids(List({"nonsense"}, {"nonsense"})), IsEmpty());

  const auto stable = List({"stable"}).groups.at(0);
  EXPECT_EQ(stable.protocol_type, "consumer");
  EXPECT_EQ(stable.group_state, "Stable");
  EXPECT_EQ(stable.group_type, "classic");
  EXPECT_EQ(List({"empty"}).groups.at(0).protocol_type, "") << "it only stores offsets";
}

TEST_F(QueriesTest, OnlyGroupsWithoutMembersCanBeDeleted) {
  Simple("empty");
  Stabilize({&member});
  EXPECT_THAT(
      Delete({"group", "nobody", "empty"}),
      ElementsAre(ErrorCode::kNonEmptyGroup, ErrorCode::kGroupIdNotFound, ErrorCode::kNone));
  EXPECT_EQ(StateOf("empty"), "Dead");
  EXPECT_EQ(Committed("empty"), -1);
  EXPECT_EQ(StateOf("group"), "Stable");
  Start();
  EXPECT_EQ(StateOf("empty"), "Dead") << "for good";
  EXPECT_EQ(Committed("empty"), -1);
}

TEST_F(QueriesTest, AGroupNamedTwiceIsDeletedOnce) {
  Simple("a");
  EXPECT_THAT(Delete({"a", "a"}), ElementsAre(ErrorCode::kNone));
  EXPECT_THAT(Delete({}), IsEmpty());
}

TEST_F(QueriesTest, ADeletedGroupCanComeBack) {
  Client client = Simple("a");
  Delete({"a"});
  EXPECT_EQ(CommitOne(client, {.partition = 1, .offset = 2}), ErrorCode::kNone);
  Start();
  EXPECT_EQ(Committed("a", "topic", 0), -1);
  EXPECT_EQ(Committed("a", "topic", 1), 2);
}

TEST_F(QueriesTest, AGroupsPartitionIsJavasHash) {
  EXPECT_EQ(*coordinator->PartitionFor("group"), PartitionForKey("group", kPartitions));
}

TEST_F(QueriesTest, BeforeTheTopicExistsThereAreNoGroupsAndNoCoordinator) {
  GroupCoordinator early(options, offsets_topic, [this] { return image; }, clock, timers, executor);
  EXPECT_FALSE(early.PartitionFor("group").has_value());
  Answer<protocol::ListGroupsResponse> listed;
  early.ListGroups(Receive(protocol::ListGroupsRequest(), 4), listed.callback());
  EXPECT_EQ(listed->error_code, ErrorCode::kNone);
  protocol::HeartbeatRequest heartbeat;
  heartbeat.group_id = "group";
  Answer<protocol::HeartbeatResponse> beat;
  early.Heartbeat(Receive(heartbeat, 4), beat.callback());
  EXPECT_EQ(beat->error_code, ErrorCode::kCoordinatorNotAvailable);
  bool stopped = false;
  early.Stop([&] { stopped = true; });
  EXPECT_TRUE(stopped);
}

TEST_F(QueriesTest, OperatorsSeeSummariesAndDetails) {
  // What a consumer of "topic" sends, and partitions 0 and 2 of it as its assignment.
  const std::string subscription("\0\0\0\0\0\1\0\5topic\xff\xff\xff\xff", 17);
  const std::string assignment("\0\0\0\0\0\1\0\5topic\0\0\0\2\0\0\0\0\0\0\0\2\xff\xff\xff\xff", 29);
  Simple("another");
  member.protocols = {{"range", {subscription.begin(), subscription.end()}}};
  const JoinAnswer join = Enter(member);
  WaitForInitialDelay(join);
  Learn(member, join);
  SendSync(member, {{member.member_id, assignment}});
  CommitOne(member, {.offset = 42, .metadata = "note"});

  Answer<Result<std::vector<GroupSummary>>> summaries;
  coordinator->Summaries(summaries.callback());
  Run();
  ASSERT_THAT(**summaries, SizeIs(2));
  EXPECT_EQ((*summaries)->at(0).group_id, "another");
  EXPECT_EQ((*summaries)->at(1).state, "Stable");
  EXPECT_EQ((*summaries)->at(1).member_count, 1);
  EXPECT_EQ((*summaries)->at(1).offset_count, 1);
  EXPECT_EQ((*summaries)->at(1).offsets_partition, PartitionOf("group"));

  Answer<Result<GroupDetail>> detail;
  coordinator->Detail("group", detail.callback());
  Run();
  const GroupDetail& group = **detail;
  EXPECT_EQ(group.generation, 1);
  EXPECT_EQ(group.protocol_name, "range");
  ASSERT_THAT(group.members, SizeIs(1));
  EXPECT_TRUE(group.members[0].leader);
  EXPECT_THAT(group.members[0].subscribed_topics, ElementsAre("topic"));
  EXPECT_THAT(group.members[0].assigned_partitions,
              ElementsAre(TopicPartition{"topic", 0}, TopicPartition{"topic", 2}));
  ASSERT_THAT(group.offsets, SizeIs(1));
  EXPECT_EQ(group.offsets[0].offset, 42);
  EXPECT_EQ(group.offsets[0].metadata, "note");
  EXPECT_EQ(group.offsets[0].commit_timestamp, clock.WallMs());

  Answer<Result<GroupDetail>> unknown;
  coordinator->Detail("nobody", unknown.callback());
  Run();
  EXPECT_EQ(unknown->error().code, ErrorCode::kGroupIdNotFound);
}

TEST_F(QueriesTest, AnswersWaitUntilWhatTheySayIsDurable) {
  Client client = Simple("a");
  offsets_topic.hold = true;
  SendCommit(client, {{.offset = 2}});
  protocol::DescribeGroupsRequest request;
  request.groups = {"a"};
  Answer<protocol::DescribeGroupsResponse> described;
  coordinator->DescribeGroups(Receive(request, 5), described.callback());
  Answer<protocol::ListGroupsResponse> listed;
  coordinator->ListGroups(Receive(protocol::ListGroupsRequest(), 5), listed.callback());
  Run();
  EXPECT_TRUE(described.pending());
  EXPECT_TRUE(listed.pending());
  offsets_topic.hold = false;
  offsets_topic.Release();
  Run();
  EXPECT_FALSE(described.pending());
  EXPECT_FALSE(listed.pending());
}

}  // namespace
}  // namespace monkafka::groups
