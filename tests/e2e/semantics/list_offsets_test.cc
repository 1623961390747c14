// Section "ListOffsets" of Kafka's behaviour, and DeleteRecords.
#include <string>
#include <vector>

#include "e2e/semantics/data_client.h"
#include "e2e/semantics/semantics_fixture.h"

namespace monkafka::e2e {
namespace {

using protocol::DeleteRecordsRequest;
using protocol::DeleteRecordsResponse;
using protocol::ListOffsetsRequest;
using protocol::ListOffsetsResponse;

class ListOffsetsTest : public SemanticsTest {
 protected:
  // Offsets 0 to 5 in two batches; the largest timestamp is at offset 2.
  void Fill() {
    Produce(client_, topic_, MakeBatch({{"k", "a", 1000}, {"k", "b", 2000}, {"k", "c", 9000}}));
    Produce(client_, topic_, MakeBatch({{"k", "d", 4000}, {"k", "e", 5000}, {"k", "f", 6000}}));
  }

  DeleteRecordsResponse::Partition DeleteBefore(Offset offset) {
    DeleteRecordsRequest request;
    request.timeout_ms = 10'000;
    auto& topic = request.topics.emplace_back();
    topic.name = topic_;
    auto& partition = topic.partitions.emplace_back();
    partition.partition_index = 0;
    partition.offset = offset;
    return client_.Call<DeleteRecordsResponse>(request, 2).topics.at(0).partitions.at(0);
  }
};

TEST_F(ListOffsetsTest, EarliestAndLatest) {
  CreateTopic(client_, topic_);
  Fill();
  for (int16_t version = 1; version <= 9; ++version) {
    const auto latest = ListOffset(client_, topic_, -1, version);
    EXPECT_EQ(latest.offset, 6) << version;
    EXPECT_EQ(latest.timestamp, -1);
    EXPECT_EQ(latest.leader_epoch, version >= 4 ? 0 : -1);
    EXPECT_EQ(ListOffset(client_, topic_, -2, version).offset, 0) << version;
  }
}

TEST_F(ListOffsetsTest, TheLargestTimestampComesWithItsOffset) {
  CreateTopic(client_, topic_);
  EXPECT_EQ(ListOffset(client_, topic_, -3).offset, -1);
  EXPECT_EQ(ListOffset(client_, topic_, -3).timestamp, -1);
  Fill();
  EXPECT_EQ(ListOffset(client_, topic_, -3).offset, 2);
  EXPECT_EQ(ListOffset(client_, topic_, -3).timestamp, 9000);
}

TEST_F(ListOffsetsTest, LocalAndTieredOffsets) {
  CreateTopic(client_, topic_);
  Fill();
  EXPECT_EQ(ListOffset(client_, topic_, -4).offset, 0);
  EXPECT_EQ(ListOffset(client_, topic_, -5).offset, -1);
  EXPECT_EQ(ListOffset(client_, topic_, -5).leader_epoch, -1);
}

TEST_F(ListOffsetsTest, OtherNegativesAndTooOldVersionsAreUnsupported) {
  CreateTopic(client_, topic_);
  EXPECT_EQ(ListOffset(client_, topic_, -42).error_code, ErrorCode::kUnsupportedVersion);
  EXPECT_EQ(ListOffset(client_, topic_, -3, 6).error_code, ErrorCode::kUnsupportedVersion);
}

TEST_F(ListOffsetsTest, ATimestampFindsTheRecordInsideItsBatch) {
  CreateTopic(client_, topic_);
  Fill();
  const auto expect = [&](TimestampMs asked, Offset offset, TimestampMs timestamp) {
    const auto found = ListOffset(client_, topic_, asked);
    EXPECT_EQ(found.error_code, ErrorCode::kNone);
    EXPECT_EQ(found.offset, offset) << asked;
    EXPECT_EQ(found.timestamp, timestamp) << asked;
  };
  expect(0, 0, 1000);
  expect(1001, 1, 2000);
  expect(2000, 1, 2000);
  expect(4500, 2, 9000);
  expect(9001, -1, -1);
}

TEST_F(ListOffsetsTest, APartitionTwiceIsInvalid) {
  CreateTopic(client_, topic_);
  ListOffsetsRequest request;
  request.replica_id = -1;
  auto& topic = request.topics.emplace_back();
  topic.name = topic_;
  topic.partitions.resize(2);
  topic.partitions[0].timestamp = topic.partitions[1].timestamp = -1;
  const auto answer = client_.Call<ListOffsetsResponse>(request, 9);
  for (const auto& partition : answer.topics.at(0).partitions) {
    EXPECT_EQ(partition.error_code, ErrorCode::kInvalidRequest);
  }
}

TEST_F(ListOffsetsTest, UnknownPartitionsAreUnknown) {
  EXPECT_EQ(ListOffset(client_, topic_, -1).error_code, ErrorCode::kUnknownTopicOrPartition);
}

// Version 0 names segments: the offsets where they begin, and the log's end, latest first.
TEST_F(ListOffsetsTest, VersionZeroListsWhereSegmentsBegin) {
  MONKAFKA_SKIP_AGAINST_APACHE_KAFKA_4("which does not serve the version");
  CreateTopic(client_, topic_, 1, {{"segment.bytes", "1048576"}});
  const auto ask = [&](TimestampMs timestamp, int32_t max_offsets) {
    ListOffsetsRequest request;
    request.replica_id = -1;
    auto& topic = request.topics.emplace_back();
    topic.name = topic_;
    topic.partitions.push_back({0, -1, timestamp, max_offsets});
    const auto answer = client_.Call<ListOffsetsResponse>(request, 0);
    const auto& partition = answer.topics.at(0).partitions.at(0);
    EXPECT_EQ(partition.error_code, ErrorCode::kNone);
    return partition.old_style_offsets;
  };
  using Offsets = std::vector<int64_t>;
  EXPECT_EQ(ask(-1, 10), Offsets({0}));  // one segment, empty
  const TimestampMs before = Now() - 10'000;
  for (int i = 0; i < 5; ++i) {  // two of them fill a segment
    Produce(client_, topic_, MakeBatch(std::string(500'000, 'x')));
  }
  EXPECT_EQ(ask(-1, 10), Offsets({5, 4, 2, 0}));
  EXPECT_EQ(ask(-1, 1), Offsets({5}));
  EXPECT_EQ(ask(-1, 2), Offsets({5, 4}));
  EXPECT_EQ(ask(-1, 0), Offsets());
  EXPECT_EQ(ask(-2, 10), Offsets({0}));
  EXPECT_EQ(ask(before, 10), Offsets());  // no segment was last written before that
  EXPECT_EQ(ask(Now() + 60'000, 10), Offsets({5, 4, 2, 0}));
  EXPECT_EQ(DeleteBefore(3).error_code, ErrorCode::kNone);
  EXPECT_EQ(ask(-2, 10), Offsets({3}));
}

TEST_F(ListOffsetsTest, VersionZeroNamesWhatIsWrong) {
  MONKAFKA_SKIP_AGAINST_APACHE_KAFKA_4("which does not serve the version");
  CreateTopic(client_, topic_);
  const std::string none = topic_ + "-none";
  ListOffsetsRequest request;
  request.replica_id = -1;
  request.topics.resize(2);
  request.topics[0].name = topic_;
  request.topics[0].partitions = {{0, -1, -1, 1}, {1, -1, -1, 1}, {0, -1, -1, -1}};
  request.topics[1].name = none;
  request.topics[1].partitions = {{0, -1, -1, 1}};
  const auto answer = client_.Call<ListOffsetsResponse>(request, 0);
  ASSERT_EQ(answer.topics.size(), 2u);
  for (const auto& topic : answer.topics) {
    for (size_t i = 0; i < topic.partitions.size(); ++i) {
      const ErrorCode expected = topic.name == none || i == 1 ? ErrorCode::kUnknownTopicOrPartition
                                 : i == 2                     ? ErrorCode::kUnknownServerError
                                                              : ErrorCode::kNone;
      EXPECT_EQ(topic.partitions[i].error_code, expected) << topic.name << " " << i;
    }
  }
}

TEST_F(ListOffsetsTest, DeleteRecordsMovesTheStart) {
  CreateTopic(client_, topic_);
  Fill();
  const auto deleted = DeleteBefore(4);
  EXPECT_EQ(deleted.error_code, ErrorCode::kNone);
  EXPECT_EQ(deleted.low_watermark, 4);
  EXPECT_EQ(ListOffset(client_, topic_, -2).offset, 4);
  EXPECT_EQ(Fetch(client_, topic_, 3).error_code, ErrorCode::kOffsetOutOfRange);
  EXPECT_EQ(DeleteBefore(2).low_watermark, 4);
  EXPECT_EQ(DeleteBefore(-1).low_watermark, 6);
  EXPECT_EQ(DeleteBefore(7).error_code, ErrorCode::kOffsetOutOfRange);
  EXPECT_EQ(DeleteBefore(-7).error_code, ErrorCode::kOffsetOutOfRange);
}

TEST_F(ListOffsetsTest, DeleteRecordsNeedsTheDeletePolicy) {
  CreateTopic(client_, topic_, 1, {{"cleanup.policy", "compact"}});
  Fill();
  EXPECT_EQ(DeleteBefore(2).error_code, ErrorCode::kPolicyViolation);
}

}  // namespace
}  // namespace monkafka::e2e
