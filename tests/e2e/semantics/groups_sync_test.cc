// Section "Groups (classic)" of Kafka's behaviour: assignments, heartbeats, sessions, leaving.
#include <chrono>
#include <string>
#include <vector>

#include "e2e/semantics/data_client.h"
#include "e2e/semantics/group_member.h"
#include "e2e/semantics/semantics_fixture.h"

namespace monkafka::e2e {
namespace {

using protocol::LeaveGroupRequest;
using protocol::LeaveGroupResponse;
using protocol::SyncGroupRequest;
using protocol::SyncGroupResponse;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

class GroupsSyncTest : public GroupTest {
 protected:
  // Two members that joined generation 2 and did not sync yet; the first leads.
  void JoinBoth(GroupMember& first, GroupMember& second) {
    FormGroup({&first});
    second.BeginJoin();
    ASSERT_TRUE(Eventually([&] { return DescribeGroup(client_, group_).members.size() == 2; }));
    ASSERT_EQ(first.Join().generation_id, 2);
    ASSERT_EQ(second.EndJoin().generation_id, 2);
  }
};

TEST_F(GroupsSyncTest, FollowersWaitForTheLeadersAssignments) {
  GroupMember first(group_);
  GroupMember second(group_);
  JoinBoth(first, second);
  second.BeginSync();
  EXPECT_EQ(StateOf(client_, group_), "CompletingRebalance");
  EXPECT_FALSE(second.client.Readable(milliseconds(50)));
  const auto leader = first.Sync({{first.id, "one"}, {second.id, "two"}});
  const auto follower = second.EndSync();
  EXPECT_EQ(leader.error_code, ErrorCode::kNone);
  EXPECT_EQ(AsText(leader.assignment), "one");
  EXPECT_EQ(follower.error_code, ErrorCode::kNone);
  EXPECT_EQ(AsText(follower.assignment), "two");
  EXPECT_EQ(follower.protocol_type, "consumer");
  EXPECT_EQ(follower.protocol_name, "range");
  EXPECT_EQ(StateOf(client_, group_), "Stable");
}

TEST_F(GroupsSyncTest, AMemberWithoutAnAssignmentGetsAnEmptyOne) {
  GroupMember first(group_);
  GroupMember second(group_);
  JoinBoth(first, second);
  EXPECT_EQ(first.Sync({{first.id, "one"}}).error_code, ErrorCode::kNone);
  const auto follower = second.Sync();
  EXPECT_EQ(follower.error_code, ErrorCode::kNone);
  EXPECT_TRUE(follower.assignment.empty());
}

TEST_F(GroupsSyncTest, AStableGroupRepeatsTheAssignment) {
  GroupMember member(group_);
  FormGroup({&member});
  EXPECT_EQ(AsText(member.Sync().assignment), "for 0");
  // Not even the leader changes it now.
  EXPECT_EQ(AsText(member.Sync({{member.id, "other"}}).assignment), "for 0");
}

TEST_F(GroupsSyncTest, EveryVersionOfSyncIsAnswered) {
  GroupMember member(group_);
  FormGroup({&member});
  for (int16_t version = 0; version <= 4; ++version) {
    SyncGroupRequest request;
    request.group_id = group_;
    request.generation_id = member.generation;
    request.member_id = member.id;
    const auto answer = client_.Call<SyncGroupResponse>(request, version);
    EXPECT_EQ(answer.error_code, ErrorCode::kNone) << version;
    EXPECT_EQ(AsText(answer.assignment), "for 0");
  }
}

TEST_F(GroupsSyncTest, SyncChecksMemberGenerationAndProtocol) {
  GroupMember nobody(group_);
  nobody.id = "nobody";
  EXPECT_EQ(nobody.Sync().error_code, ErrorCode::kUnknownMemberId);  // no such group
  GroupMember member(group_);
  FormGroup({&member});
  EXPECT_EQ(nobody.Sync().error_code, ErrorCode::kUnknownMemberId);  // no such member
  const auto sync_of_generation = [&](int32_t generation) {
    SyncGroupRequest request;
    request.group_id = group_;
    request.generation_id = generation;
    request.member_id = member.id;
    return client_.Call<SyncGroupResponse>(request, 4).error_code;
  };
  EXPECT_EQ(sync_of_generation(member.generation - 1), ErrorCode::kIllegalGeneration);
  EXPECT_EQ(sync_of_generation(member.generation + 1), ErrorCode::kIllegalGeneration);
  member.settings.protocol_type = "connect";
  EXPECT_EQ(member.Sync().error_code, ErrorCode::kInconsistentGroupProtocol);
  member.settings.protocol_type = "consumer";
  member.protocol_name = "sticky";
  EXPECT_EQ(member.Sync().error_code, ErrorCode::kInconsistentGroupProtocol);
}

TEST_F(GroupsSyncTest, FromVersionFiveTypeAndProtocolMustBeThere) {
  GroupMember member(group_);
  FormGroup({&member});
  SyncGroupRequest request;
  request.group_id = group_;
  request.generation_id = member.generation;
  request.member_id = member.id;
  EXPECT_EQ(client_.Call<SyncGroupResponse>(request, 5).error_code,
            ErrorCode::kInconsistentGroupProtocol);
}

TEST_F(GroupsSyncTest, WhileMembersJoinThereIsNothingToSync) {
  GroupMember first(group_);
  GroupMember second(group_);
  FormGroup({&first});
  second.BeginJoin();
  ASSERT_TRUE(Eventually([&] { return StateOf(client_, group_) == "PreparingRebalance"; }));
  EXPECT_EQ(first.Sync().error_code, ErrorCode::kRebalanceInProgress);
}

TEST_F(GroupsSyncTest, AFollowerThatWaitsIsToldWhenAnotherMemberComes) {
  GroupMember first(group_);
  GroupMember second(group_);
  GroupMember third(group_);
  JoinBoth(first, second);
  second.BeginSync();
  EXPECT_FALSE(second.client.Readable(milliseconds(50)));
  third.BeginJoin();
  EXPECT_EQ(second.EndSync().error_code, ErrorCode::kRebalanceInProgress);
}

TEST_F(GroupsSyncTest, HeartbeatsTellTheStateOfTheGroup) {
  GroupMember nobody(group_);
  nobody.id = "nobody";
  EXPECT_EQ(nobody.Heartbeat(), ErrorCode::kUnknownMemberId);  // no such group
  GroupMember first(group_);
  ASSERT_EQ(first.Join().error_code, ErrorCode::kNone);
  EXPECT_EQ(StateOf(client_, group_), "CompletingRebalance");
  EXPECT_EQ(first.Heartbeat(), ErrorCode::kNone);
  ASSERT_EQ(first.Sync().error_code, ErrorCode::kNone);
  EXPECT_EQ(first.Heartbeat(), ErrorCode::kNone);
  EXPECT_EQ(nobody.Heartbeat(), ErrorCode::kUnknownMemberId);
  for (const int32_t wrong : {-1, 0, 2}) {
    first.generation = wrong;
    EXPECT_EQ(first.Heartbeat(), ErrorCode::kIllegalGeneration) << wrong;
  }
  first.generation = 1;
  GroupMember second(group_);
  second.BeginJoin();
  EXPECT_TRUE(Eventually([&] { return first.Heartbeat() == ErrorCode::kRebalanceInProgress; }));
  EXPECT_EQ(first.Leave(), ErrorCode::kNone);
  EXPECT_EQ(first.Heartbeat(), ErrorCode::kUnknownMemberId);
}

TEST_F(GroupsSyncTest, ASessionThatExpiresRebalancesTheOthers) {
  GroupMember first(group_);
  GroupMember second(group_);
  second.settings.session_timeout_ms = 500;
  FormGroup({&first, &second});
  EXPECT_TRUE(Eventually([&] { return first.Heartbeat() == ErrorCode::kRebalanceInProgress; }));
  EXPECT_EQ(second.Heartbeat(), ErrorCode::kUnknownMemberId);
  const auto answer = first.Join();
  EXPECT_EQ(answer.generation_id, 3);
  EXPECT_EQ(answer.members.size(), 1u);
}

TEST_F(GroupsSyncTest, TheLastSessionThatExpiresEmptiesTheGroup) {
  GroupMember member(group_);
  member.settings.session_timeout_ms = 200;
  FormGroup({&member});
  EXPECT_TRUE(Eventually([&] { return StateOf(client_, group_) == "Empty"; }));
  EXPECT_TRUE(DescribeGroup(client_, group_).members.empty());
}

TEST_F(GroupsSyncTest, HeartbeatsAndCommitsKeepASession) {
  CreateTopic(client_, topic_);
  constexpr milliseconds kSession{1500};
  MemberSettings settings;
  settings.session_timeout_ms = kSession.count();
  GroupMember first(group_, settings);
  GroupMember second(group_, settings);
  FormGroup({&first, &second});
  const auto until = steady_clock::now() + 2 * kSession;
  for (Offset offset = 0; steady_clock::now() < until; ++offset) {
    ASSERT_EQ(first.Heartbeat(), ErrorCode::kNone);
    ASSERT_EQ(second.Commit(topic_, offset), ErrorCode::kNone);
  }
  EXPECT_EQ(second.Heartbeat(), ErrorCode::kNone);
}

TEST_F(GroupsSyncTest, WhoJoinsButNeverSyncsIsRemoved) {
  MemberSettings quick;
  quick.rebalance_timeout_ms = 2'000;  // longer than the disk takes for the first one's sync
  GroupMember first(group_, quick);
  GroupMember second(group_, quick);
  JoinBoth(first, second);
  EXPECT_EQ(first.Sync().error_code, ErrorCode::kNone);
  EXPECT_TRUE(Eventually([&] { return first.Heartbeat() == ErrorCode::kRebalanceInProgress; }));
  EXPECT_EQ(second.Heartbeat(), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(first.Join().members.size(), 1u);
}

TEST_F(GroupsSyncTest, WhenTheLeaderNeverSyncsTheFollowersStartAgain) {
  MemberSettings quick;
  quick.rebalance_timeout_ms = 300;
  GroupMember first(group_, quick);
  GroupMember second(group_, quick);
  JoinBoth(first, second);
  EXPECT_EQ(second.Sync().error_code, ErrorCode::kRebalanceInProgress);
  const auto answer = second.Join();
  EXPECT_EQ(answer.leader, second.id);
  EXPECT_EQ(first.Heartbeat(), ErrorCode::kUnknownMemberId);
}

TEST_F(GroupsSyncTest, LeavingRebalancesTheOthersAtOnce) {
  GroupMember first(group_);
  GroupMember second(group_);
  FormGroup({&first, &second});
  EXPECT_EQ(second.Leave(), ErrorCode::kNone);
  EXPECT_EQ(first.Heartbeat(), ErrorCode::kRebalanceInProgress);
  EXPECT_EQ(second.Heartbeat(), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(second.Leave(), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(first.Join().members.size(), 1u);
}

TEST_F(GroupsSyncTest, LeavingEndsAJoinThatWaits) {
  GroupMember first(group_);
  GroupMember second(group_);
  FormGroup({&first});
  second.BeginJoin();
  ASSERT_TRUE(Eventually([&] { return DescribeGroup(client_, group_).members.size() == 2; }));
  GroupMember again(group_);
  again.id = second.id;
  EXPECT_EQ(again.Leave(), ErrorCode::kNone);
  EXPECT_EQ(second.EndJoin().error_code, ErrorCode::kUnknownMemberId);
}

TEST_F(GroupsSyncTest, UpToVersionTwoOneMemberLeavesAndItsErrorIsTheAnswers) {
  for (int16_t version = 0; version <= 2; ++version) {
    GroupMember member(group_);
    FormGroup({&member});
    LeaveGroupRequest request;
    request.group_id = group_;
    request.member_id = member.id;
    EXPECT_EQ(client_.Call<LeaveGroupResponse>(request, version).error_code, ErrorCode::kNone);
    EXPECT_EQ(client_.Call<LeaveGroupResponse>(request, version).error_code,
              ErrorCode::kUnknownMemberId);
  }
}

TEST_F(GroupsSyncTest, SeveralMembersMayLeaveTogetherAndEachHasItsError) {
  GroupMember first(group_);
  GroupMember second(group_);
  FormGroup({&first, &second});
  LeaveGroupRequest request;
  request.group_id = group_;
  for (const char* id : {first.id.c_str(), "nobody", second.id.c_str()}) {
    request.members.emplace_back().member_id = id;
  }
  for (int16_t version = 3; version <= 5; ++version) {
    const auto answer = client_.Call<LeaveGroupResponse>(request, version);
    EXPECT_EQ(answer.error_code, ErrorCode::kNone);
    ASSERT_EQ(answer.members.size(), 3u);
    const ErrorCode first_time = version == 3 ? ErrorCode::kNone : ErrorCode::kUnknownMemberId;
    EXPECT_EQ(answer.members[0].member_id, first.id);
    EXPECT_EQ(answer.members[0].error_code, first_time);
    EXPECT_EQ(answer.members[1].error_code, ErrorCode::kUnknownMemberId);
    EXPECT_EQ(answer.members[2].error_code, first_time);
  }
  EXPECT_TRUE(Eventually([&] { return StateOf(client_, group_) == "Empty"; }));
}

TEST_F(GroupsSyncTest, LeavingAGroupThatIsNotThere) {
  LeaveGroupRequest request;
  request.group_id = group_;
  request.members.emplace_back().member_id = "nobody";
  const auto answer = client_.Call<LeaveGroupResponse>(request, 5);
  EXPECT_EQ(answer.error_code, ErrorCode::kNone);
  EXPECT_EQ(answer.members.at(0).error_code, ErrorCode::kUnknownMemberId);
}

class InitialDelayTest : public OwnBrokerTest {};

TEST_F(InitialDelayTest, ANewGroupWaitsForMoreMembers) {
  constexpr milliseconds kDelay{1500};
  BrokerProcess broker({"group.initial.rebalance.delay.ms=" + std::to_string(kDelay.count())});
  WireClient client(broker.port());
  AwaitCoordinator(client, "group");
  GroupMember first("group", {}, broker.port());
  GroupMember second("group", {}, broker.port());
  const auto begin = steady_clock::now();
  first.BeginJoin();
  second.BeginJoin();
  const auto one = first.EndJoin();
  const auto other = second.EndJoin();
  EXPECT_GE(steady_clock::now() - begin, kDelay);
  EXPECT_EQ(one.generation_id, 1);
  EXPECT_EQ(other.generation_id, 1);
  EXPECT_EQ(one.members.size() + other.members.size(), 2u);
}

}  // namespace
}  // namespace monkafka::e2e
