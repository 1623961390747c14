// Section "Groups (classic)" of Kafka's behaviour: static members (KIP-345, KIP-814).
#include <string>
#include <vector>

#include "e2e/semantics/group_member.h"
#include "e2e/semantics/semantics_fixture.h"

namespace monkafka::e2e {
namespace {

using protocol::LeaveGroupRequest;
using protocol::LeaveGroupResponse;

class GroupsStaticTest : public GroupTest {};

TEST_F(GroupsStaticTest, ARestartedFollowerTakesItsPlaceWithoutARebalance) {
  GroupMember first(group_, StaticMember("a"));
  GroupMember second(group_, StaticMember("b"));
  FormGroup({&first, &second});
  GroupMember restarted(group_, StaticMember("b"));
  const auto answer = restarted.Join();
  EXPECT_EQ(answer.error_code, ErrorCode::kNone);
  EXPECT_EQ(answer.generation_id, 2);
  EXPECT_NE(answer.member_id, second.id);
  EXPECT_EQ(answer.leader, first.id);
  EXPECT_TRUE(answer.members.empty());
  EXPECT_FALSE(answer.skip_assignment);
  EXPECT_EQ(first.Heartbeat(), ErrorCode::kNone);
  EXPECT_EQ(AsText(restarted.Sync().assignment), "for 1");
  EXPECT_EQ(StateOf(client_, group_), "Stable");
}

TEST_F(GroupsStaticTest, WhoWasReplacedIsFenced) {
  CreateTopic(client_, topic_);
  GroupMember old(group_, StaticMember("a"));
  FormGroup({&old});
  GroupMember restarted(group_, StaticMember("a"));
  EXPECT_EQ(restarted.Join().error_code, ErrorCode::kNone);
  EXPECT_EQ(old.Heartbeat(), ErrorCode::kFencedInstanceId);
  EXPECT_EQ(old.Sync().error_code, ErrorCode::kFencedInstanceId);
  EXPECT_EQ(old.JoinOnce().error_code, ErrorCode::kFencedInstanceId);
  EXPECT_EQ(old.Commit(topic_, 1), ErrorCode::kFencedInstanceId);
  EXPECT_EQ(old.Leave(), ErrorCode::kFencedInstanceId);
  EXPECT_EQ(restarted.Heartbeat(), ErrorCode::kNone);
  EXPECT_EQ(restarted.Commit(topic_, 1), ErrorCode::kNone);
}

TEST_F(GroupsStaticTest, ARestartedLeaderSkipsTheAssignmentFromVersionNine) {
  GroupMember first(group_, StaticMember("a"));
  GroupMember second(group_, StaticMember("b"));
  FormGroup({&first, &second});
  GroupMember restarted(group_, StaticMember("a"));
  const auto answer = restarted.Join();
  EXPECT_EQ(answer.generation_id, 2);
  EXPECT_EQ(answer.leader, restarted.id);
  EXPECT_TRUE(answer.skip_assignment);
  EXPECT_EQ(answer.members.size(), 2u);
  EXPECT_EQ(AsText(restarted.Sync().assignment), "for 0");
  EXPECT_EQ(second.Heartbeat(), ErrorCode::kNone);
}

TEST_F(GroupsStaticTest, BeforeVersionNineARestartedLeaderIsNotToldThatItLeads) {
  GroupMember first(group_, StaticMember("a"));
  FormGroup({&first});
  GroupMember restarted(group_, StaticMember("a"));
  const auto answer = restarted.JoinOnce(8);
  EXPECT_EQ(answer.error_code, ErrorCode::kNone);
  EXPECT_EQ(answer.generation_id, 1);
  EXPECT_EQ(answer.leader, first.id);
  EXPECT_NE(answer.member_id, first.id);
  EXPECT_TRUE(answer.members.empty());
}

TEST_F(GroupsStaticTest, ARestartThatChangesTheChosenProtocolRebalances) {
  GroupMember first(group_, StaticMember("a"));
  first.settings.protocols = {{"range", Subscription()}, {"sticky", Subscription()}};
  FormGroup({&first});
  EXPECT_EQ(first.protocol_name, "range");
  GroupMember restarted(group_, StaticMember("a"));
  restarted.settings.protocols = {{"sticky", Subscription()}, {"range", Subscription()}};
  const auto answer = restarted.Join();
  EXPECT_EQ(answer.generation_id, 2);
  EXPECT_EQ(answer.protocol_name, "sticky");
  EXPECT_FALSE(answer.skip_assignment);
}

TEST_F(GroupsStaticTest, ARestartBeforeTheAssignmentRebalances) {
  GroupMember first(group_, StaticMember("a"));
  EXPECT_EQ(first.Join().generation_id, 1);
  GroupMember restarted(group_, StaticMember("a"));
  EXPECT_EQ(restarted.Join().generation_id, 2);
  EXPECT_EQ(first.Sync().error_code, ErrorCode::kFencedInstanceId);
}

TEST_F(GroupsStaticTest, AJoinThatWaitsIsFencedByTheSameInstance) {
  GroupMember first(group_);
  FormGroup({&first});
  GroupMember second(group_, StaticMember("a"));
  second.BeginJoin();
  ASSERT_TRUE(Eventually([&] { return DescribeGroup(client_, group_).members.size() == 2; }));
  GroupMember restarted(group_, StaticMember("a"));
  restarted.BeginJoin();
  EXPECT_EQ(second.EndJoin().error_code, ErrorCode::kFencedInstanceId);
  EXPECT_EQ(first.Join().members.size(), 2u);
  EXPECT_EQ(restarted.EndJoin().error_code, ErrorCode::kNone);
}

TEST_F(GroupsStaticTest, AnInstanceNobodyKnowsIsAnUnknownMember) {
  GroupMember member(group_);
  FormGroup({&member});
  member.settings.instance_id = "a";
  EXPECT_EQ(member.Heartbeat(), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(member.Sync().error_code, ErrorCode::kUnknownMemberId);
}

TEST_F(GroupsStaticTest, ARebalanceGoesOnWithAStaticMemberThatStaysAway) {
  MemberSettings settings = StaticMember("a");
  settings.rebalance_timeout_ms = 300;
  GroupMember first(group_, settings);
  settings.instance_id = "b";
  GroupMember second(group_, settings);
  FormGroup({&first, &second});
  const auto answer = first.Join();  // complete when the rebalance timeout is over
  EXPECT_EQ(answer.generation_id, 3);
  EXPECT_EQ(answer.members.size(), 2u);
  second.generation = 3;
  EXPECT_EQ(second.Heartbeat(), ErrorCode::kNone);
}

TEST_F(GroupsStaticTest, AStaticMemberWhoseSessionExpiresIsRemoved) {
  GroupMember first(group_);
  GroupMember second(group_, StaticMember("a"));
  second.settings.session_timeout_ms = 500;
  FormGroup({&first, &second});
  EXPECT_TRUE(Eventually([&] { return first.Heartbeat() == ErrorCode::kRebalanceInProgress; }));
  EXPECT_EQ(second.Heartbeat(), ErrorCode::kUnknownMemberId);
}

TEST_F(GroupsStaticTest, MembersAreRemovedByTheirInstance) {
  GroupMember first(group_, StaticMember("a"));
  GroupMember second(group_, StaticMember("b"));
  FormGroup({&first, &second});
  LeaveGroupRequest request;
  request.group_id = group_;
  const auto add = [&](std::string_view member_id, std::string_view instance_id) {
    auto& member = request.members.emplace_back();
    member.member_id = member_id;
    member.group_instance_id = instance_id;
  };
  add("", "nobody");
  add("not the id of b", "b");
  add("", "b");
  const auto answer = client_.Call<LeaveGroupResponse>(request, 5);
  EXPECT_EQ(answer.error_code, ErrorCode::kNone);
  ASSERT_EQ(answer.members.size(), 3u);
  EXPECT_EQ(answer.members[0].error_code, ErrorCode::kUnknownMemberId);
  EXPECT_EQ(answer.members[0].group_instance_id, "nobody");
  EXPECT_EQ(answer.members[1].error_code, ErrorCode::kFencedInstanceId);
  EXPECT_EQ(answer.members[2].error_code, ErrorCode::kNone);
  EXPECT_EQ(first.Heartbeat(), ErrorCode::kRebalanceInProgress);
  EXPECT_EQ(second.Heartbeat(), ErrorCode::kUnknownMemberId);
}

}  // namespace
}  // namespace monkafka::e2e
