#include "services/list_offsets.h"

#include <gtest/gtest.h>

#include <optional>

#include "services/segment_offsets.h"
#include "unit/services/data_path.h"

namespace monkafka::services {
namespace {

using protocol::ListOffsetsRequest;
using protocol::ListOffsetsResponse;

class ListOffsetsTest : public testing::Test {
 protected:
  ListOffsetsTest() {
    CreateTopic(cluster, "t", TopicId(1), 2);
    log = cluster.Log("t", 0);
    log->offsets = {.log_start = 3, .last_stable = 15, .log_end = 20, .durable_end = 20};
    request.replica_id = -1;
  }
  ListOffsetsResponse::Partition Ask(TimestampMs timestamp, int16_t version = 9,
                                     LeaderEpoch epoch = -1) {
    request.topics = {{"t", {{0, epoch, timestamp}}}};
    return Send(version).topics.at(0).partitions.at(0);
  }
  ListOffsetsResponse Send(int16_t version = 9) {
    std::optional<ListOffsetsResponse> response;
    service.ListOffsets(request, version, [&](ListOffsetsResponse r) { response = std::move(r); });
    return response.value();
  }

  fakes::FakeCluster cluster;
  std::shared_ptr<fakes::StubLog> log;
  ListOffsetsService service{cluster};
  ListOffsetsRequest request;
};

TEST_F(ListOffsetsTest, LatestIsTheHighWatermarkOrTheLastStableOffset) {
  auto answer = Ask(-1);
  EXPECT_EQ(answer.error_code, ErrorCode::kNone);
  EXPECT_EQ(answer.offset, 20);
  EXPECT_EQ(answer.timestamp, -1);
  EXPECT_EQ(answer.leader_epoch, kTestEpoch);
  request.isolation_level = 1;
  EXPECT_EQ(Ask(-1).offset, 15);
}

TEST_F(ListOffsetsTest, EarliestAndEarliestLocalAreTheLogStart) {
  EXPECT_EQ(Ask(-2).offset, 3);
  EXPECT_EQ(Ask(-2).timestamp, -1);
  EXPECT_EQ(Ask(-4).offset, 3);
}

TEST_F(ListOffsetsTest, MaxTimestampGivesOffsetAndTimestamp) {
  log->found = {{.timestamp = 1234, .offset = 9, .leader_epoch = 4}};
  const auto answer = Ask(-3);
  EXPECT_EQ(answer.offset, 9);
  EXPECT_EQ(answer.timestamp, 1234);
  EXPECT_EQ(answer.leader_epoch, 4);
}

TEST_F(ListOffsetsTest, AnEmptyLogHasNoMaxTimestamp) {
  const auto answer = Ask(-3);
  EXPECT_EQ(answer.error_code, ErrorCode::kNone);
  EXPECT_EQ(answer.offset, -1);
  EXPECT_EQ(answer.timestamp, -1);
}

TEST_F(ListOffsetsTest, ATimeGivesTheFirstRecordFromThenOn) {
  log->found = {{.timestamp = 500, .offset = 11, .leader_epoch = 5}};
  const auto answer = Ask(400);
  EXPECT_EQ(answer.offset, 11);
  EXPECT_EQ(answer.timestamp, 500);
}

TEST_F(ListOffsetsTest, WhatLiesAboveTheBoundIsNotFound) {
  log->found = {{.timestamp = 500, .offset = 15, .leader_epoch = 5}};
  EXPECT_EQ(Ask(400).offset, 15);
  request.isolation_level = 1;
  const auto answer = Ask(400);
  EXPECT_EQ(answer.error_code, ErrorCode::kNone);
  EXPECT_EQ(answer.offset, -1);
  EXPECT_EQ(answer.timestamp, -1);
}

TEST_F(ListOffsetsTest, NothingIsTiered) {
  EXPECT_EQ(Ask(-5).offset, -1);
  EXPECT_EQ(Ask(-5).error_code, ErrorCode::kNone);
  EXPECT_EQ(Ask(-5).leader_epoch, -1);
  EXPECT_EQ(Ask(-6, 11).offset, -1);
}

TEST_F(ListOffsetsTest, MeaningsThatTheVersionDoesNotHaveAreUnsupported) {
  EXPECT_EQ(Ask(-3, 6).error_code, ErrorCode::kUnsupportedVersion);
  EXPECT_EQ(Ask(-4, 7).error_code, ErrorCode::kUnsupportedVersion);
  EXPECT_EQ(Ask(-5, 8).error_code, ErrorCode::kUnsupportedVersion);
  EXPECT_EQ(Ask(-6, 10).error_code, ErrorCode::kUnsupportedVersion);
  EXPECT_EQ(Ask(-7, 11).error_code, ErrorCode::kUnsupportedVersion);
}

TEST_F(ListOffsetsTest, APartitionNamedTwiceIsInvalid) {
  request.topics = {{"t", {{0, -1, -1}, {1, -1, -1}}}, {"t", {{0, -1, -2}}}};
  const ListOffsetsResponse response = Send();
  EXPECT_EQ(response.topics[0].partitions[0].error_code, ErrorCode::kInvalidRequest);
  EXPECT_EQ(response.topics[0].partitions[1].error_code, ErrorCode::kNone);
  EXPECT_EQ(response.topics[1].partitions[0].error_code, ErrorCode::kInvalidRequest);
}

TEST_F(ListOffsetsTest, ChecksTheLeaderEpoch) {
  EXPECT_EQ(Ask(-1, 9, kTestEpoch).error_code, ErrorCode::kNone);
  EXPECT_EQ(Ask(-1, 9, kTestEpoch - 1).error_code, ErrorCode::kFencedLeaderEpoch);
  EXPECT_EQ(Ask(-1, 9, kTestEpoch + 1).error_code, ErrorCode::kUnknownLeaderEpoch);
}

TEST_F(ListOffsetsTest, UnknownPartitionsAndOfflineLogsSaySo) {
  request.topics = {{"t", {{9, -1, -1}}}};
  EXPECT_EQ(Send().topics[0].partitions[0].error_code, ErrorCode::kUnknownTopicOrPartition);
  log->availability = Fail(ErrorCode::kKafkaStorageError, "damaged");
  EXPECT_EQ(Ask(-1).error_code, ErrorCode::kKafkaStorageError);
  EXPECT_EQ(Ask(-1).offset, -1);
}

// Version 0.

using Offsets = std::vector<Offset>;

TEST_F(ListOffsetsTest, VersionZeroTellsWhereSegmentsBeginAndMayRepeatAPartition) {
  log->segment_offsets = {{3, 100}, {9, 200}, {20, 300}};
  request.topics = {{"t", {{0, -1, -1, 2}, {0, -1, 200, 5}, {0, -1, -1, -1}}}};
  const auto partitions = Send(0).topics.at(0).partitions;
  EXPECT_EQ(partitions.at(0).old_style_offsets, Offsets({20, 9}));
  EXPECT_EQ(partitions.at(1).old_style_offsets, Offsets({9, 3}));
  EXPECT_EQ(partitions.at(2).error_code, ErrorCode::kUnknownServerError);
}

TEST_F(ListOffsetsTest, VersionZeroKnowsNoOtherNegatives) {
  log->segment_offsets = {{3, 100}, {20, 300}};
  EXPECT_EQ(Ask(-3, 0).error_code, ErrorCode::kNone);
  EXPECT_TRUE(Ask(-3, 0).old_style_offsets.empty());
}

TEST(SelectSegmentOffsetsTest, LatestFirstAsManyAsAskedFor) {
  const std::vector<storage::SegmentOffset> segments = {{0, 100}, {5, 200}, {8, 300}};
  const auto select = [&](TimestampMs timestamp, int32_t max_offsets) {
    return SelectSegmentOffsets(segments, timestamp, max_offsets).value();
  };
  EXPECT_EQ(select(-1, 1), Offsets({8}));
  EXPECT_EQ(select(-1, 9), Offsets({8, 5, 0}));
  EXPECT_EQ(select(-1, 0), Offsets());
  EXPECT_EQ(select(-2, 9), Offsets({0}));
  EXPECT_EQ(select(99, 9), Offsets());
  EXPECT_EQ(select(100, 9), Offsets({0}));
  EXPECT_EQ(select(299, 1), Offsets({5}));
  EXPECT_FALSE(SelectSegmentOffsets(segments, -1, -1));
  EXPECT_TRUE(SelectSegmentOffsets({}, -2, 1).value().empty());
}

}  // namespace
}  // namespace monkafka::services
