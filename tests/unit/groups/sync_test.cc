// SyncGroup and Heartbeat: the second half of a rebalance, and what keeps a session.
#include "harness.h"

namespace monkafka::groups {
namespace {

using protocol::SyncGroupRequest;
using testing::IsEmpty;
using testing::SizeIs;

class SyncTest : public CoordinatorTest {
 protected:
  SyncTest() { Start(); }

  // Leader and follower have joined generation 1 and not yet synced.
  void JoinBoth() {
    const JoinAnswer first = Enter(leader);
    const JoinAnswer second = Enter(follower);
    WaitForInitialDelay(first);
    Learn(leader, first);
    Learn(follower, second);
    ASSERT_EQ(StateOf("group"), "CompletingRebalance");
  }
  std::vector<std::pair<std::string, std::string>> Both() const {
    return {{leader.member_id, "one"}, {follower.member_id, "two"}};
  }

  Client leader;
  Client follower;
};

TEST_F(SyncTest, FollowersWaitForTheLeadersAssignment) {
  JoinBoth();
  const SyncAnswer waiting = SendSync(follower);
  EXPECT_TRUE(waiting.pending());
  const SyncAnswer leading = SendSync(leader, Both());
  EXPECT_EQ(AsText(leading->assignment), "one");
  EXPECT_EQ(AsText(waiting->assignment), "two");
  EXPECT_EQ(waiting->protocol_type, "consumer");
  EXPECT_EQ(waiting->protocol_name, "range");
  EXPECT_EQ(StateOf("group"), "Stable");
}

TEST_F(SyncTest, TheAssignmentIsGivenOutOnlyWhenItIsDurable) {
  JoinBoth();
  const SyncAnswer waiting = SendSync(follower);
  offsets_topic.hold = true;
  const SyncAnswer leading = SendSync(leader, Both());
  EXPECT_TRUE(leading.pending());
  EXPECT_TRUE(waiting.pending());
  offsets_topic.hold = false;
  offsets_topic.Release();
  Run();
  EXPECT_EQ(AsText(leading->assignment), "one");
  EXPECT_EQ(AsText(waiting->assignment), "two");
}

TEST_F(SyncTest, AMemberWithoutAssignmentGetsEmptyBytes) {
  JoinBoth();
  const SyncAnswer waiting = SendSync(follower);
  SendSync(leader, {{leader.member_id, "one"}, {"stranger", "three"}});
  EXPECT_EQ(waiting->error_code, ErrorCode::kNone);
  EXPECT_THAT(waiting->assignment, IsEmpty());
}

TEST_F(SyncTest, InStableTheStoredAssignmentIsGivenOutAgain) {
  JoinBoth();
  SendSync(leader, Both());
  EXPECT_EQ(AsText(SendSync(follower)->assignment), "two");
  EXPECT_EQ(AsText(SendSync(follower)->assignment), "two");
  EXPECT_EQ(AsText(SendSync(leader, {{leader.member_id, "other"}})->assignment), "one")
      << "a stable group takes no new assignment";
}

TEST_F(SyncTest, WhileTheGroupPreparesARebalanceMembersMustRejoin) {
  JoinBoth();
  SendSync(leader, Both());
  Client third;
  Enter(third);
  EXPECT_EQ(SendSync(follower)->error_code, ErrorCode::kRebalanceInProgress);
}

TEST_F(SyncTest, ARebalanceEndsTheWaitForAnAssignment) {
  JoinBoth();
  const SyncAnswer waiting = SendSync(follower);
  Client third;
  Enter(third);
  EXPECT_EQ(waiting->error_code, ErrorCode::kRebalanceInProgress);
  EXPECT_THAT(waiting->assignment, IsEmpty());
}

TEST_F(SyncTest, ARebalanceWhileTheAssignmentIsBeingWrittenWins) {
  JoinBoth();
  offsets_topic.hold = true;
  const SyncAnswer leading = SendSync(leader, Both());
  Client third;
  const JoinAnswer join = Enter(third);
  EXPECT_EQ(leading->error_code, ErrorCode::kRebalanceInProgress);
  offsets_topic.hold = false;
  offsets_topic.Release();
  Run();
  EXPECT_EQ(StateOf("group"), "PreparingRebalance");
  EXPECT_TRUE(join.pending());
}

TEST_F(SyncTest, UnknownGroupsMembersAndGenerationsAreRefused) {
  EXPECT_EQ(SendSync(leader)->error_code, ErrorCode::kUnknownMemberId) << "no such group";
  JoinBoth();
  Client wrong = follower;
  wrong.generation = 7;
  EXPECT_EQ(SendSync(wrong)->error_code, ErrorCode::kIllegalGeneration);
  wrong = follower;
  wrong.member_id = "stranger";
  EXPECT_EQ(SendSync(wrong)->error_code, ErrorCode::kUnknownMemberId);
}

TEST_F(SyncTest, Version5MustNameTheProtocolThatTheGroupHas) {
  JoinBoth();
  Client wrong = follower;
  wrong.protocol_type = "connect";
  EXPECT_EQ(SendSync(wrong)->error_code, ErrorCode::kInconsistentGroupProtocol);
  wrong = follower;
  wrong.protocol_name = "sticky";
  EXPECT_EQ(SendSync(wrong)->error_code, ErrorCode::kInconsistentGroupProtocol);

  SyncGroupRequest request;
  request.group_id = "group";
  request.generation_id = follower.generation;
  request.member_id = follower.member_id;
  EXPECT_EQ(SendSync(request, 5)->error_code, ErrorCode::kInconsistentGroupProtocol);
  EXPECT_TRUE(SendSync(request, 4).pending()) << "older clients don't say it";
}

TEST_F(SyncTest, MembersThatNeverSyncAreRemovedAfterTheRebalanceTimeout) {
  leader.session = follower.session = seconds(1'000);
  JoinBoth();
  const SyncAnswer leading = SendSync(leader, Both());
  ASSERT_EQ(leading->error_code, ErrorCode::kNone);
  Advance(leader.rebalance);
  EXPECT_EQ(Heartbeat(follower), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(Heartbeat(leader), ErrorCode::kRebalanceInProgress);
}

TEST_F(SyncTest, ALeaderThatNeverSyncsIsRemovedAndItsFollowersBeginAgain) {
  leader.session = follower.session = seconds(1'000);
  JoinBoth();
  const SyncAnswer waiting = SendSync(follower);
  Advance(leader.rebalance);
  EXPECT_EQ(waiting->error_code, ErrorCode::kRebalanceInProgress);
  const JoinAnswer join = SendJoin(follower);
  EXPECT_EQ(join->leader, follower.member_id);
  EXPECT_EQ(join->generation_id, 2);
}

TEST_F(SyncTest, OnceAllHaveSyncedNobodyIsRemoved) {
  leader.session = follower.session = seconds(1'000);
  JoinBoth();
  SendSync(leader, Both());
  SendSync(follower);
  Advance(leader.rebalance * 2);
  EXPECT_EQ(Heartbeat(leader), ErrorCode::kNone);
  EXPECT_EQ(Heartbeat(follower), ErrorCode::kNone);
}

TEST_F(SyncTest, ASecondSyncOfTheSameMemberAnswersTheFirst) {
  JoinBoth();
  const SyncAnswer first = SendSync(follower);
  const SyncAnswer second = SendSync(follower);
  EXPECT_EQ(first->error_code, ErrorCode::kRebalanceInProgress);
  SendSync(leader, Both());
  EXPECT_EQ(AsText(second->assignment), "two");
}

TEST_F(SyncTest, AnAssignmentTooLargeForTheLogFailsAndRebalances) {
  JoinBoth();
  offsets_topic.max_batch_bytes = 2'000;
  Start();
  leader = {};
  follower = {};
  JoinBoth();
  const SyncAnswer waiting = SendSync(follower);
  const SyncAnswer leading = SendSync(leader, {{leader.member_id, std::string(3'000, 'x')}});
  EXPECT_EQ(leading->error_code, ErrorCode::kUnknownServerError);
  EXPECT_EQ(waiting->error_code, ErrorCode::kUnknownServerError);
  EXPECT_EQ(StateOf("group"), "PreparingRebalance");
}

class HeartbeatTest : public SyncTest {};

TEST_F(HeartbeatTest, UnknownMembersAndGenerationsAreRefused) {
  EXPECT_EQ(Heartbeat(leader), ErrorCode::kUnknownMemberId) << "no such group";
  JoinBoth();
  Client wrong = leader;
  wrong.generation = 0;
  EXPECT_EQ(Heartbeat(wrong), ErrorCode::kIllegalGeneration);
  wrong = leader;
  wrong.member_id = "stranger";
  EXPECT_EQ(Heartbeat(wrong), ErrorCode::kUnknownMemberId);
}

TEST_F(HeartbeatTest, AMemberOfAnEmptyGroupIsUnknown) {
  Stabilize({&leader});
  ASSERT_EQ(Leave(leader), ErrorCode::kNone);
  ASSERT_EQ(StateOf("group"), "Empty");
  EXPECT_EQ(Heartbeat(leader), ErrorCode::kUnknownMemberId);
}

TEST_F(HeartbeatTest, InCompletingRebalanceItIsWell) {
  JoinBoth();
  EXPECT_EQ(Heartbeat(follower), ErrorCode::kNone);
}

TEST_F(HeartbeatTest, InPreparingRebalanceTheMemberIsToldToRejoin) {
  Stabilize({&leader, &follower});
  SendJoin(leader);
  EXPECT_EQ(Heartbeat(follower), ErrorCode::kRebalanceInProgress);
}

TEST_F(HeartbeatTest, WithoutHeartbeatsTheSessionEndsAndTheGroupRebalances) {
  Stabilize({&leader, &follower});
  for (int i = 0; i < 10; ++i) {
    Advance(seconds(3));
    EXPECT_EQ(Heartbeat(leader), i < 3 ? ErrorCode::kNone : ErrorCode::kRebalanceInProgress);
  }
  EXPECT_EQ(Heartbeat(follower), ErrorCode::kUnknownMemberId);
  const JoinAnswer join = SendJoin(leader);
  EXPECT_THAT(join->members, SizeIs(1));
}

TEST_F(HeartbeatTest, AHeartbeatIsGoodForAWholeSession) {
  Stabilize({&leader});
  Advance(leader.session - milliseconds(1));
  EXPECT_EQ(Heartbeat(leader), ErrorCode::kNone);
  Advance(leader.session - milliseconds(1));
  EXPECT_EQ(Heartbeat(leader), ErrorCode::kNone);
  Advance(leader.session);
  EXPECT_EQ(Heartbeat(leader), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(StateOf("group"), "Empty");
}

TEST_F(HeartbeatTest, WhoeverWaitsForAnAssignmentIsAliveForAWholeSessionAfterIt) {
  JoinBoth();
  const SyncAnswer waiting = SendSync(follower);
  for (int i = 0; i < 4; ++i) {
    Advance(seconds(5));
    EXPECT_EQ(Heartbeat(leader), ErrorCode::kNone);
  }
  SendSync(leader, Both());
  EXPECT_EQ(AsText(waiting->assignment), "two");
  Advance(follower.session - milliseconds(1));
  EXPECT_EQ(Heartbeat(follower), ErrorCode::kNone);
}

}  // namespace
}  // namespace monkafka::groups
