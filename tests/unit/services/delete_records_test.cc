#include "services/delete_records.h"

#include <gtest/gtest.h>

#include "fakes/fake_cluster.h"

namespace monkafka::services {
namespace {

class DeleteRecordsTest : public testing::Test {
 protected:
  DeleteRecordsTest() {
    Add("t", Uuid{{1}});
    cluster.Log("t", 0)->offsets = {2, 8, 10, 10};
  }
  void Add(const std::string& name, const Uuid& id) {
    cluster::PartitionRecord partition;
    partition.partition_id = 0;
    partition.topic_id = id;
    partition.replicas = partition.isr = {1};
    partition.leader = 1;
    cluster.Apply({cluster::TopicRecord{name, id}, partition});
  }
  DeletedRecords Delete(const std::string& topic, int32_t partition, Offset before) {
    std::vector<DeletedRecords> results;
    DeleteRecords(cluster, {{{topic, partition}, before}}, /*validate_only=*/false,
                  [&](auto r) { results = std::move(r); });
    EXPECT_EQ(results.size(), 1u);
    return results.empty() ? DeletedRecords{} : results.front();
  }

  fakes::FakeCluster cluster;
};

TEST_F(DeleteRecordsTest, MovesTheLogStart) {
  const DeletedRecords result = Delete("t", 0, 5);
  EXPECT_EQ(result.error, ErrorCode::kNone);
  EXPECT_EQ(result.low_watermark, 5);
}

TEST_F(DeleteRecordsTest, MinusOneMeansTheHighWatermark) {
  EXPECT_EQ(Delete("t", 0, -1).low_watermark, 10);
}

TEST_F(DeleteRecordsTest, OffsetsOutsideTheLogAreRefused) {
  EXPECT_EQ(Delete("t", 0, 11).error, ErrorCode::kOffsetOutOfRange);
  const DeletedRecords negative = Delete("t", 0, -2);
  EXPECT_EQ(negative.error, ErrorCode::kOffsetOutOfRange);
  EXPECT_EQ(negative.low_watermark, -1);
  EXPECT_EQ(cluster.Log("t", 0)->offsets.log_start, 2);
}

TEST_F(DeleteRecordsTest, CompactedAndInternalTopicsAreRefused) {
  storage::LogConfig compacted;
  compacted.cleanup_delete = false;
  compacted.cleanup_compact = true;
  cluster.Log("t", 0)->Reconfigure(compacted);
  EXPECT_EQ(Delete("t", 0, 5).error, ErrorCode::kPolicyViolation);
  Add("__consumer_offsets", Uuid{{2}});
  EXPECT_EQ(Delete("__consumer_offsets", 0, 0).error, ErrorCode::kInvalidTopicException);
}

TEST_F(DeleteRecordsTest, AnOfflineLogSaysSo) {
  cluster.Log("t", 0)->availability = Fail(ErrorCode::kKafkaStorageError, "damaged");
  EXPECT_EQ(Delete("t", 0, 11).error, ErrorCode::kKafkaStorageError);
}

TEST_F(DeleteRecordsTest, OneResultPerDeletionInOrder) {
  std::vector<DeletedRecords> results;
  DeleteRecords(cluster, {{{"none", 0}, 1}, {{"t", 0}, 3}, {{"t", 7}, 1}}, /*validate_only=*/false,
                [&](auto r) { results = std::move(r); });
  ASSERT_EQ(results.size(), 3u);
  EXPECT_EQ(results[0].error, ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(results[1].low_watermark, 3);
  EXPECT_EQ(results[2].error, ErrorCode::kUnknownTopicOrPartition);
  bool called = false;
  DeleteRecords(cluster, {}, /*validate_only=*/false, [&](auto) { called = true; });
  EXPECT_TRUE(called);
}

TEST_F(DeleteRecordsTest, WhatIsOnlyValidatedIsNotDone) {
  std::vector<DeletedRecords> results;
  const auto log = cluster.Log("t", 0);
  const Offset start = log->offsets.log_start;
  DeleteRecords(cluster, {{{"t", 0}, 3}, {{"t", 0}, 1000}}, /*validate_only=*/true,
                [&](auto r) { results = std::move(r); });
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(results[0].low_watermark, 3);
  EXPECT_EQ(results[1].error, ErrorCode::kOffsetOutOfRange);
  EXPECT_EQ(log->offsets.log_start, start);
}

}  // namespace
}  // namespace monkafka::services
