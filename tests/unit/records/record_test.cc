#include "records/record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "records/varint.h"
#include "test_batches.h"

namespace monkafka::records {
namespace {

using ::testing::HasSubstr;

std::vector<uint8_t> Raw(std::initializer_list<int> bytes) {
  std::vector<uint8_t> out;
  for (const int byte : bytes) out.push_back(static_cast<uint8_t>(byte));
  return out;
}

Status ReadAll(const BatchView& batch, DecompressionLimits limits = {}) {
  return ForEachRecord(batch, limits, [](const Record&) {});
}

class RecordCodecTest : public ::testing::TestWithParam<Codec> {};
INSTANTIATE_TEST_SUITE_P(Codecs, RecordCodecTest, ::testing::ValuesIn(kAllCodecs), CodecTestName);

TEST_P(RecordCodecTest, RecordsComeBackAsAppended) {
  const std::vector<uint8_t> bytes = MixedBatch({.base_offset = 50, .codec = GetParam()});
  int32_t index = 0;
  const Status status = ForEachRecord(BatchView(bytes), {}, [&](const Record& record) {
    const std::string text = "value " + std::to_string(index);
    EXPECT_EQ(record.offset, 50 + index);
    EXPECT_EQ(record.offset_delta, index);
    EXPECT_EQ(record.timestamp, 1'700'000'000'000 + (index % 3 == 0 ? index : -index));
    EXPECT_EQ(AsText(record.key.value()), text);
    if (index == 3) {
      EXPECT_FALSE(record.value);
    } else {
      EXPECT_EQ(AsText(record.value.value()), index == 4 ? "" : text);
    }
    EXPECT_EQ(record.headers.size(), index % 2 == 0 ? 0 : 2);
    std::vector<std::string> keys;
    for (const RecordHeader& header : record.headers) {
      keys.emplace_back(header.key);
      EXPECT_EQ(header.value.has_value(), header.key == "trace");
    }
    EXPECT_EQ(keys, index % 2 == 0 ? std::vector<std::string>{}
                                   : (std::vector<std::string>{"trace", ""}));
    ++index;
  });
  EXPECT_TRUE(status) << status.error().message;
  EXPECT_EQ(index, 10);
}

TEST_P(RecordCodecTest, RecordsLargerThanTheWindow) {
  const std::vector<uint8_t> noise = RandomBytes(300'000);
  const std::vector<uint8_t> text = Repeated("0123456789abcdef", 1'000'000);
  BatchBuilder builder({.codec = GetParam()});
  builder.Append(1, std::nullopt, Bytes(noise));
  builder.Append(2, Bytes(text), std::nullopt);
  builder.Append(3, AsBytes("k"), AsBytes("v"));
  const std::vector<uint8_t> bytes = std::move(builder).Build().value();
  std::vector<Offset> offsets;
  const Status status = ForEachRecord(BatchView(bytes), {}, [&](const Record& record) {
    offsets.push_back(record.offset);
    if (record.offset == 0) {
      EXPECT_TRUE(std::ranges::equal(*record.value, noise));
    }
    if (record.offset == 1) {
      EXPECT_TRUE(std::ranges::equal(*record.key, text));
    }
    if (record.offset == 2) {
      EXPECT_EQ(AsText(*record.value), "v");
    }
  });
  EXPECT_TRUE(status);
  EXPECT_EQ(offsets, (std::vector<Offset>{0, 1, 2}));
}

TEST_P(RecordCodecTest, MoreOrFewerRecordsThanCounted) {
  for (const int32_t count : {9, 11}) {
    std::vector<uint8_t> bytes = MixedBatch({.codec = GetParam()});
    Forge<int32_t>(bytes, kRecordCountAt, count);
    EXPECT_EQ(CodeOf(ReadAll(BatchView(bytes))), ErrorCode::kInvalidRecord) << count;
  }
}

// Whatever the cut leaves, it is an error and never a read outside.
TEST_P(RecordCodecTest, RecordsTruncatedAtEveryByte) {
  const std::vector<uint8_t> good = MixedBatch({.codec = GetParam()});
  for (size_t size = kBatchOverhead; size < good.size(); ++size) {
    std::vector<uint8_t> bytes(good.begin(), good.begin() + static_cast<ptrdiff_t>(size));
    bytes.shrink_to_fit();
    StoreBig<int32_t>(bytes.data() + kBatchLengthAt, static_cast<int32_t>(size - kLogOverhead));
    EXPECT_EQ(CodeOf(ReadAll(BatchView(bytes))), ErrorCode::kInvalidRecord) << size;
  }
}

TEST_P(RecordCodecTest, AnyFlippedBitIsReadOrRefused) {
  const std::vector<uint8_t> good = MixedBatch({.codec = GetParam()});
  for (size_t at = kBatchOverhead; at < good.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::vector<uint8_t> bytes = good;
      bytes[at] ^= static_cast<uint8_t>(1 << bit);
      const ErrorCode code = CodeOf(ReadAll(BatchView(bytes), {.max_bytes = 1 << 20}));
      EXPECT_TRUE(code == ErrorCode::kNone || code == ErrorCode::kInvalidRecord ||
                  code == ErrorCode::kMessageTooLarge)
          << at << " " << ErrorName(code);
    }
  }
}

TEST_P(RecordCodecTest, WalksMayBeNested) {
  const std::vector<uint8_t> outer = MixedBatch({.codec = GetParam()});
  const std::vector<uint8_t> inner = MixedBatch({.base_offset = 100, .codec = GetParam()});
  std::vector<Offset> offsets;
  const Status status = ForEachRecord(BatchView(outer), {}, [&](const Record& record) {
    offsets.push_back(record.offset);
    return ForEachRecord(BatchView(inner), {},
                         [&](const Record& other) { offsets.push_back(other.offset); });
  });
  EXPECT_TRUE(status);
  EXPECT_EQ(offsets.size(), 110U);
  EXPECT_EQ(offsets[0], 0);
  EXPECT_EQ(offsets[10], 109);
  EXPECT_EQ(offsets[11], 1);
}

TEST(ForEachRecordTest, AFailureOfTheCallbackEndsTheWalk) {
  const std::vector<uint8_t> bytes = MixedBatch();
  int seen = 0;
  const Status status = ForEachRecord(BatchView(bytes), {}, [&](const Record& record) -> Status {
    ++seen;
    if (record.offset == 4) return Fail(ErrorCode::kPolicyViolation, "enough");
    return {};
  });
  EXPECT_EQ(CodeOf(status), ErrorCode::kPolicyViolation);
  EXPECT_EQ(seen, 5);
}

TEST(ForEachRecordTest, LogAppendTimeIsEveryRecordsTimestamp) {
  const std::vector<uint8_t> bytes =
      MixedBatch({.timestamp_type = TimestampType::kLogAppendTime, .max_timestamp = 777});
  const Status status = ForEachRecord(
      BatchView(bytes), {}, [](const Record& record) { EXPECT_EQ(record.timestamp, 777); });
  EXPECT_TRUE(status);
}

TEST(ForEachRecordTest, AnEmptyBatchHasNoRecords) {
  BatchBuilder builder({.producer_id = 1, .producer_epoch = 0, .base_sequence = 5});
  builder.SetLastOffsetDelta(9);
  const std::vector<uint8_t> bytes = std::move(builder).Build().value();
  EXPECT_TRUE(ForEachRecord(BatchView(bytes), {}, [](const Record&) { FAIL(); }));
}

TEST(ForEachRecordTest, NegativeCountIsRefused) {
  std::vector<uint8_t> bytes = MixedBatch();
  Forge<int32_t>(bytes, kRecordCountAt, -1);
  EXPECT_EQ(CodeOf(ReadAll(BatchView(bytes))), ErrorCode::kInvalidRecord);
}

TEST(ForEachRecordTest, UnknownCodecIsRefused) {
  for (const uint16_t codec : {uint16_t{5}, uint16_t{6}, uint16_t{7}}) {
    std::vector<uint8_t> bytes = MixedBatch();
    Forge<uint16_t>(bytes, kAttributesAt, codec);
    EXPECT_EQ(CodeOf(ReadAll(BatchView(bytes))), ErrorCode::kUnsupportedCompressionType);
  }
}

TEST(ForEachRecordTest, SaysWhichRecordIsBroken) {
  std::vector<uint8_t> bytes = MixedBatch();
  RecordReader reader(BatchView(bytes).records());
  RecordView record;
  ASSERT_TRUE(reader.Next(record).value());
  bytes[kBatchOverhead + record.size_in_bytes + 1 + 1 + 1 + 1] = 0x80 | 0x7f;  // the key's length
  EXPECT_THAT(ReadAll(BatchView(bytes)).error().message, HasSubstr("record 1 of 10"));
}

// A record that claims to be large costs memory only as its bytes really come.
TEST(ForEachRecordTest, ABombIsRefusedAtTheLimit) {
  std::vector<uint8_t> records;
  AppendVarint(records, 500 << 20);
  records.resize(64 << 20, 0);
  for (const Codec codec : {Codec::kGzip, Codec::kLz4, Codec::kZstd, Codec::kSnappy}) {
    std::vector<uint8_t> compressed;
    ASSERT_TRUE(Compress(codec, LevelsOf(codec).default_level, records, compressed));
    const std::vector<uint8_t> bytes = BatchAround(codec, 1, compressed);
    EXPECT_EQ(CodeOf(ReadAll(BatchView(bytes), {.max_bytes = 1 << 20})),
              ErrorCode::kMessageTooLarge);
  }
}

TEST(ForEachRecordTest, ABombOfZerosEndsAtItsFirstRecord) {
  const std::vector<uint8_t> zeros(64 << 20, 0);
  std::vector<uint8_t> compressed;
  ASSERT_TRUE(Compress(Codec::kZstd, 3, zeros, compressed));
  const std::vector<uint8_t> bytes = BatchAround(Codec::kZstd, 1 << 20, compressed);
  EXPECT_THAT(ReadAll(BatchView(bytes)).error().message, HasSubstr("empty record"));
}

TEST(RecordReaderTest, KnownBytes) {
  // length 9, attributes 0, timestamp delta -1, offset delta 2, key "k", value null, one header
  // "h" with a null value
  const auto bytes = Raw({18, 0, 1, 4, 2, 'k', 1, 2, 2, 'h', 1});
  RecordReader reader(bytes);
  RecordView record;
  // That is ten bytes: the length above lies by one.
  EXPECT_FALSE(reader.Next(record));
  auto right = bytes;
  right[0] = 20;
  RecordReader again(right);
  ASSERT_TRUE(again.Next(record).value());
  EXPECT_EQ(record.size_in_bytes, right.size());
  EXPECT_EQ(record.timestamp_delta, -1);
  EXPECT_EQ(record.offset_delta, 2);
  EXPECT_EQ(AsText(record.key.value()), "k");
  EXPECT_FALSE(record.value);
  ASSERT_EQ(record.headers.size(), 1);
  EXPECT_EQ(record.headers.begin()->key, "h");
  EXPECT_FALSE(record.headers.begin()->value);
  EXPECT_FALSE(again.Next(record).value());
}

TEST(RecordReaderTest, AnyNegativeLengthIsNull) {
  const auto bytes = Raw({12, 0, 0, 0, 5, 7, 0});  // key length -3, value length -4
  auto right = bytes;
  right[0] = static_cast<uint8_t>((bytes.size() - 1) * 2);
  RecordReader reader(right);
  RecordView record;
  ASSERT_TRUE(reader.Next(record).value());
  EXPECT_FALSE(record.key);
  EXPECT_FALSE(record.value);
}

TEST(RecordReaderTest, RefusesWhatIsNoRecord) {
  const std::pair<std::vector<uint8_t>, const char*> cases[] = {
      {Raw({0}), "empty record"},
      {Raw({1}), "negative record length"},
      {Raw({0x80, 0x80, 0x80, 0x80, 0x80}), "invalid record length"},
      {Raw({14, 0, 0, 0, 1, 1, 0}), "ends inside a record"},
      {Raw({2, 0}), "timestamp delta"},
      {Raw({4, 0, 0}), "offset delta"},
      {Raw({6, 0, 0, 0}), "key runs past"},
      {Raw({10, 0, 0, 0, 4, 'k'}), "key runs past"},
      {Raw({8, 0, 0, 0, 1}), "value runs past"},
      {Raw({12, 0, 0, 0, 1, 4, 'v'}), "value runs past"},
      {Raw({10, 0, 0, 0, 1, 1}), "header count"},
      {Raw({12, 0, 0, 0, 1, 1, 1}), "negative header count"},
      {Raw({12, 0, 0, 0, 1, 1, 2}), "more headers than"},
      {Raw({14, 0, 0, 0, 1, 1, 2, 1}), "invalid header"},  // a null header key
      {Raw({14, 0, 0, 0, 1, 1, 2, 0}), "invalid header"},  // no header value
      {Raw({14, 0, 0, 0, 1, 1, 0, 9}), "after its last field"},
  };
  for (const auto& [bytes, message] : cases) {
    RecordReader reader(bytes);
    RecordView record;
    const Result<bool> read = reader.Next(record);
    ASSERT_EQ(CodeOf(read), ErrorCode::kInvalidRecord) << message;
    EXPECT_THAT(read.error().message, HasSubstr(message));
  }
}

}  // namespace
}  // namespace monkafka::records
