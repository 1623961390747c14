// OffsetCommit: who may commit what, and when it counts.
#include "harness.h"

namespace monkafka::groups {
namespace {

class OffsetCommitTest : public CoordinatorTest {
 protected:
  OffsetCommitTest() { Start(); }

  Client simple;  // commits without being a member
  Client member;
  Client other;
};

TEST_F(OffsetCommitTest, WithoutGenerationAnEmptyOrNewGroupAccepts) {
  EXPECT_EQ(CommitOne(simple, {.offset = 5}), ErrorCode::kNone);
  EXPECT_EQ(CommitOne(simple, {.offset = 6}), ErrorCode::kNone);
  EXPECT_EQ(Committed("group"), 6);
  EXPECT_EQ(StateOf("group"), "Empty");
}

TEST_F(OffsetCommitTest, TheEmptyGroupIdIsAGroup) {
  simple.group = "";
  EXPECT_EQ(CommitOne(simple, {.offset = 5}), ErrorCode::kNone);
  EXPECT_EQ(Committed(""), 5);
}

TEST_F(OffsetCommitTest, WithoutGenerationAGroupWithMembersRefuses) {
  Stabilize({&member});
  EXPECT_EQ(CommitOne(simple, {.offset = 5}), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(Committed("group"), -1);
}

TEST_F(OffsetCommitTest, AGenerationOfAnUnknownGroupIsIllegal) {
  simple.generation = 3;
  EXPECT_EQ(CommitOne(simple, {.offset = 5}), ErrorCode::kIllegalGeneration);
  EXPECT_EQ(SendCommit(simple, {{.offset = 5}}, 10)->topics.at(0).partitions.at(0).error_code,
            ErrorCode::kGroupIdNotFound);
  EXPECT_EQ(StateOf("group"), "Dead");
}

TEST_F(OffsetCommitTest, MembersCommitInTheirGeneration) {
  Stabilize({&member});
  EXPECT_EQ(CommitOne(member, {.offset = 5}), ErrorCode::kNone);
  Client wrong = member;
  wrong.generation = 0;
  EXPECT_EQ(CommitOne(wrong, {.offset = 6}), ErrorCode::kIllegalGeneration);
  wrong = member;
  wrong.generation = -1;
  EXPECT_EQ(CommitOne(wrong, {.offset = 6}), ErrorCode::kIllegalGeneration);
  wrong = member;
  wrong.member_id = "stranger";
  EXPECT_EQ(CommitOne(wrong, {.offset = 6}), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(Committed("group"), 5);
}

TEST_F(OffsetCommitTest, WhileThePreparedRebalanceGoesOnMembersMayCommit) {
  Stabilize({&member, &other});
  SendJoin(member);
  ASSERT_EQ(StateOf("group"), "PreparingRebalance");
  EXPECT_EQ(CommitOne(other, {.offset = 5}), ErrorCode::kNone);
}

TEST_F(OffsetCommitTest, InCompletingRebalanceMembersMustFirstSync) {
  const JoinAnswer join = Enter(member);
  WaitForInitialDelay(join);
  Learn(member, join);
  ASSERT_EQ(StateOf("group"), "CompletingRebalance");
  EXPECT_EQ(CommitOne(member, {.offset = 5}), ErrorCode::kRebalanceInProgress);
}

TEST_F(OffsetCommitTest, ACommitKeepsTheSession) {
  Stabilize({&member});
  for (int i = 0; i < 5; ++i) {
    Advance(member.session - milliseconds(1));
    EXPECT_EQ(CommitOne(member, {.offset = i}), ErrorCode::kNone);
  }
  Advance(member.session);
  EXPECT_EQ(CommitOne(member, {.offset = 9}), ErrorCode::kUnknownMemberId);
}

TEST_F(OffsetCommitTest, MetadataHasALimitPerPartition) {
  const CommitAnswer answer =
      SendCommit(simple, {{.partition = 0, .offset = 1, .metadata = std::string(4'096, 'x')},
                          {.partition = 1, .offset = 2, .metadata = std::string(4'097, 'x')}});
  EXPECT_EQ(answer->topics.at(0).partitions.at(0).error_code, ErrorCode::kNone);
  EXPECT_EQ(answer->topics.at(1).partitions.at(0).error_code, ErrorCode::kOffsetMetadataTooLarge);
  EXPECT_EQ(FetchOne("group", "topic", 0).metadata, std::string(4'096, 'x'));
  EXPECT_EQ(Committed("group", "topic", 1), -1);
}

TEST_F(OffsetCommitTest, TheMetadataLimitCountsCharactersAsJavaDoes) {
  options.offset_metadata_max_size = 3;
  Start();
  EXPECT_EQ(CommitOne(simple, {.offset = 1, .metadata = "äöü"}), ErrorCode::kNone);
  EXPECT_EQ(CommitOne(simple, {.offset = 1, .metadata = "äöüä"}),
            ErrorCode::kOffsetMetadataTooLarge);
}

TEST_F(OffsetCommitTest, UnknownTopicsAndPartitionsAreRefusedOneByOne) {
  const CommitAnswer answer = SendCommit(simple, {{.topic = "nowhere", .offset = 1},
                                                  {.topic = "topic", .partition = 3, .offset = 1},
                                                  {.topic = "topic", .partition = -1, .offset = 1},
                                                  {.topic = "topic", .partition = 2, .offset = 1}});
  EXPECT_EQ(answer->topics.at(0).partitions.at(0).error_code, ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(answer->topics.at(1).partitions.at(0).error_code, ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(answer->topics.at(2).partitions.at(0).error_code, ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(answer->topics.at(3).partitions.at(0).error_code, ErrorCode::kNone);
  EXPECT_EQ(answer->topics.at(0).name, "nowhere");
  EXPECT_EQ(Committed("group", "topic", 2), 1);
}

TEST_F(OffsetCommitTest, FromVersion10OnTopicsAreNamedByTheirId) {
  protocol::OffsetCommitRequest request = CommitRequest(simple, {{.offset = 7}, {.offset = 8}});
  request.topics[0].name = request.topics[1].name = {};
  request.topics[1].topic_id = Uuid::Random();
  const CommitAnswer answer = SendCommit(request, 10);
  EXPECT_EQ(answer->topics.at(0).topic_id, TopicId("topic"));
  EXPECT_EQ(answer->topics.at(0).partitions.at(0).error_code, ErrorCode::kNone);
  EXPECT_EQ(answer->topics.at(1).partitions.at(0).error_code, ErrorCode::kUnknownTopicId);
  EXPECT_EQ(Committed("group"), 7);
}

TEST_F(OffsetCommitTest, Version1MayBringItsOwnTimestamp) {
  protocol::OffsetCommitRequest request = CommitRequest(simple, {{.offset = 7}});
  request.topics[0].partitions[0].commit_timestamp = 12'345;
  SendCommit(request, 1);
  Answer<Result<GroupDetail>> detail;
  coordinator->Detail("group", detail.callback());
  Run();
  EXPECT_EQ((*detail)->offsets.at(0).commit_timestamp, 12'345);
}

TEST_F(OffsetCommitTest, IsAnsweredOnlyWhenItIsDurable) {
  offsets_topic.hold = true;
  const CommitAnswer answer = SendCommit(simple, {{.offset = 5}});
  EXPECT_TRUE(answer.pending());
  offsets_topic.hold = false;
  offsets_topic.Release();
  Run();
  EXPECT_EQ(answer->topics.at(0).partitions.at(0).error_code, ErrorCode::kNone);
}

TEST_F(OffsetCommitTest, CommitsThatComeDuringAnAppendGoTogetherInTheNext) {
  offsets_topic.hold = true;
  std::vector<CommitAnswer> answers;
  for (int i = 0; i < 100; ++i) answers.push_back(SendCommit(simple, {{.offset = i}}));
  EXPECT_EQ(offsets_topic.append_calls, 1) << "the others gather";
  offsets_topic.Release();
  Run();
  EXPECT_FALSE(answers[0].pending());
  EXPECT_TRUE(answers[1].pending());
  EXPECT_EQ(offsets_topic.append_calls, 2);
  offsets_topic.Release();
  Run();
  EXPECT_FALSE(answers[99].pending());
  EXPECT_EQ(offsets_topic.append_calls, 2);
  EXPECT_EQ(offsets_topic.BatchCount(PartitionOf("group")), 2U);
  EXPECT_EQ(offsets_topic.Records(PartitionOf("group")).size(), 100U);
}

TEST_F(OffsetCommitTest, CommitsThatComeTogetherAreOneAppend) {
  std::vector<CommitAnswer> answers(50);
  for (int i = 0; i < 50; ++i) {
    coordinator->OffsetCommit(Receive(CommitRequest(simple, {{.offset = i}}), 9),
                              answers[static_cast<size_t>(i)].callback());
  }
  Run();
  EXPECT_EQ(offsets_topic.append_calls, 1);
  for (const CommitAnswer& answer : answers) EXPECT_FALSE(answer.pending());
}

TEST_F(OffsetCommitTest, AFullBatchIsSentAtOnceAndTheNextBegun) {
  offsets_topic.max_batch_bytes = 1'000;
  Start();
  offsets_topic.hold = true;
  std::vector<CommitAnswer> answers;
  for (int i = 0; i < 20; ++i) {
    answers.push_back(SendCommit(simple, {{.offset = i, .metadata = std::string(200, 'x')}}));
  }
  EXPECT_GT(offsets_topic.append_calls, 4);
  offsets_topic.hold = false;
  offsets_topic.Release();
  Run();
  for (const CommitAnswer& answer : answers) {
    EXPECT_EQ(answer->topics.at(0).partitions.at(0).error_code, ErrorCode::kNone);
  }
  Start();
  EXPECT_EQ(Committed("group"), 19) << "in the order they came";
}

TEST_F(OffsetCommitTest, ACommitLargerThanABatchIsRefusedWhole) {
  offsets_topic.max_batch_bytes = 1'000;
  Start();
  const std::string metadata(600, 'x');
  const CommitAnswer answer =
      SendCommit(simple, {{.partition = 0, .offset = 1, .metadata = metadata},
                          {.partition = 1, .offset = 2, .metadata = metadata},
                          {.topic = "nowhere", .offset = 3}});
  EXPECT_EQ(answer->topics.at(0).partitions.at(0).error_code, ErrorCode::kInvalidCommitOffsetSize);
  EXPECT_EQ(answer->topics.at(1).partitions.at(0).error_code, ErrorCode::kInvalidCommitOffsetSize);
  EXPECT_EQ(answer->topics.at(2).partitions.at(0).error_code, ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(Committed("group", "topic", 0), -1);
  EXPECT_EQ(CommitOne(simple, {.offset = 4}), ErrorCode::kNone) << "nothing else is harmed";
}

TEST_F(OffsetCommitTest, ACommitOfNothingIsAnsweredAtOnce) {
  EXPECT_TRUE(SendCommit(simple, {})->topics.empty());
  EXPECT_EQ(offsets_topic.append_calls, 0);
}

TEST_F(OffsetCommitTest, OperatorsResetOffsetsOfGroupsWithoutMembers) {
  const auto reset = [&](const std::string& group, std::vector<OffsetReset> offsets) {
    Answer<Status> answer;
    coordinator->ResetOffsets(group, std::move(offsets), answer.callback());
    Run();
    return CodeOf(answer.get());
  };
  EXPECT_EQ(reset("new", {{{"topic", 0}, 11, kNoEpoch, ""}, {{"topic", 1}, 12, 3, "why"}}),
            ErrorCode::kNone);
  EXPECT_EQ(Committed("new", "topic", 0), 11);
  EXPECT_EQ(FetchOne("new", "topic", 1).metadata, "why");
  EXPECT_EQ(FetchOne("new", "topic", 1).committed_leader_epoch, 3);

  EXPECT_EQ(reset("new", {{{"topic", 0}, 13, kNoEpoch, ""}, {{"nowhere", 0}, 1, kNoEpoch, ""}}),
            ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(Committed("new", "topic", 0), 11) << "all or none";
  EXPECT_EQ(reset("", {}), ErrorCode::kInvalidGroupId);
  EXPECT_EQ(reset("new", {{{"topic", 0}, kNoOffset, kNoEpoch, ""},
                          {{"topic", 2}, kNoOffset, kNoEpoch, ""}}),
            ErrorCode::kNone);
  EXPECT_EQ(Committed("new", "topic", 0), -1) << "taken from it";
  EXPECT_EQ(Committed("new", "topic", 1), 12);

  Stabilize({&member});
  EXPECT_EQ(reset("group", {{{"topic", 0}, 1, kNoEpoch, ""}}), ErrorCode::kNonEmptyGroup);
}

TEST_F(OffsetCommitTest, OperatorsAreToldWhatTheDiskSays) {
  offsets_topic.append_error = ErrorCode::kKafkaStorageError;
  Answer<Status> answer;
  coordinator->ResetOffsets("new", {{{"topic", 0}, 11, kNoEpoch, ""}}, answer.callback());
  Run();
  EXPECT_EQ(CodeOf(answer.get()), ErrorCode::kKafkaStorageError);
  EXPECT_EQ(answer.get().error().message, "the offsets could not be stored: as the test wants");
}

}  // namespace
}  // namespace monkafka::groups
