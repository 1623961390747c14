// What groups find again after the end of their coordinator, orderly or by kill -9.
#include <string>
#include <vector>

#include "e2e/semantics/group_member.h"
#include "e2e/semantics/restart_fixture.h"

namespace monkafka::e2e {
namespace {

class GroupsRestartTest : public RestartFixture {
 protected:
  GroupMember Member(MemberSettings settings = {}) {
    return GroupMember("g", std::move(settings), broker_.port());
  }
  // The same member over a new connection.
  GroupMember Again(const GroupMember& member) { return GroupMember(member, broker_.port()); }
  // A client of the broker as it is now, which has loaded the group.
  WireClient& Client() {
    client_.emplace(broker_.port());
    AwaitCoordinator(*client_, "g");
    return *client_;
  }

 private:
  std::optional<WireClient> client_;
};

TEST_P(GroupsRestartTest, AStableGroupGoesOnWithoutARebalance) {
  CreateTopic(Client(), "t");
  GroupMember first = Member();
  GroupMember second = Member();
  first.settings.protocols = {{"range", Subscription({"t"})}};
  FormGroup({&first, &second});
  ASSERT_EQ(first.Commit("t", 5), ErrorCode::kNone);
  Restart();
  WireClient& client = Client();
  const auto group = DescribeGroup(client, "g");
  EXPECT_EQ(group.group_state, "Stable");
  EXPECT_EQ(group.protocol_data, "range");
  EXPECT_EQ(group.members.size(), 2u);
  for (const auto& member : group.members) EXPECT_EQ(member.client_host, "/127.0.0.1");
  EXPECT_EQ(CommittedOffset(client, "g", "t").committed_offset, 5);

  GroupMember first_again = Again(first);
  GroupMember second_again = Again(second);
  EXPECT_EQ(first_again.Heartbeat(), ErrorCode::kNone);
  EXPECT_EQ(second_again.Heartbeat(), ErrorCode::kNone);
  EXPECT_EQ(AsText(first_again.Sync().assignment), "for 0");
  EXPECT_EQ(AsText(second_again.Sync().assignment), "for 1");
  EXPECT_EQ(second_again.Commit("t", 6), ErrorCode::kNone);
  EXPECT_EQ(CommittedOffset(client, "g", "t").committed_offset, 6);
  // The leader leads as before.
  first_again.BeginJoin();
  EXPECT_TRUE(
      Eventually([&] { return second_again.Heartbeat() == ErrorCode::kRebalanceInProgress; }));
  EXPECT_EQ(second_again.Join().leader, first.id);
  EXPECT_EQ(first_again.EndJoin().generation_id, 3);
}

TEST_P(GroupsRestartTest, MembersThatDoNotComeBackAreRemovedWhenTheirSessionIsOver) {
  Client();
  MemberSettings settings;
  settings.session_timeout_ms = 400;
  GroupMember first = Member(settings);
  GroupMember second = Member();
  FormGroup({&first, &second});
  Restart();
  Client();
  GroupMember again = Again(second);
  EXPECT_TRUE(Eventually([&] { return again.Heartbeat() == ErrorCode::kRebalanceInProgress; }));
  const auto answer = again.Join();
  EXPECT_EQ(answer.generation_id, 3);
  EXPECT_EQ(answer.leader, second.id);
  EXPECT_EQ(answer.members.size(), 1u);
}

TEST_P(GroupsRestartTest, AJoinThatWasNotCompleteNeverHappened) {
  Client();
  GroupMember first = Member();
  GroupMember second = Member();
  FormGroup({&first});
  second.BeginJoin();
  ASSERT_TRUE(Eventually([&] { return first.Heartbeat() == ErrorCode::kRebalanceInProgress; }));
  Restart();
  WireClient& client = Client();
  const auto group = DescribeGroup(client, "g");
  EXPECT_EQ(group.group_state, "Stable");
  ASSERT_EQ(group.members.size(), 1u);
  EXPECT_EQ(group.members[0].member_id, first.id);
  GroupMember first_again = Again(first);
  EXPECT_EQ(first_again.Heartbeat(), ErrorCode::kNone);
  GroupMember second_again = Again(second);
  EXPECT_EQ(second_again.JoinOnce().error_code, ErrorCode::kUnknownMemberId);
}

TEST_P(GroupsRestartTest, AGenerationWithoutAssignmentsNeverHappened) {
  Client();
  GroupMember first = Member();
  FormGroup({&first});
  const int32_t generation = first.generation;
  first.settings.protocols = {{"range", Subscription({"changed"})}};
  ASSERT_EQ(first.Join().generation_id, generation + 1);
  Restart();
  WireClient& client = Client();
  EXPECT_EQ(StateOf(client, "g"), "Stable");
  GroupMember again = Again(first);
  EXPECT_EQ(again.Sync().error_code, ErrorCode::kIllegalGeneration);
  again.generation = generation;
  EXPECT_EQ(again.Heartbeat(), ErrorCode::kNone);
  EXPECT_EQ(AsText(again.Sync().assignment), "for 0");
}

TEST_P(GroupsRestartTest, StaticMembersTakeTheirPlacesAgain) {
  Client();
  GroupMember first = Member(StaticMember("a"));
  GroupMember second = Member(StaticMember("b"));
  FormGroup({&first, &second});
  Restart();
  Client();
  GroupMember restarted = Member(StaticMember("b"));
  const auto answer = restarted.Join();
  EXPECT_EQ(answer.error_code, ErrorCode::kNone);
  EXPECT_EQ(answer.generation_id, 2);
  EXPECT_NE(restarted.id, second.id);
  EXPECT_EQ(AsText(restarted.Sync().assignment), "for 1");
  EXPECT_EQ(Again(first).Heartbeat(), ErrorCode::kNone);
  EXPECT_EQ(Again(second).Heartbeat(), ErrorCode::kFencedInstanceId);

  // That one took another's place is kept, too.
  Restart();
  Client();
  EXPECT_EQ(Again(restarted).Heartbeat(), ErrorCode::kNone);
  EXPECT_EQ(Again(second).Heartbeat(), ErrorCode::kFencedInstanceId);
}

TEST_P(GroupsRestartTest, AnEmptyGroupGoesOnCounting) {
  Client();
  GroupMember first = Member();
  FormGroup({&first});
  ASSERT_EQ(first.Leave(), ErrorCode::kNone);
  Restart();
  EXPECT_EQ(StateOf(Client(), "g"), "Empty");
  GroupMember next = Member();
  EXPECT_EQ(next.Join().generation_id, 3);
}

TEST_P(GroupsRestartTest, OffsetsAreAsTheyWereCommitted) {
  WireClient& before = Client();
  CreateTopic(before, "t", 3);
  CommitArguments arguments;
  arguments.leader_epoch = 4;
  arguments.metadata = "text";
  for (const Offset offset : {3, 9, 7}) {
    ASSERT_EQ(CommitOffset(before, "g", "t", offset, arguments), ErrorCode::kNone);
  }
  arguments.partition = 1;
  ASSERT_EQ(CommitOffset(before, "g", "t", 8, arguments), ErrorCode::kNone);
  protocol::OffsetDeleteRequest remove;
  remove.group_id = "g";
  remove.topics.push_back({"t", {{1}}});
  ASSERT_EQ(before.Call<protocol::OffsetDeleteResponse>(remove, 0)
                .topics.at(0)
                .partitions.at(0)
                .error_code,
            ErrorCode::kNone);
  Restart();
  WireClient& client = Client();
  const auto kept = CommittedOffset(client, "g", "t", 0);
  EXPECT_EQ(kept.committed_offset, 7);
  EXPECT_EQ(kept.committed_leader_epoch, 4);
  EXPECT_EQ(kept.metadata, "text");
  EXPECT_EQ(CommittedOffset(client, "g", "t", 1).committed_offset, -1);
  EXPECT_EQ(CommittedOffset(client, "g", "t", 2).committed_offset, -1);
}

TEST_P(GroupsRestartTest, DeletedGroupsStayDeleted) {
  WireClient& before = Client();
  CreateTopic(before, "t");
  ASSERT_EQ(CommitOffset(before, "g", "t", 5), ErrorCode::kNone);
  protocol::DeleteGroupsRequest remove;
  remove.groups_names.emplace_back("g");
  ASSERT_EQ(before.Call<protocol::DeleteGroupsResponse>(remove, 2).results.at(0).error_code,
            ErrorCode::kNone);
  Restart();
  WireClient& client = Client();
  EXPECT_EQ(StateOf(client, "g"), "Dead");
  EXPECT_EQ(CommittedOffset(client, "g", "t").committed_offset, -1);
}

TEST_P(GroupsRestartTest, OffsetsOfATopicMadeAnewAreNotThoseOfTheOldOne) {
  WireClient& before = Client();
  CreateTopic(before, "t");
  ASSERT_EQ(CommitOffset(before, "g", "t", 5), ErrorCode::kNone);
  protocol::DeleteTopicsRequest remove;
  remove.timeout_ms = 10'000;
  remove.topics.emplace_back().name = "t";
  ASSERT_EQ(before.Call<protocol::DeleteTopicsResponse>(remove, 6).responses.at(0).error_code,
            ErrorCode::kNone);
  ASSERT_TRUE(Eventually([&] { return CommittedOffset(before, "g", "t").committed_offset == -1; }));
  CreateTopic(before, "t");
  Restart();
  EXPECT_EQ(CommittedOffset(Client(), "g", "t").committed_offset, -1);
}

INSTANTIATE_TEST_SUITE_P(, GroupsRestartTest, ::testing::Values(Ending::kOrderly, Ending::kKilled),
                         NameOf);

}  // namespace
}  // namespace monkafka::e2e
