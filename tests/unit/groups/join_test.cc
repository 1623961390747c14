// JoinGroup: who gets in, when the join phase ends, who leads.
#include "harness.h"

namespace monkafka::groups {
namespace {

using protocol::JoinGroupResponse;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

class JoinTest : public CoordinatorTest {
 protected:
  JoinTest() { Start(); }
};

TEST_F(JoinTest, AnEmptyGroupIdIsInvalid) {
  Client client;
  client.group = "";
  EXPECT_EQ(SendJoin(client)->error_code, ErrorCode::kInvalidGroupId);
  EXPECT_EQ(Heartbeat(client), ErrorCode::kInvalidGroupId);
  EXPECT_EQ(SendSync(client)->error_code, ErrorCode::kInvalidGroupId);
  EXPECT_EQ(Leave(client), ErrorCode::kInvalidGroupId);
}

TEST_F(JoinTest, SessionTimeoutsOutsideTheRangeAreRefused) {
  for (const int64_t session : {5'999, 1'800'001, -1, 0}) {
    Client client;
    client.session = milliseconds(session);
    EXPECT_EQ(SendJoin(client)->error_code, ErrorCode::kInvalidSessionTimeout) << session;
  }
  for (const int64_t session : {6'000, 1'800'000}) {
    Client client;
    client.session = milliseconds(session);
    EXPECT_EQ(SendJoin(client)->error_code, ErrorCode::kMemberIdRequired) << session;
  }
}

TEST_F(JoinTest, ANewDynamicMemberIsFirstGivenAnId) {
  Client client;
  const JoinAnswer first = SendJoin(client);
  EXPECT_EQ(first->error_code, ErrorCode::kMemberIdRequired);
  EXPECT_THAT(first->member_id, StartsWith("client-"));
  EXPECT_THAT(first->member_id, SizeIs(std::string("client-").size() + 36));
  EXPECT_EQ(first->generation_id, -1);
  EXPECT_EQ(StateOf("group"), "Empty") << "giving out an id rebalances nothing";

  client.member_id = first->member_id;
  const JoinAnswer second = SendJoin(client);
  EXPECT_TRUE(second.pending());
  Advance(options.initial_rebalance_delay);
  EXPECT_EQ(second->error_code, ErrorCode::kNone);
  EXPECT_EQ(second->member_id, first->member_id);
}

TEST_F(JoinTest, BeforeVersion4ANewMemberJoinsAtOnce) {
  Client client;
  client.join_version = 3;
  const JoinAnswer join = SendJoin(client);
  EXPECT_TRUE(join.pending());
  Advance(options.initial_rebalance_delay);
  EXPECT_EQ(join->error_code, ErrorCode::kNone);
  EXPECT_THAT(join->member_id, StartsWith("client-"));
}

TEST_F(JoinTest, AMemberIdThatIsNotUsedIsForgottenAfterTheSessionTimeout) {
  Client client;
  client.member_id = SendJoin(client)->member_id;
  Advance(client.session);
  EXPECT_EQ(SendJoin(client)->error_code, ErrorCode::kUnknownMemberId);
}

TEST_F(JoinTest, AMemberIdThatIsNotUsedHoldsUpARebalanceUntilItIsForgotten) {
  Client stays;
  Stabilize({&stays});
  Client absent;
  absent.session = seconds(6);
  ASSERT_EQ(SendJoin(absent)->error_code, ErrorCode::kMemberIdRequired);
  const JoinAnswer join = SendJoin(stays);  // the leader rebalances
  EXPECT_TRUE(join.pending());
  Advance(absent.session);
  EXPECT_EQ(join->error_code, ErrorCode::kNone);
  EXPECT_THAT(join->members, SizeIs(1));
}

TEST_F(JoinTest, AnIdThatNobodyGaveOutIsUnknown) {
  Client client;
  client.member_id = "made-up";
  const JoinAnswer unknown_group = SendJoin(client);
  EXPECT_EQ(unknown_group->error_code, ErrorCode::kUnknownMemberId);
  EXPECT_EQ(unknown_group->member_id, "made-up");
  EXPECT_EQ(StateOf("group"), "Dead") << "asking made no group";

  Client member;
  Stabilize({&member});
  EXPECT_EQ(SendJoin(client)->error_code, ErrorCode::kUnknownMemberId);
}

TEST_F(JoinTest, AMemberNeedsAProtocol) {
  Client client;
  client.protocols.clear();
  EXPECT_EQ(SendJoin(client)->error_code, ErrorCode::kInconsistentGroupProtocol);
  client = {};
  client.protocol_type = "";
  EXPECT_EQ(SendJoin(client)->error_code, ErrorCode::kInconsistentGroupProtocol);
  EXPECT_EQ(StateOf("group"), "Dead") << "a failed join leaves no group behind";
}

TEST_F(JoinTest, AllMembersNeedOneProtocolInCommon) {
  Client first;
  first.protocols = {{"range", {}}, {"roundrobin", {}}};
  Client second;
  second.protocols = {{"roundrobin", {}}};
  Stabilize({&first, &second});

  Client stranger;
  stranger.protocols = {{"range", {}}};
  EXPECT_EQ(SendJoin(stranger)->error_code, ErrorCode::kInconsistentGroupProtocol)
      << "the second member doesn't know it";
  stranger.protocols = {{"sticky", {}}};
  EXPECT_EQ(SendJoin(stranger)->error_code, ErrorCode::kInconsistentGroupProtocol);
  stranger.protocols = {{"roundrobin", {}}};
  stranger.protocol_type = "connect";
  EXPECT_EQ(SendJoin(stranger)->error_code, ErrorCode::kInconsistentGroupProtocol);
  EXPECT_EQ(StateOf("group"), "Stable");
}

TEST_F(JoinTest, AMemberCannotTurnToAProtocolThatTheOthersDoNotKnow) {
  Client first;
  Client second;
  Stabilize({&first, &second});
  second.protocols = {{"sticky", {}}};
  EXPECT_EQ(SendJoin(second)->error_code, ErrorCode::kInconsistentGroupProtocol);
}

TEST_F(JoinTest, TheProtocolMostMembersPreferIsChosenAmongThoseAllKnow) {
  std::vector<Client> clients(3);
  clients[0].protocols = {{"a", {'0'}}, {"b", {'0'}}, {"c", {}}};
  clients[1].protocols = {{"only-mine", {}}, {"b", {'1'}}, {"a", {'1'}}};
  clients[2].protocols = {{"b", {'2'}}, {"a", {'2'}}};
  std::vector<JoinAnswer> joins;
  for (Client& client : clients) joins.push_back(Enter(client));
  WaitForInitialDelay(joins[0]);
  for (const JoinAnswer& join : joins) {
    EXPECT_EQ(join->protocol_name, "b");
    EXPECT_EQ(join->protocol_type, "consumer");
  }
  std::string metadata;
  for (const auto& member : joins[0]->members) metadata += AsText(member.metadata);
  std::ranges::sort(metadata);
  EXPECT_EQ(metadata, "012") << "each member's metadata is that of the chosen protocol";
}

TEST_F(JoinTest, AProtocolThatAMemberNamesTwiceCountsOnce) {
  Client twice;
  twice.protocols = {{"a", {'1'}}, {"a", {'2'}}};
  Client once;
  once.protocols = {{"a", {'3'}}};
  const JoinAnswer first = Enter(twice);
  const JoinAnswer second = Enter(once);
  WaitForInitialDelay(first);
  EXPECT_EQ(first->error_code, ErrorCode::kNone);
  EXPECT_EQ(second->protocol_name, "a");
}

TEST_F(JoinTest, TheFirstJoinPhaseWaitsForTheInitialDelay) {
  Client client;
  const JoinAnswer join = Enter(client);
  EXPECT_EQ(StateOf("group"), "PreparingRebalance");
  Advance(options.initial_rebalance_delay - milliseconds(1));
  EXPECT_TRUE(join.pending());
  Advance(milliseconds(1));
  EXPECT_EQ(join->generation_id, 1);
  EXPECT_EQ(StateOf("group"), "CompletingRebalance");
}

TEST_F(JoinTest, EveryNewMemberExtendsTheInitialDelay) {
  Client first;
  Client second;
  const JoinAnswer join = Enter(first);
  Advance(milliseconds(2'000));
  const JoinAnswer other = Enter(second);
  Advance(milliseconds(1'000));  // the first three seconds are over
  EXPECT_TRUE(join.pending());
  Advance(milliseconds(3'000));
  EXPECT_EQ(join->generation_id, 1);
  EXPECT_EQ(other->generation_id, 1);
  EXPECT_THAT(join->members, SizeIs(2));
}

TEST_F(JoinTest, TheInitialDelayIsNotExtendedBeyondTheRebalanceTimeout) {
  Client first;
  first.rebalance = milliseconds(7'000);
  const JoinAnswer join = Enter(first);
  std::vector<Client> more(10, first);
  for (Client& client : more) client.member_id.clear();
  std::vector<JoinAnswer> joins;
  for (int second = 1; second <= 6; ++second) {
    Advance(seconds(1));
    joins.push_back(Enter(more[static_cast<size_t>(second)]));
  }
  EXPECT_TRUE(join.pending());
  Advance(milliseconds(1'000));
  EXPECT_EQ(join->generation_id, 1);
}

TEST_F(JoinTest, WithoutInitialDelayTheFirstMemberIsAnsweredAtOnce) {
  options.initial_rebalance_delay = milliseconds(0);
  Start();
  Client client;
  const JoinAnswer join = Enter(client);
  Advance(milliseconds(0));
  EXPECT_EQ(join->generation_id, 1);
}

TEST_F(JoinTest, OnlyTheLeaderIsToldTheMembers) {
  Client first;
  Client second;
  const JoinAnswer leader = Enter(first);
  const JoinAnswer follower = Enter(second);
  WaitForInitialDelay(leader);
  EXPECT_EQ(leader->leader, leader->member_id);
  EXPECT_EQ(follower->leader, leader->member_id);
  EXPECT_THAT(leader->members, SizeIs(2));
  EXPECT_THAT(follower->members, IsEmpty());
  EXPECT_FALSE(leader->skip_assignment);
}

TEST_F(JoinTest, ANewMemberOfAStableGroupStartsARebalanceThatAllJoin) {
  Client first;
  Stabilize({&first});
  Client second;
  const JoinAnswer join = Enter(second);
  EXPECT_TRUE(join.pending());
  EXPECT_EQ(Heartbeat(first), ErrorCode::kRebalanceInProgress);
  const JoinAnswer again = SendJoin(first);
  EXPECT_EQ(again->generation_id, 2) << "nobody is waited for any more";
  EXPECT_EQ(join->generation_id, 2);
}

TEST_F(JoinTest, MembersThatDoNotRejoinWithinTheRebalanceTimeoutAreDropped) {
  Client slow;
  slow.rebalance = milliseconds(30'000);
  slow.session = milliseconds(100'000);
  Stabilize({&slow});
  Client next;
  next.rebalance = milliseconds(20'000);
  const JoinAnswer join = Enter(next);
  Advance(milliseconds(29'999));
  EXPECT_TRUE(join.pending()) << "the longest rebalance timeout of the members counts";
  Advance(milliseconds(1));
  EXPECT_EQ(join->error_code, ErrorCode::kNone);
  EXPECT_EQ(join->leader, next.member_id);
  EXPECT_THAT(join->members, SizeIs(1));
  EXPECT_EQ(Heartbeat(slow), ErrorCode::kUnknownMemberId);
}

TEST_F(JoinTest, AFollowerThatRejoinsUnchangedIsAnsweredAtOnce) {
  Client leader;
  Client follower;
  Stabilize({&leader, &follower});
  const JoinAnswer again = SendJoin(follower);
  EXPECT_EQ(again->error_code, ErrorCode::kNone);
  EXPECT_EQ(again->generation_id, 1);
  EXPECT_EQ(again->leader, leader.member_id);
  EXPECT_THAT(again->members, IsEmpty());
  EXPECT_EQ(StateOf("group"), "Stable");
}

TEST_F(JoinTest, ALeaderThatRejoinsOrChangedMetadataStartARebalance) {
  Client leader;
  Client follower;
  Stabilize({&leader, &follower});
  EXPECT_TRUE(SendJoin(leader).pending());
  EXPECT_EQ(StateOf("group"), "PreparingRebalance");
  const JoinAnswer join = SendJoin(follower);
  Learn(follower, join);
  leader.generation = follower.generation;
  SyncAll({&leader, &follower}, join->leader);

  follower.protocols = {{"range", {'n', 'e', 'w'}}};
  EXPECT_TRUE(SendJoin(follower).pending());
  EXPECT_EQ(StateOf("group"), "PreparingRebalance");
}

TEST_F(JoinTest, InCompletingRebalanceAnUnchangedJoinGetsTheSameAnswerAgain) {
  Client leader;
  Client follower;
  const JoinAnswer first = Enter(leader);
  const JoinAnswer second = Enter(follower);
  WaitForInitialDelay(first);
  ASSERT_EQ(StateOf("group"), "CompletingRebalance");
  Learn(leader, first);
  const JoinAnswer again = SendJoin(leader);
  EXPECT_EQ(again->generation_id, 1);
  EXPECT_THAT(again->members, SizeIs(2)) << "the leader's answer may have been lost";
  EXPECT_THAT(SendJoin(follower)->members, IsEmpty());

  follower.protocols = {{"range", {'n', 'e', 'w'}}};
  EXPECT_TRUE(SendJoin(follower).pending());
  EXPECT_EQ(StateOf("group"), "PreparingRebalance");
}

TEST_F(JoinTest, AFullGroupTurnsNewMembersAway) {
  options.max_size = 2;
  Start();
  Client first;
  Client second;
  Stabilize({&first, &second});
  Client third;
  const JoinAnswer refused = SendJoin(third);
  EXPECT_EQ(refused->error_code, ErrorCode::kGroupMaxSizeReached);
  EXPECT_EQ(refused->member_id, "");
  EXPECT_EQ(StateOf("group"), "Stable");
}

TEST_F(JoinTest, OfTooManyMembersTheLastToRejoinMustGo) {
  Client first;
  Client second;
  Stabilize({&first, &second});
  options.max_size = 1;
  Start();  // with a smaller limit: the loaded group is over it
  EXPECT_EQ(StateOf("group"), "PreparingRebalance");
  const JoinAnswer quick = SendJoin(first);
  EXPECT_EQ(SendJoin(second)->error_code, ErrorCode::kGroupMaxSizeReached);
  EXPECT_EQ(quick->generation_id, 2);
  EXPECT_THAT(quick->members, SizeIs(1));
}

TEST_F(JoinTest, ANewMemberThatWaitsTooLongIsDroppedAndMayRetry) {
  Client slow;
  slow.session = slow.rebalance = milliseconds(1'000'000);
  Stabilize({&slow});
  Client next;
  next.rebalance = milliseconds(1'000'000);
  const JoinAnswer join = Enter(next);
  Advance(options.new_member_join_timeout);
  EXPECT_EQ(join->error_code, ErrorCode::kUnknownMemberId);
  EXPECT_EQ(join->member_id, "");
}

TEST_F(JoinTest, ASecondJoinOfTheSameMemberAnswersTheFirst) {
  Client leader;
  Client follower;
  Stabilize({&leader, &follower});
  const JoinAnswer first = SendJoin(leader);
  const JoinAnswer second = SendJoin(leader);
  EXPECT_EQ(first->error_code, ErrorCode::kRebalanceInProgress);
  EXPECT_TRUE(second.pending());
  SendJoin(follower);
  EXPECT_EQ(second->generation_id, 2);
}

TEST_F(JoinTest, AMemberParkedInJoinNeedsNoHeartbeat) {
  Client leader;
  Client follower;
  leader.session = follower.session = milliseconds(6'000);
  follower.session = milliseconds(60'000);
  Stabilize({&leader, &follower});
  const JoinAnswer join = SendJoin(leader);
  Advance(milliseconds(20'000));
  EXPECT_TRUE(join.pending());
  SendJoin(follower);
  EXPECT_EQ(join->error_code, ErrorCode::kNone);
  EXPECT_THAT(join->members, SizeIs(2));
}

TEST_F(JoinTest, TheLeaderThatDidNotRejoinIsReplaced) {
  Client leader;
  Client follower;
  leader.session = follower.session = milliseconds(100'000);
  Stabilize({&leader, &follower});
  follower.protocols = {{"range", {'n', 'e', 'w'}}};
  const JoinAnswer join = SendJoin(follower);
  Advance(leader.rebalance);
  EXPECT_EQ(join->leader, follower.member_id);
  EXPECT_THAT(join->members, SizeIs(1));
}

TEST_F(JoinTest, InVersion0TheSessionTimeoutIsTheRebalanceTimeout) {
  Client old;
  old.join_version = 0;
  old.rebalance = milliseconds(-1);
  old.session = milliseconds(6'000);
  Stabilize({&old});
  Answer<Result<GroupDetail>> detail;
  coordinator->Detail("group", detail.callback());
  Run();
  EXPECT_EQ((*detail)->members.at(0).rebalance_timeout, milliseconds(6'000));
}

}  // namespace
}  // namespace monkafka::groups
