// What a coordinator knows after it has read its log again, and what it answers meanwhile.
#include "harness.h"

#include "records/batch_builder.h"

namespace monkafka::groups {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class RestartTest : public CoordinatorTest {
 protected:
  RestartTest() { Start(); }

  // A batch of one record with these very bytes.
  void WriteRaw(std::vector<uint8_t> key, std::optional<std::vector<uint8_t>> value) {
    records::BatchBuilder batch({});
    std::optional<Bytes> value_bytes;
    if (value) value_bytes = *value;
    batch.Append(1, Bytes(key), value_bytes);
    offsets_topic.Write(PartitionOf("group"), *std::move(batch).Build());
  }
  void WriteGroup(const GroupMetadataValue& value) {
    RecordBuffer buffer;
    buffer.AddGroupMetadata({"group"}, value);
    records::BatchBuilder batch({});
    buffer.AppendTo(batch, 0, 1);
    offsets_topic.Write(PartitionOf("group"), *std::move(batch).Build());
  }

  Client leader;
  Client follower;
  Client simple;
};

TEST_F(RestartTest, OffsetsSurvive) {
  CommitOne(simple, {.offset = 5, .metadata = "note", .leader_epoch = 2});
  CommitOne(simple, {.partition = 1, .offset = 6});
  CommitOne(simple, {.offset = 7, .metadata = "newer", .leader_epoch = 3});
  Start();
  EXPECT_EQ(FetchOne("group").committed_offset, 7);
  EXPECT_EQ(FetchOne("group").metadata, "newer");
  EXPECT_EQ(FetchOne("group").committed_leader_epoch, 3);
  EXPECT_EQ(Committed("group", "topic", 1), 6);
  EXPECT_EQ(StateOf("group"), "Empty");
}

TEST_F(RestartTest, AStableGroupGoesOnAsIfNothingHadHappened) {
  leader.client_id = "a";
  follower.client_id = "b";
  follower.instance_id = "instance";
  Stabilize({&leader, &follower});
  const auto before = Describe("group");
  Start();
  const auto after = Describe("group");
  EXPECT_EQ(after.group_state, "Stable");
  EXPECT_EQ(after.protocol_data, "range");
  ASSERT_THAT(after.members, SizeIs(2));
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(after.members[i].member_id, before.members[i].member_id);
    EXPECT_EQ(after.members[i].group_instance_id, before.members[i].group_instance_id);
    EXPECT_EQ(after.members[i].client_id, before.members[i].client_id);
    EXPECT_EQ(after.members[i].client_host, before.members[i].client_host);
    EXPECT_EQ(after.members[i].member_metadata, before.members[i].member_metadata);
    EXPECT_EQ(after.members[i].member_assignment, before.members[i].member_assignment);
  }
  EXPECT_EQ(Heartbeat(leader), ErrorCode::kNone);
  EXPECT_EQ(Heartbeat(follower), ErrorCode::kNone);
  EXPECT_EQ(CommitOne(follower, {.offset = 3}), ErrorCode::kNone);
  EXPECT_EQ(AsText(SendSync(follower)->assignment), "for b");
  EXPECT_EQ(SendJoin(follower)->generation_id, 1) << "an unchanged follower";
  EXPECT_TRUE(SendJoin(leader).pending()) << "the leader is known, so it rebalances";
}

TEST_F(RestartTest, MembersThatDoNotComeBackTimeOut) {
  Stabilize({&leader});
  Start();
  Advance(leader.session - milliseconds(1));
  EXPECT_EQ(StateOf("group"), "Stable");
  Advance(milliseconds(1));
  EXPECT_EQ(StateOf("group"), "Empty");
}

TEST_F(RestartTest, TheGenerationGoesOn) {
  Stabilize({&leader});
  ASSERT_EQ(Leave(leader), ErrorCode::kNone);
  Start();
  Client next;
  const JoinAnswer join = Enter(next);
  WaitForInitialDelay(join);
  EXPECT_EQ(join->generation_id, 3) << "1, 2 when it became empty, 3";
}

TEST_F(RestartTest, ARebalanceUnderWayIsForgotten) {
  const JoinAnswer join = Enter(leader);
  ASSERT_TRUE(join.pending());
  Start();
  EXPECT_EQ(join->error_code, ErrorCode::kNotCoordinator) << "answered when the old one stopped";
  EXPECT_EQ(SendJoin(leader)->error_code, ErrorCode::kUnknownMemberId);
}

