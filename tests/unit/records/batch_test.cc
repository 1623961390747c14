#include "records/batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "test_batches.h"

namespace monkafka::records {
namespace {

using ::testing::HasSubstr;

constexpr int32_t kMaxSequence = std::numeric_limits<int32_t>::max();

std::vector<uint8_t> Sample() {
  return MixedBatch({.base_offset = 100,
                     .partition_leader_epoch = 7,
                     .producer_id = 4242,
                     .producer_epoch = 3,
                     .base_sequence = kMaxSequence - 1,
                     .transactional = true});
}

TEST(BatchViewTest, ReadsEveryField) {
  const std::vector<uint8_t> bytes = Sample();
  const BatchView batch = ParseBatch(bytes).value();
  EXPECT_EQ(batch.base_offset(), 100);
  EXPECT_EQ(batch.size_in_bytes(), static_cast<int64_t>(bytes.size()));
  EXPECT_EQ(batch.batch_length(), static_cast<int32_t>(bytes.size() - kLogOverhead));
  EXPECT_EQ(batch.partition_leader_epoch(), 7);
  EXPECT_EQ(batch.magic(), 2);
  EXPECT_TRUE(batch.CrcMatches());
  EXPECT_EQ(batch.codec(), Codec::kNone);
  EXPECT_EQ(batch.timestamp_type(), TimestampType::kCreateTime);
  EXPECT_TRUE(batch.is_transactional());
  EXPECT_FALSE(batch.is_control());
  EXPECT_FALSE(batch.delete_horizon());
  EXPECT_EQ(batch.last_offset_delta(), 9);
  EXPECT_EQ(batch.last_offset(), 109);
  EXPECT_EQ(batch.next_offset(), 110);
  EXPECT_EQ(batch.base_timestamp(), 1'700'000'000'000);
  EXPECT_EQ(batch.max_timestamp(), 1'700'000'000'009);
  EXPECT_EQ(batch.producer_id(), 4242);
  EXPECT_EQ(batch.producer_epoch(), 3);
  EXPECT_EQ(batch.base_sequence(), kMaxSequence - 1);
  EXPECT_EQ(batch.record_count(), 10);
  EXPECT_EQ(batch.records().size(), bytes.size() - kBatchOverhead);
}

TEST(BatchViewTest, SequencesWrapAtInt32Max) {
  const std::vector<uint8_t> bytes = Sample();
  EXPECT_EQ(BatchView(bytes).last_sequence(), 7);
  EXPECT_EQ(IncrementSequence(kMaxSequence, 1), 0);
  EXPECT_EQ(IncrementSequence(kMaxSequence - 1, 1), kMaxSequence);
  EXPECT_EQ(BatchView(MixedBatch()).last_sequence(), kNoSequence);
}

TEST(BatchViewTest, TheHeaderIsEnoughForItsFields) {
  const std::vector<uint8_t> bytes = Sample();
  const BatchView header(Bytes(bytes).first(kBatchOverhead));
  EXPECT_FALSE(header.is_whole());
  EXPECT_EQ(header.last_offset(), 109);
}

TEST(BatchViewTest, AnyBitAfterTheCrcBreaksIt) {
  const std::vector<uint8_t> good = Sample();
  for (size_t at = 0; at < good.size(); ++at) {
    if (at >= kBatchLengthAt && at < kPartitionLeaderEpochAt) continue;  // another size
    if (at == kMagicAt) continue;
    std::vector<uint8_t> bytes = good;
    bytes[at] ^= 0x10;
    const bool covered = at >= kCrcAt;
    EXPECT_EQ(ParseBatch(bytes).value().CrcMatches(), !covered) << at;
  }
}

TEST(BatchEditorTest, OffsetAndEpochLieOutsideTheCrc) {
  std::vector<uint8_t> bytes = Sample();
  const uint32_t crc = BatchView(bytes).crc();
  BatchEditor editor(bytes);
  editor.SetBaseOffset(1'000'000'000'000);
  editor.SetPartitionLeaderEpoch(12);
  EXPECT_EQ(editor.view().base_offset(), 1'000'000'000'000);
  EXPECT_EQ(editor.view().partition_leader_epoch(), 12);
  EXPECT_EQ(editor.view().crc(), crc);
  EXPECT_TRUE(editor.view().CrcMatches());
}

TEST(BatchEditorTest, MaxTimestampSetsTheTypeAndTheCrc) {
  std::vector<uint8_t> bytes = Sample();
  const uint16_t attributes = BatchView(bytes).attributes();
  BatchEditor editor(bytes);
  editor.SetMaxTimestamp(TimestampType::kLogAppendTime, 5);
  EXPECT_EQ(editor.view().timestamp_type(), TimestampType::kLogAppendTime);
  EXPECT_EQ(editor.view().max_timestamp(), 5);
  EXPECT_TRUE(editor.view().CrcMatches());
  editor.SetMaxTimestamp(TimestampType::kCreateTime, 6);
  EXPECT_EQ(editor.view().attributes(), attributes);
  EXPECT_TRUE(editor.view().CrcMatches());
}

TEST(BatchEditorTest, AMaxTimestampThatIsAlreadyThereLeavesAWrongCrcAlone) {
  std::vector<uint8_t> bytes = Sample();
  StoreBig<uint32_t>(bytes.data() + kCrcAt, 1234);
  BatchEditor editor(bytes);
  editor.SetMaxTimestamp(TimestampType::kCreateTime, editor.view().max_timestamp());
  EXPECT_EQ(editor.view().crc(), 1234U);
}

TEST(BatchEditorTest, OtherSettersKeepTheCrcRight) {
  std::vector<uint8_t> bytes = Sample();
  BatchEditor editor(bytes);
  editor.SetLastOffsetDelta(20);
  EXPECT_EQ(editor.view().last_offset(), 120);
  EXPECT_TRUE(editor.view().CrcMatches());
  editor.SetProducer(1, 2, 3);
  EXPECT_EQ(editor.view().producer_id(), 1);
  EXPECT_EQ(editor.view().producer_epoch(), 2);
  EXPECT_EQ(editor.view().base_sequence(), 3);
  EXPECT_TRUE(editor.view().CrcMatches());
}

TEST(ParseBatchTest, TruncatedAtEveryByte) {
  const std::vector<uint8_t> bytes = Sample();
  for (size_t size = 0; size < bytes.size(); ++size) {
    // A copy of that size, so that a sanitizer sees a read behind it.
    const std::vector<uint8_t> part(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(size));
    EXPECT_EQ(CodeOf(ParseBatch(part)), ErrorCode::kCorruptMessage) << size;
    BatchIterator batches(part);
    Result<std::optional<BatchView>> next = batches.Next();
    if (size == 0) {
      EXPECT_TRUE(next && !*next);
    } else {
      EXPECT_FALSE(next);
      EXPECT_EQ(batches.defect(), BatchDefect::kTruncated) << size;
    }
  }
}

TEST(ParseBatchTest, IgnoresWhatFollowsTheBatch) {
  std::vector<uint8_t> bytes = Sample();
  const size_t size = bytes.size();
  bytes.push_back(1);
  EXPECT_EQ(ParseBatch(bytes).value().bytes().size(), size);
}

TEST(ParseBatchTest, OldMagicsAreCalledUnsupported) {
  for (const int8_t magic : {int8_t{0}, int8_t{1}}) {
    std::vector<uint8_t> bytes = Sample();
    bytes[kMagicAt] = static_cast<uint8_t>(magic);
    Result<BatchView> batch = ParseBatch(bytes, 500);
    EXPECT_EQ(CodeOf(batch), ErrorCode::kUnsupportedForMessageFormat);
    EXPECT_THAT(batch.error().message, HasSubstr("position 500"));
  }
  // The smallest one there is: a v0 message without key and value.
  std::vector<uint8_t> smallest(kLogOverhead + kMinLegacyLength, 0);
  StoreBig<int32_t>(smallest.data() + kBatchLengthAt, kMinLegacyLength);
  EXPECT_EQ(CheckBatchHeader(smallest), BatchDefect::kUnsupportedMagic);
}

TEST(ParseBatchTest, MagicsThatNeverWereAreCorrupt) {
  for (const int8_t magic : {int8_t{3}, int8_t{-1}, int8_t{127}}) {
    std::vector<uint8_t> bytes = Sample();
    bytes[kMagicAt] = static_cast<uint8_t>(magic);
    EXPECT_EQ(CodeOf(ParseBatch(bytes)), ErrorCode::kCorruptMessage);
    EXPECT_EQ(CheckBatchHeader(bytes), BatchDefect::kInvalidMagic);
  }
}

TEST(ParseBatchTest, LengthsNoBatchHasAreCorrupt) {
  for (const int32_t length : {std::numeric_limits<int32_t>::min(), -1, 0, 13, 14, 48}) {
    std::vector<uint8_t> bytes = Sample();
    StoreBig<int32_t>(bytes.data() + kBatchLengthAt, length);
    EXPECT_EQ(CodeOf(ParseBatch(bytes)), ErrorCode::kCorruptMessage) << length;
    EXPECT_EQ(CheckBatchHeader(bytes), BatchDefect::kInvalidLength) << length;
  }
  std::vector<uint8_t> bytes = Sample();
  StoreBig<int32_t>(bytes.data() + kBatchLengthAt, std::numeric_limits<int32_t>::max());
  EXPECT_EQ(CodeOf(ParseBatch(bytes)), ErrorCode::kCorruptMessage);
}

TEST(BatchIteratorTest, WalksBatchesAndKnowsWhereItIs) {
  std::vector<uint8_t> log = MixedBatch({.base_offset = 0});
  const size_t first_size = log.size();
  const std::vector<uint8_t> second = MixedBatch({.base_offset = 10, .codec = Codec::kLz4});
  log.insert(log.end(), second.begin(), second.end());

  BatchIterator batches(log, 1000);
  EXPECT_EQ(batches.position(), 1000);
  EXPECT_EQ(batches.Next().value()->base_offset(), 0);
  EXPECT_EQ(batches.position(), 1000 + static_cast<int64_t>(first_size));
  EXPECT_EQ(batches.Next().value()->base_offset(), 10);
  EXPECT_FALSE(batches.Next().value());
  EXPECT_FALSE(batches.Next().value());
  EXPECT_EQ(batches.position(), 1000 + static_cast<int64_t>(log.size()));
}

TEST(BatchIteratorTest, StaysAtTheBrokenBatch) {
  std::vector<uint8_t> log = MixedBatch();
  const auto end_of_first = static_cast<int64_t>(log.size());
  log.insert(log.end(), 100, 0);  // a preallocated file's zeros
  BatchIterator batches(log);
  EXPECT_TRUE(batches.Next().value());
  for (int i = 0; i < 2; ++i) {
    Result<std::optional<BatchView>> next = batches.Next();
    EXPECT_EQ(CodeOf(next), ErrorCode::kCorruptMessage);
    EXPECT_THAT(next.error().message, HasSubstr(std::to_string(end_of_first)));
    EXPECT_EQ(batches.defect(), BatchDefect::kInvalidLength);
    EXPECT_EQ(batches.position(), end_of_first);
  }
}

}  // namespace
}  // namespace monkafka::records
