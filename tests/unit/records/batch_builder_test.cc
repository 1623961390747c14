#include "records/batch_builder.h"

#include <gtest/gtest.h>

#include "test_batches.h"

namespace monkafka::records {
namespace {

TEST(BatchBuilderTest, BytesAreKafkas) {
  // Made by Kafka's own builder: base offset 1234567890123, leader epoch 11, one record.
  BatchBuilder builder({.base_offset = 1'234'567'890'123, .partition_leader_epoch = 11});
  builder.Append(1'700'000'000'000, AsBytes("key"), AsBytes("value"));
  EXPECT_EQ(ToHex(std::move(builder).Build().value()),
            "0000011f71fb04cb000000400000000b02db5e9cdd0000000000000000018bcfe568000000018bcfe56800"
            "ffffffffffffffffffffffffffff000000011c000000066b65790a76616c756500");
}

TEST(BatchBuilderTest, OptionsBecomeTheHeader) {
  const std::vector<uint8_t> bytes = MixedBatch({.base_offset = 9,
                                                 .partition_leader_epoch = 8,
                                                 .codec = Codec::kZstd,
                                                 .timestamp_type = TimestampType::kLogAppendTime,
                                                 .max_timestamp = 55,
                                                 .producer_id = 1,
                                                 .producer_epoch = 2,
                                                 .base_sequence = 3,
                                                 .transactional = true,
                                                 .control = true});
  const BatchView batch = ParseBatch(bytes).value();
  EXPECT_TRUE(batch.CrcMatches());
  EXPECT_EQ(batch.base_offset(), 9);
  EXPECT_EQ(batch.partition_leader_epoch(), 8);
  EXPECT_EQ(batch.attributes(), 4 | 8 | 16 | 32);
  EXPECT_EQ(batch.max_timestamp(), 55);
  EXPECT_EQ(batch.producer_id(), 1);
  EXPECT_EQ(batch.producer_epoch(), 2);
  EXPECT_EQ(batch.base_sequence(), 3);
}

TEST(BatchBuilderTest, GapsAndALaterEnd) {
  BatchBuilder builder({.base_offset = 100});
  builder.AppendAt(3, 1, AsBytes("a"), AsBytes("1"));
  builder.AppendAt(7, 2, AsBytes("b"), AsBytes("2"));
  builder.SetLastOffsetDelta(20);
  const std::vector<uint8_t> bytes = std::move(builder).Build().value();
  EXPECT_EQ(BatchView(bytes).last_offset(), 120);
  EXPECT_EQ(BatchView(bytes).record_count(), 2);
  std::vector<Offset> offsets;
  EXPECT_TRUE(ForEachRecord(BatchView(bytes), {},
                            [&](const Record& record) { offsets.push_back(record.offset); }));
  EXPECT_EQ(offsets, (std::vector<Offset>{103, 107}));
}

TEST(BatchBuilderTest, DeltasCountFromTheDeleteHorizon) {
  BatchBuilder builder({.delete_horizon = 5000});
  builder.Append(100, AsBytes("a"), std::nullopt);
  builder.Append(300, AsBytes("b"), std::nullopt);
  const std::vector<uint8_t> bytes = std::move(builder).Build().value();
  const BatchView batch(bytes);
  EXPECT_EQ(batch.delete_horizon(), 5000);
  EXPECT_EQ(batch.max_timestamp(), 300);
  std::vector<TimestampMs> timestamps;
  EXPECT_TRUE(ForEachRecord(batch, {},
                            [&](const Record& record) { timestamps.push_back(record.timestamp); }));
  EXPECT_EQ(timestamps, (std::vector<TimestampMs>{100, 300}));
}

TEST(BatchBuilderTest, EmptyBatchRemembersTheProducer) {
  BatchBuilder builder({.base_offset = 50,
                        .codec = Codec::kLz4,
                        .max_timestamp = 99,
                        .producer_id = 4242,
                        .producer_epoch = 3,
                        .base_sequence = 17});
  builder.SetLastOffsetDelta(9);
  const std::vector<uint8_t> bytes = std::move(builder).Build().value();
  ASSERT_EQ(bytes.size(), kBatchOverhead);
  const BatchView batch = ParseBatch(bytes).value();
  EXPECT_TRUE(batch.CrcMatches());
  EXPECT_EQ(batch.codec(), Codec::kNone);
  EXPECT_EQ(batch.last_offset(), 59);
  EXPECT_EQ(batch.last_sequence(), 26);
  EXPECT_EQ(batch.record_count(), 0);
  EXPECT_EQ(batch.base_timestamp(), kNoTimestamp);
  EXPECT_EQ(batch.max_timestamp(), 99);
}

TEST(BatchBuilderTest, CopiesRecordsOfAnotherBatchUnchanged) {
  const std::vector<uint8_t> original = MixedBatch({.codec = Codec::kGzip});
  BatchBuilder builder({});
  EXPECT_TRUE(ForEachRecord(BatchView(original), {}, [&](const Record& record) {
    builder.AppendAt(record.offset_delta, record.timestamp, record);
  }));
  EXPECT_EQ(builder.uncompressed_size(), MixedBatch().size());
  EXPECT_EQ(std::move(builder).Build().value(), MixedBatch());
}

}  // namespace
}  // namespace monkafka::records
