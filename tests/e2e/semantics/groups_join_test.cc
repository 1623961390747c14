// Section "Groups (classic)" of Kafka's behaviour: joining.
#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "e2e/semantics/group_member.h"
#include "e2e/semantics/semantics_fixture.h"

namespace monkafka::e2e {
namespace {

class GroupsJoinTest : public GroupTest {};

MemberSettings WithProtocols(std::vector<std::pair<std::string, std::string>> protocols) {
  MemberSettings settings;
  settings.protocols = std::move(protocols);
  return settings;
}

TEST_F(GroupsJoinTest, AGroupWithoutAnIdIsInvalid) {
  GroupMember nameless("");
  EXPECT_EQ(nameless.JoinOnce().error_code, ErrorCode::kInvalidGroupId);
  EXPECT_EQ(nameless.Sync().error_code, ErrorCode::kInvalidGroupId);
  EXPECT_EQ(nameless.Heartbeat(), ErrorCode::kInvalidGroupId);
  EXPECT_EQ(nameless.Leave(), ErrorCode::kInvalidGroupId);
}

TEST_F(GroupsJoinTest, TheSessionTimeoutHasBounds) {
  GroupMember member(group_);
  member.settings.session_timeout_ms = 99;
  EXPECT_EQ(member.JoinOnce().error_code, ErrorCode::kInvalidSessionTimeout);
  member.settings.session_timeout_ms = 1'800'001;
  EXPECT_EQ(member.JoinOnce().error_code, ErrorCode::kInvalidSessionTimeout);
}

TEST_F(GroupsJoinTest, ADynamicMemberIsGivenAnIdFirst) {
  for (int16_t version = 4; version <= 9; ++version) {
    GroupMember member(group_);
    const auto answer = member.JoinOnce(version);
    EXPECT_EQ(answer.error_code, ErrorCode::kMemberIdRequired) << version;
    EXPECT_TRUE(answer.member_id.starts_with("member-")) << answer.member_id;
    EXPECT_EQ(answer.member_id.size(), std::string("member-").size() + 36);  // a UUID's text
    EXPECT_EQ(answer.generation_id, -1);
    EXPECT_EQ(answer.leader, "");
    EXPECT_TRUE(answer.members.empty());
    member.id = answer.member_id;
    EXPECT_EQ(member.Leave(), ErrorCode::kNone);  // before it was ever a member
  }
}

TEST_F(GroupsJoinTest, OldVersionsJoinAtOnce) {
  for (int16_t version = 0; version <= 3; ++version) {
    GroupMember member(group_);
    const auto answer = member.JoinOnce(version);
    EXPECT_EQ(answer.error_code, ErrorCode::kNone) << version;
    EXPECT_TRUE(answer.member_id.starts_with("member-"));
    EXPECT_EQ(answer.leader, answer.member_id);
    ASSERT_EQ(answer.members.size(), 1u);
    EXPECT_EQ(AsText(answer.members[0].metadata), Subscription());
    member.id = answer.member_id;
    EXPECT_EQ(member.Leave(), ErrorCode::kNone);
  }
}

TEST_F(GroupsJoinTest, AStaticMemberNeedsNoIdFirst) {
  GroupMember member(group_, StaticMember("first"));
  const auto answer = member.JoinOnce();
  EXPECT_EQ(answer.error_code, ErrorCode::kNone);
  EXPECT_TRUE(answer.member_id.starts_with("first-"));
  ASSERT_EQ(answer.members.size(), 1u);
  EXPECT_EQ(answer.members[0].group_instance_id, "first");
}

TEST_F(GroupsJoinTest, AMemberWithAnIdAloneDoesNotRebalanceTheGroup) {
  GroupMember first(group_);
  FormGroup({&first});
  GroupMember second(group_);
  EXPECT_EQ(second.JoinOnce().error_code, ErrorCode::kMemberIdRequired);
  EXPECT_EQ(first.Heartbeat(), ErrorCode::kNone);
  EXPECT_EQ(StateOf(client_, group_), "Stable");
  EXPECT_EQ(DescribeGroup(client_, group_).members.size(), 1u);
}

TEST_F(GroupsJoinTest, AnIdThatIsNotUsedExpires) {
  GroupMember first(group_);
  FormGroup({&first});
  GroupMember second(group_);
  second.settings.session_timeout_ms = 100;
  second.id = second.JoinOnce().member_id;
  // A rebalance waits for those who were given an id; it ends, so the id is gone.
  EXPECT_EQ(first.Join().members.size(), 1u);
  EXPECT_EQ(second.JoinOnce().error_code, ErrorCode::kUnknownMemberId);
}

TEST_F(GroupsJoinTest, AMemberIdNobodyGaveIsUnknown) {
  GroupMember stranger(group_);
  stranger.id = "member-made-up";
  EXPECT_EQ(stranger.JoinOnce().error_code, ErrorCode::kUnknownMemberId);  // no such group
  EXPECT_EQ(StateOf(client_, group_), "Dead");
  GroupMember member(group_);
  FormGroup({&member});
  EXPECT_EQ(stranger.JoinOnce().error_code, ErrorCode::kUnknownMemberId);  // no such member
  stranger.settings.instance_id = "made-up";
  EXPECT_EQ(stranger.JoinOnce().error_code, ErrorCode::kUnknownMemberId);
  EXPECT_EQ(member.Heartbeat(), ErrorCode::kNone);
}

TEST_F(GroupsJoinTest, MembersNeedATypeAndAProtocolInCommon) {
  GroupMember none(group_, WithProtocols({}));
  EXPECT_EQ(none.JoinOnce().error_code, ErrorCode::kInconsistentGroupProtocol);
  GroupMember typeless(group_);
  typeless.settings.protocol_type = "";
  EXPECT_EQ(typeless.JoinOnce().error_code, ErrorCode::kInconsistentGroupProtocol);

  GroupMember member(group_);
  FormGroup({&member});
  GroupMember other_type(group_);
  other_type.settings.protocol_type = "connect";
  EXPECT_EQ(other_type.JoinOnce().error_code, ErrorCode::kInconsistentGroupProtocol);
  GroupMember other_protocol(group_, WithProtocols({{"sticky", Subscription()}}));
  EXPECT_EQ(other_protocol.JoinOnce().error_code, ErrorCode::kInconsistentGroupProtocol);
  EXPECT_EQ(member.Heartbeat(), ErrorCode::kNone);
}

TEST_F(GroupsJoinTest, AFullGroupTakesNoMore) {
  std::vector<std::unique_ptr<GroupMember>> members;
  std::vector<GroupMember*> all;
  for (int i = 0; i < 8; ++i) {  // group.max.size
    members.push_back(std::make_unique<GroupMember>(group_));
    all.push_back(members.back().get());
  }
  FormGroup(all);
  GroupMember last(group_);
  EXPECT_EQ(last.JoinOnce().error_code, ErrorCode::kGroupMaxSizeReached);
  EXPECT_EQ(members[0]->Heartbeat(), ErrorCode::kNone);
  // Who is in may come again.
  EXPECT_EQ(members[7]->Join().error_code, ErrorCode::kNone);
}

TEST_F(GroupsJoinTest, OnlyTheLeaderIsToldTheMembers) {
  GroupMember first(group_, WithProtocols({{"range", Subscription({}, "first")}}));
  GroupMember second(group_, WithProtocols({{"range", Subscription({}, "second")}}));
  const auto alone = first.Join();
  EXPECT_EQ(alone.error_code, ErrorCode::kNone);
  EXPECT_EQ(alone.generation_id, 1);
  EXPECT_EQ(alone.leader, first.id);
  EXPECT_EQ(alone.members.size(), 1u);
  second.BeginJoin();
  ASSERT_TRUE(Eventually([&] { return first.Heartbeat() == ErrorCode::kRebalanceInProgress; }));
  const auto leader = first.Join();
  const auto follower = second.EndJoin();
  for (const auto& answer : {leader, follower}) {
    EXPECT_EQ(answer.error_code, ErrorCode::kNone);
    EXPECT_EQ(answer.generation_id, 2);
    EXPECT_EQ(answer.protocol_type, "consumer");
    EXPECT_EQ(answer.protocol_name, "range");
    EXPECT_EQ(answer.leader, first.id);
    EXPECT_FALSE(answer.skip_assignment);
  }
  EXPECT_TRUE(follower.members.empty());
  ASSERT_EQ(leader.members.size(), 2u);
  const auto of_second =
      std::ranges::find(leader.members, second.id, &protocol::JoinGroupResponse::Member::member_id);
  ASSERT_NE(of_second, leader.members.end());
  EXPECT_EQ(AsText(of_second->metadata), Subscription({}, "second"));
}

TEST_F(GroupsJoinTest, MostVotesAmongTheCommonProtocolsWin) {
  const auto of = [](const char* name) {
    return std::pair<std::string, std::string>{name, Subscription({}, name)};
  };
  GroupMember first(group_, WithProtocols({of("a"), of("b"), of("c")}));
  GroupMember second(group_, WithProtocols({of("x"), of("b"), of("c")}));
  GroupMember third(group_, WithProtocols({of("c"), of("b")}));
  FormGroup({&first, &second, &third});
  const auto group = DescribeGroup(client_, group_);
  EXPECT_EQ(group.protocol_data, "b");  // in common: b and c; two would rather have b
  EXPECT_EQ(group.members.size(), 3u);
  for (const auto& member : group.members) {
    EXPECT_EQ(AsText(member.member_metadata), Subscription({}, "b"));
  }
}

TEST_F(GroupsJoinTest, WhoDoesNotJoinAgainInTimeIsLeftOut) {
  MemberSettings quick;
  quick.rebalance_timeout_ms = 300;
  GroupMember first(group_, quick);
  GroupMember second(group_, quick);
  FormGroup({&first, &second});
  const auto answer = first.Join();  // the session of the second is far from over
  EXPECT_EQ(answer.error_code, ErrorCode::kNone);
  EXPECT_EQ(answer.generation_id, 3);
  EXPECT_EQ(answer.members.size(), 1u);
  EXPECT_EQ(second.Heartbeat(), ErrorCode::kUnknownMemberId);
}

TEST_F(GroupsJoinTest, AnotherLeaderIsChosenWhenTheLeaderStaysAway) {
  MemberSettings quick;
  quick.rebalance_timeout_ms = 300;
  GroupMember first(group_, quick);
  GroupMember second(group_, quick);
  FormGroup({&first, &second});
  second.settings.protocols = {{"range", Subscription({"changed"})}};
  const auto answer = second.Join();
  EXPECT_EQ(answer.error_code, ErrorCode::kNone);
  EXPECT_EQ(answer.leader, second.id);
  EXPECT_EQ(answer.members.size(), 1u);
}

TEST_F(GroupsJoinTest, AFollowerThatJoinsAgainUnchangedGetsThePresentGeneration) {
  GroupMember first(group_);
  GroupMember second(group_);
  FormGroup({&first, &second});
  const auto again = second.Join();
  EXPECT_EQ(again.error_code, ErrorCode::kNone);
  EXPECT_EQ(again.generation_id, 2);
  EXPECT_EQ(again.leader, first.id);
  EXPECT_TRUE(again.members.empty());
  EXPECT_EQ(first.Heartbeat(), ErrorCode::kNone);
  EXPECT_EQ(AsText(second.Sync().assignment), "for 1");
}

TEST_F(GroupsJoinTest, AFollowerThatJoinsAgainChangedRebalances) {
  GroupMember first(group_);
  GroupMember second(group_);
  FormGroup({&first, &second});
  second.settings.protocols = {{"range", Subscription({"changed"})}};
  second.BeginJoin();
  EXPECT_TRUE(Eventually([&] { return first.Heartbeat() == ErrorCode::kRebalanceInProgress; }));
  EXPECT_EQ(first.Join().generation_id, 3);
  EXPECT_EQ(second.EndJoin().generation_id, 3);
}

TEST_F(GroupsJoinTest, ALeaderThatJoinsAgainRebalances) {
  GroupMember first(group_);
  GroupMember second(group_);
  FormGroup({&first, &second});
  first.BeginJoin();
  EXPECT_TRUE(Eventually([&] { return second.Heartbeat() == ErrorCode::kRebalanceInProgress; }));
  EXPECT_EQ(second.Join().generation_id, 3);
  const auto leader = first.EndJoin();
  EXPECT_EQ(leader.generation_id, 3);
  EXPECT_EQ(leader.members.size(), 2u);
}

TEST_F(GroupsJoinTest, WhileAssignmentsAreAwaitedAnUnchangedJoinIsAnsweredAtOnce) {
  GroupMember first(group_);
  EXPECT_EQ(first.Join().generation_id, 1);
  EXPECT_EQ(StateOf(client_, group_), "CompletingRebalance");
  const auto again = first.Join();
  EXPECT_EQ(again.generation_id, 1);
  EXPECT_EQ(again.members.size(), 1u);
  first.settings.protocols = {{"range", Subscription({"changed"})}};
  EXPECT_EQ(first.Join().generation_id, 2);
}

TEST_F(GroupsJoinTest, TheLastToLeaveEmptiesTheGroupAndTheNextGoesOnCounting) {
  GroupMember first(group_);
  FormGroup({&first});
  EXPECT_EQ(first.Leave(), ErrorCode::kNone);
  EXPECT_EQ(StateOf(client_, group_), "Empty");
  GroupMember other_type(group_);
  other_type.settings.protocol_type = "connect";  // an empty group may change its type
  EXPECT_EQ(other_type.Join().generation_id, 3);
}

}  // namespace
}  // namespace monkafka::e2e
