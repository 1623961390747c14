#include "records/records_summary.h"

#include <gtest/gtest.h>

#include <random>

#include "records/record.h"
#include "test_batches.h"

namespace monkafka::records {
namespace {

// What reading the records says, as the summary should; nullopt: they cannot be read.
std::optional<RecordsSummary> ByReading(const BatchView& batch) {
  RecordsSummary summary;
  summary.min_timestamp = std::numeric_limits<TimestampMs>::max();
  int32_t index = 0;
  const Status read = ForEachRecord(batch, {}, [&](const Record& record) {
    summary.min_timestamp = std::min(summary.min_timestamp, record.timestamp);
    if (record.timestamp > summary.max_timestamp) {
      summary.max_timestamp = record.timestamp;
      summary.index_of_max_timestamp = index;
    }
    summary.has_dense_offsets &= record.offset_delta == index;
    summary.all_have_keys &= record.key.has_value();
    ++index;
  });
  if (!read) return std::nullopt;
  return summary;
}

void ExpectAgreement(const std::vector<uint8_t>& bytes) {
  const BatchView batch(bytes);
  const std::optional<RecordsSummary> expected = ByReading(batch);
  const std::optional<RecordsSummary> summary = SummarizeRecords(batch);
  ASSERT_EQ(expected.has_value(), summary.has_value()) << ToHex(bytes);
  if (!expected) return;
  EXPECT_EQ(expected->min_timestamp, summary->min_timestamp);
  EXPECT_EQ(expected->max_timestamp, summary->max_timestamp);
  EXPECT_EQ(expected->index_of_max_timestamp, summary->index_of_max_timestamp);
  EXPECT_EQ(expected->has_dense_offsets, summary->has_dense_offsets);
  EXPECT_EQ(expected->all_have_keys, summary->all_have_keys);
}

std::vector<uint8_t> RandomBatch(std::mt19937& random) {
  const auto below = [&random](uint32_t n) { return random() % n; };
  // Lengths of one, two and three bytes, and around where they change.
  const auto bytes = [&]() -> std::vector<uint8_t> {
    constexpr uint32_t kMost[] = {1, 10, 66, 130, 8200};
    return RandomBytes(below(kMost[below(std::size(kMost))] + 1), random());
  };
  const auto nullable = [&](std::vector<uint8_t>& kept) -> std::optional<Bytes> {
    if (below(4) == 0) return std::nullopt;
    kept = bytes();
    return kept;
  };
  BatchBuilder builder({});
  const uint32_t records = 1 + below(12);
  int32_t offset = -1;
  for (uint32_t i = 0; i < records; ++i) {
    std::vector<uint8_t> key, value, header_key = bytes(), header_value;
    const RecordHeader header{AsText(header_key), nullable(header_value)};
    const std::vector<RecordHeader> headers(below(4), header);
    const TimestampMs timestamp = below(4) == 0 ? kNoTimestamp : TimestampMs{1} << below(50);
    offset += below(8) == 0 ? 2 + static_cast<int32_t>(below(1000)) : 1;
    builder.AppendAt(offset, timestamp, nullable(key), nullable(value), headers);
  }
  return std::move(builder).Build().value();
}

TEST(RecordsSummaryTest, OfAMixedBatch) {
  const std::vector<uint8_t> bytes = MixedBatch();
  const std::optional<RecordsSummary> summary = SummarizeRecords(BatchView(bytes));
  ASSERT_TRUE(summary);
  EXPECT_EQ(1'700'000'000'000 - 8, summary->min_timestamp);
  EXPECT_EQ(1'700'000'000'000 + 9, summary->max_timestamp);
  EXPECT_EQ(9, summary->index_of_max_timestamp);
  EXPECT_TRUE(summary->has_dense_offsets);
  EXPECT_TRUE(summary->all_have_keys);
  ExpectAgreement(bytes);
}

TEST(RecordsSummaryTest, AgreesWithReadingThem) {
  std::mt19937 random(5);
  for (int i = 0; i < 2000; ++i) ASSERT_NO_FATAL_FAILURE(ExpectAgreement(RandomBatch(random)));
}

TEST(RecordsSummaryTest, AgreesWithReadingDamagedOnes) {
  std::mt19937 random(6);
  int readable = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::vector<uint8_t> bytes = i % 2 == 0 ? MixedBatch() : RandomBatch(random);
    for (uint32_t n = 0; n <= random() % 3; ++n) {
      // Mostly near the front of a record, where the numbers are.
      const size_t at = kBatchOverhead + random() % std::min<size_t>(bytes.size() - kBatchOverhead,
                                                                     n == 0 ? 40 : 100'000);
      bytes[at] = static_cast<uint8_t>(random());
    }
    if (random() % 8 == 0) bytes.resize(bytes.size() - random() % 5);
    if (random() % 8 == 0) bytes.push_back(0);
    StoreBig<int32_t>(bytes.data() + kBatchLengthAt,
                      static_cast<int32_t>(bytes.size() - kLogOverhead));
    ASSERT_NO_FATAL_FAILURE(ExpectAgreement(bytes));
    readable += SummarizeRecords(BatchView(bytes)) ? 1 : 0;
  }
  EXPECT_LT(1000, readable);
  EXPECT_GT(19'000, readable);
}

TEST(RecordsSummaryTest, EveryCountButTheTrueOneIsLeftToTheReader) {
  for (const int32_t count : {-1, 0, 9, 11, std::numeric_limits<int32_t>::max()}) {
    std::vector<uint8_t> bytes = MixedBatch();
    Forge(bytes, kRecordCountAt, count);
    EXPECT_FALSE(SummarizeRecords(BatchView(bytes))) << count;
  }
}

TEST(RecordsSummaryTest, CompressedOnesAndTimesOfTheLogAreLeftToTheReader) {
  EXPECT_FALSE(SummarizeRecords(BatchView(MixedBatch({.codec = Codec::kLz4}))));
  EXPECT_FALSE(
      SummarizeRecords(BatchView(MixedBatch({.timestamp_type = TimestampType::kLogAppendTime}))));
}

}  // namespace
}  // namespace monkafka::records
