// Static members (KIP-345): a group.instance.id that outlives its client's restarts.
#include "harness.h"

namespace monkafka::groups {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

class StaticMemberTest : public CoordinatorTest {
 protected:
  StaticMemberTest() {
    Start();
    leader.instance_id = "instance-a";
    leader.client_id = "a";
    follower.instance_id = "instance-b";
    follower.client_id = "b";
  }
  static Client Restarted(const Client& client) {
    Client again = client;
    again.member_id.clear();
    again.generation = -1;
    return again;
  }

  Client leader;
  Client follower;
};

TEST_F(StaticMemberTest, JoinsAtOnceWithAnIdThatBeginsWithItsInstance) {
  const JoinAnswer join = SendJoin(leader);
  EXPECT_TRUE(join.pending()) << "never MEMBER_ID_REQUIRED";
  WaitForInitialDelay(join);
  EXPECT_THAT(join->member_id, StartsWith("instance-a-"));
  EXPECT_EQ(join->members.at(0).group_instance_id, "instance-a");
}

TEST_F(StaticMemberTest, ARestartedFollowerOfAStableGroupRebalancesNothing) {
  Stabilize({&leader, &follower});
  Client again = Restarted(follower);
  const JoinAnswer join = SendJoin(again);
  EXPECT_EQ(join->error_code, ErrorCode::kNone);
  EXPECT_NE(join->member_id, follower.member_id);
  EXPECT_EQ(join->generation_id, follower.generation);
  EXPECT_EQ(join->leader, leader.member_id);
  EXPECT_THAT(join->members, IsEmpty());
  EXPECT_FALSE(join->skip_assignment);
  EXPECT_EQ(StateOf("group"), "Stable");

  Learn(again, join);
  EXPECT_EQ(AsText(SendSync(again)->assignment), "for b") << "it keeps its assignment";
  EXPECT_EQ(Heartbeat(leader), ErrorCode::kNone);
}

TEST_F(StaticMemberTest, TheOldMemberIdIsFenced) {
  Stabilize({&leader, &follower});
  Client again = Restarted(follower);
  Learn(again, SendJoin(again));
  EXPECT_EQ(Heartbeat(follower), ErrorCode::kFencedInstanceId);
  EXPECT_EQ(SendSync(follower)->error_code, ErrorCode::kFencedInstanceId);
  EXPECT_EQ(SendJoin(follower)->error_code, ErrorCode::kFencedInstanceId);
  EXPECT_EQ(CommitOne(follower, {.offset = 1}), ErrorCode::kFencedInstanceId);
  EXPECT_EQ(Heartbeat(again), ErrorCode::kNone);
}

TEST_F(StaticMemberTest, AnInstanceThatTheGroupDoesNotHaveIsUnknown) {
  Stabilize({&leader});
  Client stranger = leader;
  stranger.instance_id = "instance-z";
  EXPECT_EQ(Heartbeat(stranger), ErrorCode::kUnknownMemberId);
}

TEST_F(StaticMemberTest, TheReplacementIsAnsweredOnlyWhenItIsDurable) {
  Stabilize({&leader, &follower});
  offsets_topic.hold = true;
  const JoinAnswer join = SendJoin(Restarted(follower));
  EXPECT_TRUE(join.pending());
  offsets_topic.hold = false;
  offsets_topic.Release();
  Run();
  EXPECT_EQ(join->error_code, ErrorCode::kNone);
}

TEST_F(StaticMemberTest, ARestartedLeaderIsToldToSkipTheAssignment) {
  Stabilize({&leader, &follower});
  Client again = Restarted(leader);
  const JoinAnswer join = SendJoin(again);
  EXPECT_EQ(join->leader, join->member_id);
  EXPECT_TRUE(join->skip_assignment);
  EXPECT_THAT(join->members, SizeIs(2)) << "it watches the topics of all";
  EXPECT_EQ(StateOf("group"), "Stable");
}

TEST_F(StaticMemberTest, BeforeVersion9ARestartedLeaderIsToldThatTheOldOneLeads) {
  Stabilize({&leader, &follower});
  Client again = Restarted(leader);
  again.join_version = 8;
  const JoinAnswer join = SendJoin(again);
  EXPECT_EQ(join->leader, leader.member_id) << "else it would compute an assignment for nothing";
  EXPECT_NE(join->member_id, leader.member_id);
  EXPECT_FALSE(join->skip_assignment);
  EXPECT_THAT(join->members, IsEmpty());
}

TEST_F(StaticMemberTest, ChangedMetadataOfTheSameProtocolRebalancesNothing) {
  Stabilize({&leader, &follower});
  Client again = Restarted(follower);
  again.protocols = {{"range", {'n', 'e', 'w'}}};
  EXPECT_EQ(SendJoin(again)->error_code, ErrorCode::kNone);
  EXPECT_EQ(StateOf("group"), "Stable");
}

TEST_F(StaticMemberTest, ARestartThatChangesTheChosenProtocolRebalances) {
  leader.protocols = follower.protocols = {{"range", {}}, {"sticky", {}}};
  Stabilize({&leader, &follower});
  Client again = Restarted(follower);
  again.protocols = {{"sticky", {}}};
  EXPECT_TRUE(SendJoin(again).pending());
  EXPECT_EQ(StateOf("group"), "PreparingRebalance");
}

TEST_F(StaticMemberTest, ARestartInCompletingRebalanceRebalances) {
  const JoinAnswer first = Enter(leader);
  const JoinAnswer second = Enter(follower);
  WaitForInitialDelay(first);
  Learn(leader, first);
  Learn(follower, second);
  const SyncAnswer waiting = SendSync(follower);
  const JoinAnswer join = SendJoin(Restarted(follower));
  EXPECT_TRUE(join.pending());
  EXPECT_EQ(waiting->error_code, ErrorCode::kFencedInstanceId) << "a duplicate of the same client";
  const JoinAnswer rejoined = SendJoin(leader);
  EXPECT_EQ(join->generation_id, 2);
  EXPECT_THAT(rejoined->members, SizeIs(2));
}

TEST_F(StaticMemberTest, ARestartWhileTheOldClientIsParkedFencesIt) {
  Stabilize({&leader, &follower});
  const JoinAnswer old = SendJoin(leader);
  ASSERT_TRUE(old.pending());
  const JoinAnswer join = SendJoin(Restarted(leader));
  EXPECT_EQ(old->error_code, ErrorCode::kFencedInstanceId);
  EXPECT_EQ(old->member_id, leader.member_id);
  EXPECT_TRUE(join.pending());
  SendJoin(follower);
  EXPECT_EQ(join->generation_id, 2);
}

TEST_F(StaticMemberTest, AnAbsentStaticMemberKeepsItsPlaceThroughARebalance) {
  leader.session = follower.session = seconds(1'000);
  Stabilize({&leader, &follower});
  const JoinAnswer join = SendJoin(leader);
  Advance(leader.rebalance);  // the follower stays away
  EXPECT_EQ(join->generation_id, 2);
  EXPECT_THAT(join->members, SizeIs(2));
}

TEST_F(StaticMemberTest, WhenAllStaticMembersStayAwayTheirSessionsDecide) {
  leader.session = follower.session = seconds(100);
  leader.rebalance = follower.rebalance = seconds(10);
  Stabilize({&leader, &follower});
  Client dynamic;
  Enter(dynamic);
  ASSERT_EQ(StateOf("group"), "PreparingRebalance");
  ASSERT_EQ(Leave(dynamic), ErrorCode::kNone);
  Advance(seconds(50));
  EXPECT_EQ(StateOf("group"), "PreparingRebalance") << "nobody rejoined, nobody is dropped yet";
  Advance(seconds(60));
  EXPECT_EQ(StateOf("group"), "Empty");
}

TEST_F(StaticMemberTest, AnExpiredSessionRemovesAStaticMemberToo) {
  Stabilize({&leader});
  Advance(leader.session);
  EXPECT_EQ(Heartbeat(leader), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(StateOf("group"), "Empty");
}

TEST_F(StaticMemberTest, TwoInstancesOfOneClientAreTwoMembers) {
  Stabilize({&leader, &follower});
  EXPECT_THAT(Describe("group").members, SizeIs(2));
}

class LeaveTest : public StaticMemberTest {};

TEST_F(LeaveTest, ADynamicMemberThatLeavesStartsARebalance) {
  Client first;
  Client second;
  Stabilize({&first, &second});
  EXPECT_EQ(Leave(second), ErrorCode::kNone);
  EXPECT_EQ(Heartbeat(first), ErrorCode::kRebalanceInProgress);
  EXPECT_THAT(SendJoin(first)->members, SizeIs(1));
}

TEST_F(LeaveTest, TheLastToLeaveEmptiesTheGroup) {
  Client only;
  Stabilize({&only});
  EXPECT_EQ(Leave(only), ErrorCode::kNone);
  EXPECT_EQ(StateOf("group"), "Empty");
}

TEST_F(LeaveTest, UnknownGroupsAndMembersAreAnsweredPerMember) {
  const auto no_group = Leave("group", {{"x", std::nullopt, std::nullopt}});
  EXPECT_EQ(no_group->error_code, ErrorCode::kNone);
  EXPECT_EQ(no_group->members.at(0).error_code, ErrorCode::kUnknownMemberId);
  Stabilize({&leader});
  const auto stranger = Leave("group", {{"x", std::nullopt, std::nullopt}});
  EXPECT_EQ(stranger->error_code, ErrorCode::kNone);
  EXPECT_EQ(stranger->members.at(0).error_code, ErrorCode::kUnknownMemberId);
}

TEST_F(LeaveTest, BeforeVersion3ThereIsOneMemberAndOneError) {
  Client only;
  Stabilize({&only});
  const auto leave = [&](const std::string& member_id) {
    protocol::LeaveGroupRequest request;
    request.group_id = "group";
    request.member_id = member_id;
    Answer<protocol::LeaveGroupResponse> answer;
    coordinator->LeaveGroup(Receive(request, 2), answer.callback());
    Run();
    return answer->error_code;
  };
  EXPECT_EQ(leave("stranger"), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(leave(only.member_id), ErrorCode::kNone);
  EXPECT_EQ(StateOf("group"), "Empty");
}

TEST_F(LeaveTest, AnOperatorRemovesAStaticMemberByItsInstance) {
  Stabilize({&leader, &follower});
  const auto answer = Leave("group", {{"", "instance-b", "gone for good"},
                                      {"", "instance-z", std::nullopt},
                                      {"", std::nullopt, std::nullopt}});
  EXPECT_EQ(answer->members.at(0).error_code, ErrorCode::kNone);
  EXPECT_EQ(answer->members.at(0).group_instance_id, "instance-b");
  EXPECT_EQ(answer->members.at(1).error_code, ErrorCode::kUnknownMemberId);
  EXPECT_EQ(answer->members.at(2).error_code, ErrorCode::kUnknownMemberId);
  EXPECT_EQ(StateOf("group"), "PreparingRebalance");
}

TEST_F(LeaveTest, AWrongMemberIdWithAnInstanceIsFenced) {
  Stabilize({&leader});
  const auto answer = Leave("group", {{"old-id", "instance-a", std::nullopt}});
  EXPECT_EQ(answer->members.at(0).error_code, ErrorCode::kFencedInstanceId);
  EXPECT_EQ(StateOf("group"), "Stable");
}

TEST_F(LeaveTest, SeveralMembersLeaveInOneRebalance) {
  Client first;
  Client second;
  Client third;
  Stabilize({&first, &second, &third});
  const auto answer = Leave("group", {{Keep(second.member_id), std::nullopt, std::nullopt},
                                      {Keep(third.member_id), std::nullopt, std::nullopt}});
  EXPECT_EQ(answer->members.at(0).error_code, ErrorCode::kNone);
  EXPECT_EQ(answer->members.at(1).error_code, ErrorCode::kNone);
  const JoinAnswer join = SendJoin(first);
  EXPECT_EQ(join->generation_id, 2);
  EXPECT_THAT(join->members, SizeIs(1));
}

TEST_F(LeaveTest, AMemberIdThatWasGivenOutCanBeGivenBack) {
  Client stays;
  Stabilize({&stays});
  Client gone;
  gone.member_id = SendJoin(gone)->member_id;
  const JoinAnswer join = SendJoin(stays);
  EXPECT_TRUE(join.pending()) << "it waits for the id's owner";
  EXPECT_EQ(Leave(gone), ErrorCode::kNone);
  EXPECT_EQ(join->generation_id, 2);
}

TEST_F(LeaveTest, WhateverTheMemberWaitsForIsAnswered) {
  Client first;
  Client second;
  Stabilize({&first, &second});
  const JoinAnswer parked = SendJoin(first);
  ASSERT_TRUE(parked.pending());
  EXPECT_EQ(Leave(first), ErrorCode::kNone);
  EXPECT_EQ(parked->error_code, ErrorCode::kUnknownMemberId);

  const JoinAnswer rejoined = SendJoin(second);
  Learn(second, rejoined);
  Client third;
  const JoinAnswer entered = Enter(third);
  Learn(second, SendJoin(second));
  Learn(third, entered);
  const SyncAnswer syncing = SendSync(third);
  ASSERT_TRUE(syncing.pending());
  EXPECT_EQ(Leave(third), ErrorCode::kNone);
  EXPECT_EQ(syncing->error_code, ErrorCode::kUnknownMemberId);
}

TEST_F(LeaveTest, LeavingDuringTheInitialDelayDoesNotEndIt) {
  Client first;
  Client second;
  const JoinAnswer stays = Enter(first);
  Enter(second);
  EXPECT_EQ(Leave(second), ErrorCode::kNone);
  EXPECT_TRUE(stays.pending());
  WaitForInitialDelay(stays);
  EXPECT_THAT(stays->members, SizeIs(1));
}

TEST_F(LeaveTest, IsAnsweredWhenTheEmptyGroupIsDurable) {
  Client only;
  Stabilize({&only});
  offsets_topic.hold = true;
  const auto answer = Leave("group", {{Keep(only.member_id), std::nullopt, std::nullopt}});
  EXPECT_TRUE(answer.pending());
  offsets_topic.hold = false;
  offsets_topic.Release();
  Run();
  EXPECT_EQ(answer->error_code, ErrorCode::kNone);
}

}  // namespace
}  // namespace monkafka::groups