TEST_F(RestartTest, AStoppedCoordinatorAnswersWhatIsParkedAndEverythingAfter) {
  Stabilize({&leader, &follower});
  const JoinAnswer parked = SendJoin(leader);
  offsets_topic.hold = true;
  const CommitAnswer commit = SendCommit(follower, {{.offset = 1}});
  bool stopped = false;
  coordinator->Stop([&] { stopped = true; });
  Run();
  EXPECT_TRUE(stopped);
  EXPECT_EQ(parked->error_code, ErrorCode::kNotCoordinator);
  EXPECT_EQ(commit->topics.at(0).partitions.at(0).error_code, ErrorCode::kNotCoordinator);
  EXPECT_EQ(SendJoin(leader)->error_code, ErrorCode::kCoordinatorNotAvailable);
  EXPECT_EQ(Heartbeat(leader), ErrorCode::kCoordinatorNotAvailable);
  EXPECT_EQ(timers.size(), 0U);
  offsets_topic.Release();
  Run();
}

TEST_F(RestartTest, WhileTheLogIsReadClientsAreToldSo) {
  Stabilize({&leader});
  Stop();
  offsets_topic.hold_reads = true;
  Start();
  EXPECT_EQ(Heartbeat(leader), ErrorCode::kNone);
  EXPECT_EQ(SendSync(leader)->error_code, ErrorCode::kRebalanceInProgress);
  EXPECT_EQ(SendJoin(leader)->error_code, ErrorCode::kCoordinatorLoadInProgress);
  EXPECT_EQ(Leave(leader), ErrorCode::kCoordinatorLoadInProgress);
  EXPECT_EQ(CommitOne(leader, {.offset = 1}), ErrorCode::kCoordinatorLoadInProgress);
  EXPECT_EQ(SendFetch(FetchRequest("group", "topic", {0}), 7)->error_code,
            ErrorCode::kCoordinatorLoadInProgress);
  EXPECT_EQ(Describe("group").error_code, ErrorCode::kCoordinatorLoadInProgress);
  Answer<protocol::ListGroupsResponse> listed;
  coordinator->ListGroups(Receive(protocol::ListGroupsRequest(), 5), listed.callback());
  Answer<Result<std::vector<GroupSummary>>> summaries;
  coordinator->Summaries(summaries.callback());
  Run();
  EXPECT_EQ(listed->error_code, ErrorCode::kCoordinatorLoadInProgress);
  EXPECT_TRUE(summaries.pending()) << "operators wait";
  Answer<std::vector<PartitionStatus>> statuses;
  coordinator->Statuses(statuses.callback());
  Run();
  ASSERT_EQ(statuses->size(), static_cast<size_t>(kPartitions));
  EXPECT_EQ(statuses->front().error, ErrorCode::kCoordinatorLoadInProgress);

  offsets_topic.hold_reads = false;
  offsets_topic.ReleaseReads();
  Run();
  EXPECT_EQ(CommitOne(leader, {.offset = 1}), ErrorCode::kNone);
  ASSERT_TRUE(summaries->has_value());
  EXPECT_EQ((*summaries)->size(), 1u);
}

TEST_F(RestartTest, EmptyPartitionsAreReadOnceEach) {
  offsets_topic.reads = 0;
  Start();
  EXPECT_EQ(offsets_topic.reads, kPartitions);
}

TEST_F(RestartTest, ALogThatCannotBeReadIsTriedAgainLessAndLessOften) {
  CommitOne(simple, {.offset = 5});
  offsets_topic.read_error = ErrorCode::kKafkaStorageError;
  Start();
  EXPECT_EQ(CommitOne(simple, {.offset = 6}), ErrorCode::kNotCoordinator);
  EXPECT_EQ(Heartbeat(simple), ErrorCode::kNotCoordinator);
  offsets_topic.reads = 0;
  Advance(seconds(120));
  EXPECT_GT(offsets_topic.reads, kPartitions * 3);
  EXPECT_LT(offsets_topic.reads, kPartitions * 10);
  offsets_topic.read_error = ErrorCode::kNone;
  Advance(seconds(60));
  EXPECT_EQ(Committed("group"), 5);
}

TEST_F(RestartTest, ABrokenBatchFailsTheLoad) {
  offsets_topic.Write(PartitionOf("group"), [] {
    records::BatchBuilder batch({});
    const std::vector<uint8_t> garbage = {9, 9};
    batch.Append(1, Bytes(garbage), std::nullopt);
    std::vector<uint8_t> bytes = *std::move(batch).Build();
    bytes[records::kRecordCountAt + 3] = 7;  // more records than there are
    return bytes;
  }());
  Start();
  EXPECT_EQ(CommitOne(simple, {.offset = 6}), ErrorCode::kNotCoordinator);
}

