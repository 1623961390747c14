#include "services/group_offsets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/group_lag.h"
#include "unit/groups/fake_offsets_topic.h"
#include "unit/services/batches.h"
#include "unit/services/data_path.h"
#include "unit/services/small_tables.h"

namespace monkafka::services {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Kind = ResetTarget::Kind;

ErrorCode CodeOf(const OffsetMoves& moves) { return moves ? ErrorCode::kNone : moves.error().code; }

// "topic", "topic-partition"; "": the group.
std::string AboutOf(const OffsetMoves& moves) {
  const std::optional<int32_t> partition = moves.error().about_partition;
  return moves.error().about_topic + (partition ? "-" + std::to_string(*partition) : "");
}

class GroupOffsetsTest : public testing::Test {
 protected:
  GroupOffsetsTest() {
    CreateTopic(cluster, "t", TopicId(1), 2);
    for (const int32_t partition : {0, 1}) {
      cluster.Log("t", partition)->offsets = {
          .log_start = 10, .last_stable = 100, .log_end = 100, .durable_end = 100};
    }
    cluster.AddListener(
        [this](const auto& before, const auto& after) { coordinator.OnImage(before, after); });
    CreateTopic(cluster, std::string(cluster::kConsumerOffsetsTopic), TopicId(2), 4);
    executor.RunAll();
  }
  ~GroupOffsetsTest() override {
    coordinator.Stop([] {});
    executor.RunAll();
  }

  OffsetMoves Reset(std::vector<TopicScope> topics, Kind kind, int64_t value = 0,
                    bool validate_only = false) {
    std::optional<OffsetMoves> moves;
    service.Reset("g", std::move(topics), {kind, value}, validate_only,
                  [&](OffsetMoves m) { moves = std::move(m); });
    executor.RunAll();
    return moves.value();
  }
  OffsetMoves Commit(std::vector<OffsetChange> changes, bool validate_only = false) {
    std::optional<OffsetMoves> moves;
    service.Commit("g", std::move(changes), validate_only,
                   [&](OffsetMoves m) { moves = std::move(m); });
    executor.RunAll();
    return moves.value();
  }
  void Have(int32_t partition, Offset offset) {
    ASSERT_TRUE(Commit({{{"t", partition}, offset, 3, "meta"}}));
  }
  // "partition:offset" of what the group has.
  std::vector<std::string> Committed() {
    std::vector<std::string> texts;
    coordinator.Detail("g", [&](Result<groups::GroupDetail> group) {
      if (!group) return texts.push_back("no group");
      for (const auto& each : group->offsets) {
        texts.push_back(std::to_string(each.partition.partition) + ":" +
                        std::to_string(each.offset));
      }
    });
    executor.RunAll();
    return texts;
  }

