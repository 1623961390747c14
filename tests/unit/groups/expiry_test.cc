// When offsets and groups go: retention, and topics that are deleted.
#include "harness.h"

#include "records/batch_builder.h"

namespace monkafka::groups {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

constexpr std::chrono::minutes kRetention{60};

class ExpiryTest : public CoordinatorTest {
 protected:
  ExpiryTest() {
    options.offsets_retention = kRetention;
    Start();
    member.session = options.max_session_timeout;
  }
  // Past the retention, and the next check.
  void WaitForExpiry() { Advance(kRetention + options.offsets_retention_check_interval); }
  // With heartbeats.
  void WaitForExpiryWith(const Client& client) {
    for (auto waited = milliseconds(0); waited < kRetention + std::chrono::minutes(20);
         waited += std::chrono::minutes(20)) {
      Advance(std::chrono::minutes(20));
      ASSERT_EQ(Heartbeat(client), ErrorCode::kNone);
    }
  }
  bool Listed(const std::string& group) { return StateOf(group) != "Dead"; }

  Client simple;
  Client member;
};

TEST_F(ExpiryTest, AConsumerWithoutMembershipKeepsItsOffsetsByCommitting) {
  CommitOne(simple, {.partition = 0, .offset = 1});
  Advance(kRetention / 2);
  CommitOne(simple, {.partition = 1, .offset = 2});
  Advance(kRetention / 2 + options.offsets_retention_check_interval);
  EXPECT_EQ(Committed("group", "topic", 0), -1);
  EXPECT_EQ(Committed("group", "topic", 1), 2);
  WaitForExpiry();
  EXPECT_EQ(Committed("group", "topic", 1), -1);
  EXPECT_FALSE(Listed("group"));
}

TEST_F(ExpiryTest, NothingExpiresBeforeItsTime) {
  CommitOne(simple, {.offset = 1});
  Advance(kRetention - milliseconds(1));
  EXPECT_EQ(Committed("group"), 1);
}

TEST_F(ExpiryTest, AGroupsOffsetsAreKeptFromWhenItBecameEmpty) {
  Stabilize({&member});
  CommitOne(member, {.offset = 1});
  Advance(std::chrono::minutes(25));
  Leave(member);
  ASSERT_EQ(StateOf("group"), "Empty");
  Advance(kRetention - std::chrono::minutes(15));
  EXPECT_EQ(Committed("group"), 1) << "the commit is older than the retention";
  Advance(std::chrono::minutes(25));
  EXPECT_EQ(Committed("group"), -1);
  EXPECT_FALSE(Listed("group"));
}

TEST_F(ExpiryTest, AfterARestartTheGroupHasBeenEmptyForAsLongAsItWas) {
  Stabilize({&member});
  CommitOne(member, {.offset = 1});
  Leave(member);
  Advance(kRetention / 2);
  Start();
  Advance(kRetention / 2 + options.offsets_retention_check_interval);
  EXPECT_EQ(Committed("group"), -1);
}

TEST_F(ExpiryTest, AGroupThatReadsATopicKeepsItsOffsetsThere) {
  member.protocols = {{"range", Subscription("topic")}};
  Stabilize({&member});
  SendCommit(member, {{.topic = "topic", .offset = 1}, {.topic = "other", .offset = 2}});
  WaitForExpiryWith(member);
  EXPECT_EQ(Committed("group", "topic"), 1);
  EXPECT_EQ(Committed("group", "other"), -1) << "it no longer reads that one";
  EXPECT_TRUE(Listed("group"));
}

TEST_F(ExpiryTest, WhenItIsNotKnownWhatAGroupReadsNothingExpires) {
  Stabilize({&member});
  CommitOne(member, {.offset = 1});
  WaitForExpiryWith(member);
  EXPECT_EQ(Committed("group"), 1);
}

TEST_F(ExpiryTest, AGroupOfAnotherProtocolKeepsEverythingWhileItHasMembers) {
  member.protocol_type = "connect";
  Stabilize({&member});
  CommitOne(member, {.offset = 1});
  WaitForExpiryWith(member);
  EXPECT_EQ(Committed("group"), 1);
}

TEST_F(ExpiryTest, AClientMaySayHowLongAnOffsetIsKept) {
  protocol::OffsetCommitRequest request = CommitRequest(simple, {{.offset = 1}});
  request.retention_time_ms = 1'000;
  SendCommit(request, 4);
  request.topics[0].partitions[0].partition_index = 1;
  request.retention_time_ms = INT64_MAX;
  SendCommit(request, 4);
  Advance(options.offsets_retention_check_interval);
  EXPECT_EQ(Committed("group", "topic", 0), -1);
  Start();
  EXPECT_EQ(Committed("group", "topic", 0), -1);
  WaitForExpiry();
  EXPECT_EQ(Committed("group", "topic", 1), 1) << "also beyond the broker's retention";
}

TEST_F(ExpiryTest, AnEmptyGroupWithoutOffsetsGoesAtTheNextCheck) {
  Stabilize({&member});
  Leave(member);
  ASSERT_TRUE(Listed("group"));
  Advance(options.offsets_retention_check_interval);
  EXPECT_FALSE(Listed("group"));
  Start();
  EXPECT_FALSE(Listed("group")) << "for good";
}

TEST_F(ExpiryTest, AGroupThatWaitsForAMemberStays) {
  Advance(options.offsets_retention_check_interval - seconds(5));
  Client joining;
  joining.member_id = SendJoin(joining)->member_id;
  Advance(seconds(6));
  EXPECT_TRUE(SendJoin(joining).pending());
}

TEST_F(ExpiryTest, ExpiryIsWrittenToTheLog) {
  CommitOne(simple, {.offset = 1});
  WaitForExpiry();
  const auto records = offsets_topic.Records(PartitionOf("group"));
  ASSERT_THAT(records, SizeIs(3));
  EXPECT_FALSE(records[1].second.has_value()) << "the offset's tombstone";
  EXPECT_EQ(records[1].first, records[0].first);
  EXPECT_FALSE(records[2].second.has_value()) << "the group's";
  Start();
  EXPECT_FALSE(Listed("group"));
}

TEST_F(ExpiryTest, MoreThanABatchMayExpireAtOnce) {
  AddTopic("wide", 200);
  offsets_topic.max_batch_bytes = 1'000;
  Start();
  for (int i = 0; i < 200; ++i) CommitOne(simple, {.topic = "wide", .partition = i, .offset = 1});
  WaitForExpiry();
  EXPECT_EQ(Committed("group", "wide", 0), -1);
  EXPECT_EQ(Committed("group", "wide", 199), -1);
  Start();
  EXPECT_EQ(Committed("group", "wide", 199), -1);
}

TEST_F(ExpiryTest, AnOffsetThatATransactionHoldsAnotherForStays) {
  CommitOne(simple, {.offset = 1});
  RecordBuffer buffer;
  buffer.AddOffsetCommit({"group", "topic", 0},
                         {.offset = 3, .metadata = {}, .commit_timestamp = 1});
  records::BatchBuilder batch(
      {.producer_id = 1, .producer_epoch = 0, .base_sequence = 0, .transactional = true});
  buffer.AppendTo(batch, 0, 1);
  offsets_topic.Write(PartitionOf("group"), *std::move(batch).Build());
  Start();
  WaitForExpiry();
  EXPECT_EQ(Committed("group"), 1);
  EXPECT_TRUE(Listed("group"));
}

class TopicDeletionTest : public ExpiryTest {
 protected:
  void DeleteTopic(const std::string& name) {
    auto next = std::make_shared<cluster::MetadataImage>(*image);
    next->topics_by_id.erase(next->topics[name]->id);
    next->topics.erase(name);
    const auto before = std::exchange(image, next);
    coordinator->OnImage(*before, *image);
    Run();
  }
};

TEST_F(TopicDeletionTest, ADeletedTopicsOffsetsGoWithIt) {
  Client another;
  another.group = "another";
  SendCommit(simple,
             {{.topic = "topic", .partition = 2, .offset = 1}, {.topic = "other", .offset = 2}});
  SendCommit(another, {{.topic = "topic", .offset = 3}});
  DeleteTopic("topic");
  EXPECT_EQ(Committed("group", "topic", 2), -1);
  EXPECT_EQ(Committed("another", "topic", 0), -1);
  EXPECT_EQ(Committed("group", "other"), 2);
  AddTopic("topic", 3);
  Start();
  EXPECT_EQ(Committed("group", "topic", 2), -1) << "a new topic of that name begins anew";
  EXPECT_EQ(Committed("group", "other"), 2);
}

TEST_F(TopicDeletionTest, ATopicThatWasReplacedCountsAsDeleted) {
  CommitOne(simple, {.offset = 1});
  const auto before = image;
  AddTopic("topic", 3);  // another id
  coordinator->OnImage(*before, *image);
  Run();
  EXPECT_EQ(Committed("group"), -1);
}

TEST_F(TopicDeletionTest, WithoutItsOwnTopicTheCoordinatorBeginsAnewWithTheNext) {
  CommitOne(simple, {.offset = 1});
  offsets_topic.read_error = ErrorCode::kUnknownTopicOrPartition;
  const std::string name(cluster::kConsumerOffsetsTopic);
  DeleteTopic(name);
  EXPECT_EQ(CommitOne(simple, {.offset = 2}), ErrorCode::kNotCoordinator);
  for (int32_t i = 0; i < kPartitions; ++i) offsets_topic.Truncate(i);
  offsets_topic.read_error = ErrorCode::kNone;
  const auto before = image;
  AddTopic(name, kPartitions);
  coordinator->OnImage(*before, *image);
  Run();
  EXPECT_EQ(Committed("group"), -1);
  EXPECT_EQ(CommitOne(simple, {.offset = 3}), ErrorCode::kNone);
  Advance(options.reload_delay);
  EXPECT_EQ(Committed("group"), 3) << "the load that was to be tried again is not";
}

TEST_F(TopicDeletionTest, OtherChangesTouchNothing) {
  CommitOne(simple, {.offset = 1});
  const int appends = offsets_topic.append_calls;
  const auto before = image;
  AddTopic("more", 1);
  coordinator->OnImage(*before, *image);
  Run();
  EXPECT_EQ(offsets_topic.append_calls, appends);
  EXPECT_EQ(Committed("group"), 1);
}

TEST_F(TopicDeletionTest, TheCoordinatorStartsWithItsTopic) {
  Stop();
  coordinator = std::make_unique<GroupCoordinator>(
      options, offsets_topic, [this] { return image; }, clock, timers, executor);
  cluster::MetadataImage without = *image;
  without.topics.erase(std::string(cluster::kConsumerOffsetsTopic));
  coordinator->OnImage({}, without);
  EXPECT_FALSE(coordinator->PartitionFor("group").has_value());
  coordinator->OnImage(without, *image);
  Run();
  EXPECT_TRUE(coordinator->PartitionFor("group").has_value());
  EXPECT_EQ(CommitOne(simple, {.offset = 1}), ErrorCode::kNone);
}

}  // namespace
}  // namespace monkafka::groups