TEST_F(RestartTest, RecordsOfOtherKindsAreSkipped) {
  WriteRaw({0, 3, 0, 1, 'g'}, std::vector<uint8_t>{0, 0, 0, 0, 0, 1, 0});        // KIP-848's
  WriteRaw({0x7f, 0xff, 1, 2, 3}, std::nullopt);                                 // of a later Kafka
  WriteRaw({0}, std::nullopt);                                                   // no key at all
  WriteRaw({0, 1, 0, 9}, std::vector<uint8_t>{0, 3});                            // cut off
  WriteRaw({0, 2, 0, 5, 'g', 'r', 'o', 'u', 'p'}, std::vector<uint8_t>{0, 99});  // value version
  CommitOne(simple, {.offset = 5});
  Start();
  EXPECT_EQ(Committed("group"), 5);
}

TEST_F(RestartTest, OlderVersionsOfTheRecordsAreRead) {
  const std::vector<uint8_t> key = {0, 0,   0,   5,   'g', 'r', 'o', 'u', 'p', 0,
                                    5, 't', 'o', 'p', 'i', 'c', 0,   0,   0,   0};
  WriteRaw(key,
           std::vector<uint8_t>{0, 0, 0, 0, 0, 0, 0, 0, 0, 42, 0, 1, 'm', 0, 0, 0, 0, 0, 0, 0, 1});
  Start();
  EXPECT_EQ(FetchOne("group").committed_offset, 42);
  EXPECT_EQ(FetchOne("group").metadata, "m");
  EXPECT_EQ(FetchOne("group").committed_leader_epoch, -1);
}

TEST_F(RestartTest, AGroupRecordThatNamesAMemberTwiceIsReadAsFarAsItMakesSense) {
  const std::vector<uint8_t> bytes = {'x'};
  GroupMetadataValue::Member member{.member_id = "m-1",
                                    .group_instance_id = "instance",
                                    .client_id = "c",
                                    .client_host = "/h",
                                    .rebalance_timeout = 1'000,
                                    .session_timeout = 10'000,
                                    .subscription = bytes,
                                    .assignment = bytes};
  GroupMetadataValue value;
  value.protocol_type = "consumer";
  value.generation = 5;
  value.protocol = "range";
  value.leader = "nobody";
  value.members = {member, member, member};
  value.members[1].member_id = "m-2";  // the same instance again
  WriteGroup(value);
  Start();
  EXPECT_THAT(Describe("group").members, SizeIs(1));
  Client known;
  known.member_id = "m-1";
  known.instance_id = "instance";
  known.generation = 5;
  EXPECT_EQ(Heartbeat(known), ErrorCode::kNone);
  Client next;
  Enter(next);
  Learn(known, SendJoin(known));
  EXPECT_EQ(known.generation, 6);
}

TEST_F(RestartTest, AGroupsTombstoneRemovesItAndLeavesOffsetsThatCameLater) {
  Stabilize({&leader});
  Leave(leader);
  RecordBuffer buffer;
  buffer.AddGroupTombstone({"group"});
  records::BatchBuilder batch({});
  buffer.AppendTo(batch, 0, 1);
  offsets_topic.Write(PartitionOf("group"), *std::move(batch).Build());
  Start();
  EXPECT_EQ(StateOf("group"), "Dead");

  CommitOne(simple, {.offset = 5});
  Start();
  EXPECT_EQ(Describe("group").group_state, "Empty");
  EXPECT_EQ(Describe("group").protocol_type, "");
  EXPECT_EQ(Committed("group"), 5);
}

// --- appends that fail ---

class AppendFailureTest : public RestartTest {};

TEST_F(AppendFailureTest, ErrorsAreTranslatedForClients) {
  const std::vector<std::pair<ErrorCode, ErrorCode>> cases = {
      {ErrorCode::kKafkaStorageError, ErrorCode::kNotCoordinator},
      {ErrorCode::kNotLeaderOrFollower, ErrorCode::kNotCoordinator},
      {ErrorCode::kNotEnoughReplicas, ErrorCode::kCoordinatorNotAvailable},
      {ErrorCode::kUnknownTopicOrPartition, ErrorCode::kCoordinatorNotAvailable},
  };
  for (const auto& [append_error, expected] : cases) {
    Start();
    offsets_topic.append_error = append_error;
    EXPECT_EQ(CommitOne(simple, {.offset = 5}), expected);
    offsets_topic.append_error = ErrorCode::kNone;
  }
}

TEST_F(AppendFailureTest, WhatFailedIsNotSeenAfterwards) {
  CommitOne(simple, {.offset = 5});
  offsets_topic.append_error = ErrorCode::kKafkaStorageError;
  EXPECT_EQ(CommitOne(simple, {.offset = 6}), ErrorCode::kNotCoordinator);
  offsets_topic.append_error = ErrorCode::kNone;
  EXPECT_EQ(CommitOne(simple, {.offset = 7}), ErrorCode::kNotCoordinator) << "not at once";
  Advance(options.reload_delay);
  EXPECT_EQ(Committed("group"), 5);
  EXPECT_EQ(CommitOne(simple, {.offset = 8}), ErrorCode::kNone);
  EXPECT_EQ(Committed("group"), 8);
}

