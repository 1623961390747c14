#include "records/control_records.h"

#include <gtest/gtest.h>

#include "test_batches.h"

namespace monkafka::records {
namespace {

struct OnlyRecord {
  int16_t type;
  std::string value;  // hex
};

OnlyRecord Only(const std::vector<uint8_t>& bytes) {
  const BatchView batch = ParseBatch(bytes).value();
  EXPECT_TRUE(batch.CrcMatches());
  EXPECT_TRUE(batch.is_control());
  EXPECT_EQ(batch.record_count(), 1);
  EXPECT_EQ(batch.base_sequence(), kNoSequence);
  OnlyRecord only{};
  EXPECT_TRUE(ForEachRecord(batch, {}, [&](const Record& record) {
    only.type = static_cast<int16_t>(ParseControlKey(record.key).value());
    only.value = ToHex(record.value.value());
  }));
  return only;
}

TEST(EndTxnMarkerTest, RoundTrips) {
  for (const bool committed : {false, true}) {
    const std::vector<uint8_t> bytes = BuildEndTxnBatch({.base_offset = 77,
                                                         .partition_leader_epoch = 5,
                                                         .timestamp = 1000,
                                                         .producer_id = 4242,
                                                         .producer_epoch = 3},
                                                        {committed, 9});
    const BatchView batch(bytes);
    EXPECT_TRUE(batch.is_transactional());
    EXPECT_EQ(batch.base_offset(), 77);
    EXPECT_EQ(batch.producer_id(), 4242);
    EXPECT_EQ(batch.max_timestamp(), 1000);
    EXPECT_EQ(Only(bytes).type, committed ? 1 : 0);
    EXPECT_EQ(Only(bytes).value, "000000000009");
    EXPECT_TRUE(ForEachRecord(batch, {}, [&](const Record& record) {
      const EndTxnMarker marker = ParseEndTxnMarker(record).value();
      EXPECT_EQ(marker.committed, committed);
      EXPECT_EQ(marker.coordinator_epoch, 9);
    }));
  }
}

TEST(EndTxnMarkerTest, RefusesWhatIsNone) {
  const auto parse = [](std::string_view key, std::string_view value) {
    const std::vector<uint8_t> key_bytes = FromHex(key);
    const std::vector<uint8_t> value_bytes = FromHex(value);
    RecordView record;
    record.key = key_bytes;
    record.value = value_bytes;
    return CodeOf(ParseEndTxnMarker(record));
  };
  EXPECT_EQ(parse("00000001", "000000000009"), ErrorCode::kNone);
  EXPECT_EQ(parse("00070001", "000700000009ff"), ErrorCode::kNone);  // newer, only longer
  EXPECT_EQ(parse("000001", "000000000009"), ErrorCode::kInvalidRecord);
  EXPECT_EQ(parse("ffff0001", "000000000009"), ErrorCode::kInvalidRecord);
  EXPECT_EQ(parse("00000002", "000000000009"), ErrorCode::kInvalidRecord);
  EXPECT_EQ(parse("00000001", "0000000000"), ErrorCode::kInvalidRecord);
  EXPECT_EQ(parse("00000001", "ffff00000009"), ErrorCode::kInvalidRecord);
  EXPECT_EQ(CodeOf(ParseEndTxnMarker(RecordView{})), ErrorCode::kInvalidRecord);
}

// The values are what Kafka's message classes write for the same fields.
TEST(KraftControlTest, LeaderChange) {
  const int32_t voters[] = {-894211449, 2147483647, 237740356};
  const int32_t granting[] = {std::numeric_limits<int32_t>::min()};
  const OnlyRecord only = Only(BuildLeaderChangeBatch(
      {.base_offset = 0, .partition_leader_epoch = 1, .timestamp = 5}, -1, voters, granting));
  EXPECT_EQ(only.type, 2);
  EXPECT_EQ(only.value, "0000ffffffff04cab36a87007fffffff000e2ba1440002800000000000");
  EXPECT_EQ(Only(BuildLeaderChangeBatch({}, 0, {}, {})).value, "000000000000010100");
}

TEST(KraftControlTest, SnapshotHeaderAndFooter) {
  const OnlyRecord header = Only(BuildSnapshotHeaderBatch({}, std::numeric_limits<int64_t>::max()));
  EXPECT_EQ(header.type, 3);
  EXPECT_EQ(header.value, "00007fffffffffffffff00");
  const OnlyRecord footer = Only(BuildSnapshotFooterBatch({}));
  EXPECT_EQ(footer.type, 4);
  EXPECT_EQ(footer.value, "000000");
}

TEST(KraftControlTest, KraftVersion) {
  const OnlyRecord only = Only(BuildKraftVersionBatch({}, 32767));
  EXPECT_EQ(only.type, 5);
  EXPECT_EQ(only.value, "00007fff00");
}

}  // namespace
}  // namespace monkafka::records