  SmallTables tables;
  fakes::FakeCluster cluster;
  fakes::FakeClock clock;
  fakes::FakeTimers timers{clock};
  fakes::ManualExecutor executor;
  groups::GroupOptions options;
  groups::FakeOffsetsTopic offsets_topic;
  groups::GroupCoordinator coordinator{options, offsets_topic, [this] { return cluster.Image(); },
                                       clock,   timers,        executor};
  TopicService topic_service{{}, cluster, tables};
  GroupOffsetsService service{coordinator, cluster, topic_service, clock};
};

TEST_F(GroupOffsetsTest, ToTheStartSaysWhatIsReadAgainAndToTheEndWhatIsSkipped) {
  Have(0, 60);
  OffsetMoves moves = Reset({}, Kind::kEarliest);
  ASSERT_TRUE(moves) << moves.error().message;
  ASSERT_EQ(moves->size(), 1u) << "only what the group has";
  EXPECT_EQ(moves->front().from, 60);
  EXPECT_EQ(moves->front().from_metadata, "meta");
  EXPECT_EQ(moves->front().from_leader_epoch, 3);
  EXPECT_EQ(moves->front().to, 10);
  EXPECT_EQ(moves->front().replayed, 50);
  EXPECT_EQ(moves->front().skipped, 0);
  EXPECT_THAT(Committed(), ElementsAre("0:10"));

  moves = Reset({}, Kind::kLatest);
  EXPECT_EQ(moves->front().to, 100);
  EXPECT_EQ(moves->front().skipped, 90);
  EXPECT_THAT(Committed(), ElementsAre("0:100"));
}

TEST_F(GroupOffsetsTest, APreviewIsTheSameAndChangesNothing) {
  Have(0, 60);
  const OffsetMoves preview = Reset({}, Kind::kEarliest, 0, /*validate_only=*/true);
  ASSERT_TRUE(preview);
  EXPECT_EQ(preview->front().to, 10);
  EXPECT_EQ(preview->front().replayed, 50);
  EXPECT_THAT(Committed(), ElementsAre("0:60"));
}

TEST_F(GroupOffsetsTest, ATopicIsAllOfItsPartitionsAndMakesTheGroup) {
  const OffsetMoves moves = Reset({{"t", {}}}, Kind::kEarliest);
  ASSERT_TRUE(moves);
  EXPECT_FALSE(moves->front().from);
  EXPECT_EQ(moves->front().replayed, 0) << "nobody knows what was read";
  EXPECT_THAT(Committed(), ElementsAre("0:10", "1:10"));
  EXPECT_TRUE(Reset({{"t", {1}}}, Kind::kLatest));
  EXPECT_THAT(Committed(), ElementsAre("0:10", "1:100"));
}

TEST_F(GroupOffsetsTest, OffsetsAreKeptWithinTheLog) {
  Have(0, 60);
  EXPECT_EQ(Reset({}, Kind::kOffset, 40)->front().to, 40);
  EXPECT_FALSE(Reset({}, Kind::kOffset, 40)->front().clamped);
  EXPECT_EQ(Reset({}, Kind::kOffset, 5)->front().to, 10);
  EXPECT_TRUE(Reset({}, Kind::kOffset, 5)->front().clamped);
  EXPECT_EQ(Reset({}, Kind::kOffset, 500)->front().to, 100);
  EXPECT_EQ(Reset({}, Kind::kShift, -30)->front().to, 70);
  EXPECT_EQ(Reset({}, Kind::kShift, 10)->front().to, 80);
  const OffsetMoves farthest = Reset({}, Kind::kShift, std::numeric_limits<int64_t>::max());
  EXPECT_EQ(farthest->front().to, 100);
  EXPECT_TRUE(farthest->front().clamped);
  EXPECT_EQ(Reset({}, Kind::kCurrent)->front().to, 100);
}

TEST_F(GroupOffsetsTest, ATimeIsTheFirstRecordAtOrAfterItOrTheEnd) {
  Have(0, 60);
  cluster.Log("t", 0)->found = {{.timestamp = 1234, .offset = 30, .leader_epoch = 1}};
  EXPECT_EQ(Reset({}, Kind::kTimestamp, 1200)->front().to, 30);
  EXPECT_EQ(Reset({}, Kind::kDuration, 1000)->front().to, 30);
  cluster.Log("t", 0)->found = std::nullopt;
  EXPECT_EQ(Reset({}, Kind::kTimestamp, 1200)->front().to, 100);
}

TEST_F(GroupOffsetsTest, AllPartitionsOrNone) {
  Have(0, 60);
  cluster.Log("t", 1)->availability = Fail(ErrorCode::kKafkaStorageError, "offline");
  EXPECT_EQ(CodeOf(Reset({{"t", {}}}, Kind::kEarliest)), ErrorCode::kKafkaStorageError);
  EXPECT_EQ(AboutOf(Reset({{"t", {}}}, Kind::kEarliest)), "t-1");
  EXPECT_EQ(CodeOf(Reset({{"t", {1}}}, Kind::kShift, 1)), ErrorCode::kKafkaStorageError);
  EXPECT_THAT(Committed(), ElementsAre("0:60"));
}

TEST_F(GroupOffsetsTest, WhatIsNotThereIsNamed) {
  EXPECT_EQ(CodeOf(Reset({}, Kind::kEarliest)), ErrorCode::kGroupIdNotFound);
  EXPECT_EQ(CodeOf(Reset({{"nowhere", {}}}, Kind::kEarliest)), ErrorCode::kUnknownTopicOrPartition);
  const OffsetMoves moves = Reset({{"t", {2}}}, Kind::kEarliest);
  EXPECT_EQ(CodeOf(moves), ErrorCode::kUnknownTopicOrPartition);
  EXPECT_THAT(moves.error().message, HasSubstr("t-2"));
  EXPECT_EQ(AboutOf(moves), "t-2");
  EXPECT_EQ(AboutOf(Reset({}, Kind::kEarliest)), "");
  EXPECT_EQ(AboutOf(Reset({{"nowhere", {}}}, Kind::kEarliest)), "nowhere");
  EXPECT_EQ(AboutOf(Reset({{"t", {0}}}, Kind::kShift, 1)), "t-0");
  EXPECT_EQ(CodeOf(Reset({{"t", {0}}}, Kind::kShift, 1)), ErrorCode::kInvalidRequest);
  EXPECT_THAT(Committed(), ElementsAre("no group"));
}

TEST_F(GroupOffsetsTest, CommittingTheFromOfAResetUndoesIt) {
  Have(0, 5);  // below the log start: retention went on
  const OffsetMoves moves = Reset({{"t", {}}}, Kind::kLatest);
  ASSERT_TRUE(moves);
  std::vector<OffsetChange> undo;
  for (const OffsetMove& move : *moves) {
    undo.push_back({move.partition, move.from, move.from_leader_epoch, move.from_metadata});
  }
  const OffsetMoves undone = Commit(undo);
  ASSERT_TRUE(undone);
  EXPECT_THAT(Committed(), ElementsAre("0:5"));
  EXPECT_EQ(undone->at(0).replayed, 90);
  EXPECT_FALSE(undone->at(1).to);
}

TEST_F(GroupOffsetsTest, TheFirstCommitEverWaitsUntilTheCoordinatorIsThere) {
  DeleteTopic(cluster, TopicId(2));
  executor.RunAll();
  EXPECT_TRUE(Commit({{{"t", 0}, 5, 0, ""}}));
  EXPECT_THAT(Committed(), ElementsAre("0:5"));
}

TEST_F(GroupOffsetsTest, CommitsAreChecked) {
  EXPECT_EQ(CodeOf(Commit({{{"t", 0}, -5, 0, ""}})), ErrorCode::kOffsetOutOfRange);
  EXPECT_EQ(CodeOf(Commit({{{"t", 0}, 1, 0, ""}, {{"t", 0}, 2, 0, ""}})),
            ErrorCode::kInvalidRequest);
  EXPECT_EQ(CodeOf(Commit({{{"t", 9}, 1, 0, ""}})), ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(AboutOf(Commit({{{"nowhere", 0}, 1, 0, ""}})), "nowhere");
  EXPECT_EQ(AboutOf(Commit({{{"t", 0}, 1, 0, ""}, {{"t", 9}, 1, 0, ""}})), "t-9");
  EXPECT_TRUE(Commit({{{"t", 0}, 1, 0, ""}}, /*validate_only=*/true));
  EXPECT_THAT(Committed(), ElementsAre("no group"));
}

TEST_F(GroupOffsetsTest, LagIsCountedInRecordsAndInTime) {
  const auto log = cluster.Log("t", 0);
  log->offsets = {};
  PutBatch(*log, {1000, 2000, 3000});
  PutBatch(*log, {4000});
  Have(0, 1);
  clock.Advance(std::chrono::milliseconds(10'000 - clock.WallMs()));
  const auto measure = [&] {
    std::optional<Result<groups::GroupDetail>> detail;
    coordinator.Detail("g", [&](Result<groups::GroupDetail> d) { detail = std::move(d); });
    executor.RunAll();
    return MeasureLag(cluster, detail.value().value(), clock.WallMs(), {}).value();
  };
  GroupLag lag = measure();
  ASSERT_EQ(lag.partitions.size(), 1u);
  EXPECT_EQ(lag.partitions[0].committed, 1);
  EXPECT_EQ(lag.partitions[0].log_end, 4);
  EXPECT_EQ(lag.partitions[0].records, 3);
  EXPECT_EQ(lag.partitions[0].milliseconds, 8000) << "record 1 was written at 2000";
  EXPECT_EQ(lag.records, 3);
  EXPECT_EQ(lag.milliseconds, 8000);

  Have(0, 4);
  lag = measure();
  EXPECT_EQ(lag.partitions[0].records, 0);
  EXPECT_EQ(lag.partitions[0].milliseconds, 0);

  Have(0, 5);
  lag = measure();
  EXPECT_FALSE(lag.partitions[0].records) << "what lies beyond the end is not 0 records behind";
  EXPECT_EQ(lag.partitions[0].error, ErrorCode::kOffsetOutOfRange);
  EXPECT_EQ(lag.partitions[0].log_end, 4);

  log->availability = Fail(ErrorCode::kKafkaStorageError, "offline");
  lag = measure();
  EXPECT_EQ(lag.partitions[0].error, ErrorCode::kKafkaStorageError);
  EXPECT_FALSE(lag.partitions[0].records);
}

}  // namespace
}  // namespace monkafka::services