TEST_F(AppendFailureTest, EverythingThatWaitedFailsWithIt) {
  CommitOne(simple, {.offset = 5});
  offsets_topic.hold = true;
  const CommitAnswer first = SendCommit(simple, {{.offset = 6}});
  const CommitAnswer second = SendCommit(simple, {{.offset = 7}});
  const FetchAnswer fetch = SendFetch(FetchRequest("group", "topic", {0}), 7);
  offsets_topic.hold = false;
  offsets_topic.Release(ErrorCode::kKafkaStorageError);
  Run();
  EXPECT_EQ(first->topics.at(0).partitions.at(0).error_code, ErrorCode::kNotCoordinator);
  EXPECT_EQ(second->topics.at(0).partitions.at(0).error_code, ErrorCode::kNotCoordinator);
  EXPECT_EQ(fetch->error_code, ErrorCode::kNotCoordinator);
  EXPECT_THAT(fetch->topics, IsEmpty());
  Advance(options.reload_delay);
  EXPECT_EQ(Committed("group"), 5);
}

TEST_F(AppendFailureTest, AnAppendOfBeforeTheReloadCannotHarmWhatCameAfter) {
  offsets_topic.max_batch_bytes = 200;
  Start();
  offsets_topic.hold = true;
  for (int i = 0; i < 10; ++i) SendCommit(simple, {{.offset = i}});
  ASSERT_GT(offsets_topic.held(), 2U);
  offsets_topic.Release(ErrorCode::kKafkaStorageError);  // each of them fails
  Run();
  offsets_topic.hold = false;
  Advance(options.reload_delay);
  EXPECT_EQ(CommitOne(simple, {.offset = 50}), ErrorCode::kNone);
  EXPECT_EQ(Committed("group"), 50);
}

TEST_F(AppendFailureTest, AStableGroupLivesThroughIt) {
  Stabilize({&leader, &follower});
  offsets_topic.append_error = ErrorCode::kKafkaStorageError;
  EXPECT_EQ(CommitOne(leader, {.offset = 6}), ErrorCode::kNotCoordinator);
  offsets_topic.append_error = ErrorCode::kNone;
  Advance(options.reload_delay);
  EXPECT_EQ(Heartbeat(leader), ErrorCode::kNone);
  EXPECT_EQ(Heartbeat(follower), ErrorCode::kNone);
  EXPECT_EQ(CommitOne(leader, {.offset = 6}), ErrorCode::kNone);
}

TEST_F(AppendFailureTest, AnAssignmentThatCouldNotBeStoredIsNotGivenOut) {
  const JoinAnswer first = Enter(leader);
  const JoinAnswer second = Enter(follower);
  WaitForInitialDelay(first);
  Learn(leader, first);
  Learn(follower, second);
  const SyncAnswer waiting = SendSync(follower);
  offsets_topic.append_error = ErrorCode::kNotEnoughReplicas;
  const SyncAnswer leading = SendSync(leader, {{leader.member_id, "one"}});
  EXPECT_EQ(leading->error_code, ErrorCode::kCoordinatorNotAvailable);
  EXPECT_EQ(waiting->error_code, ErrorCode::kCoordinatorNotAvailable);
  EXPECT_THAT(leading->assignment, IsEmpty());
}

TEST_F(AppendFailureTest, WhoeverWaitsToJoinLooksForTheCoordinatorAgain) {
  Stabilize({&leader, &follower});
  const JoinAnswer parked = SendJoin(leader);
  offsets_topic.append_error = ErrorCode::kKafkaStorageError;
  CommitOne(follower, {.offset = 1});
  EXPECT_EQ(parked->error_code, ErrorCode::kNotCoordinator);
}

TEST_F(AppendFailureTest, AStaticMemberWhoseReplacementFailedTriesAgain) {
  leader.instance_id = "instance";
  Stabilize({&leader});
  offsets_topic.append_error = ErrorCode::kNotEnoughReplicas;
  Client again = leader;
  again.member_id.clear();
  const JoinAnswer join = SendJoin(again);
  EXPECT_EQ(join->error_code, ErrorCode::kCoordinatorNotAvailable);
  offsets_topic.append_error = ErrorCode::kNone;
  Advance(options.reload_delay);
  EXPECT_EQ(Heartbeat(leader), ErrorCode::kNone) << "the log still has the old one";
  EXPECT_EQ(SendJoin(again)->error_code, ErrorCode::kNone);
}

}  // namespace
}  // namespace monkafka::groups
