#include "records/validate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "records/record.h"
#include "test_batches.h"

namespace monkafka::records {
namespace {

using ::testing::HasSubstr;

constexpr TimestampMs kNow = 1'700'000'000'000;

ValidationRules Rules() { return {.now = kNow}; }

ErrorCode CodeOf(const ValidationResult& result) {
  return result ? ErrorCode::kNone : result.error().error.code;
}

std::vector<int32_t> Blamed(const ValidationResult& result) {
  std::vector<int32_t> indexes;
  if (result) return indexes;
  for (const RecordError& error : result.error().record_errors) {
    indexes.push_back(error.batch_index);
  }
  return indexes;
}

std::vector<uint8_t> WithTimestamps(std::initializer_list<TimestampMs> timestamps,
                                    BatchOptions options = {}) {
  BatchBuilder builder(options);
  for (const TimestampMs timestamp : timestamps) {
    builder.Append(timestamp, AsBytes("key"), AsBytes("value"));
  }
  return std::move(builder).Build().value();
}

std::vector<std::pair<Offset, std::string>> Contents(Bytes batch) {
  std::vector<std::pair<Offset, std::string>> contents;
  EXPECT_TRUE(ForEachRecord(BatchView(batch), {}, [&](const Record& record) {
    std::string text = std::to_string(record.timestamp) + ":";
    text += record.key ? std::string(AsText(*record.key)) : "null";
    text += record.value ? "=" + std::string(AsText(*record.value)) : "=null";
    for (const RecordHeader& header : record.headers) text += "," + std::string(header.key);
    contents.emplace_back(record.offset, text);
  }));
  return contents;
}

// Facts 26 to 32 of Kafka's produce path, each by what it says.

TEST(ParseProducedBatchTest, NullOrEmptyRecordsAreInvalid) {
  EXPECT_EQ(monkafka::CodeOf(ParseProducedBatch({})), ErrorCode::kInvalidRecord);
}

TEST(ParseProducedBatchTest, ExactlyOneBatch) {
  std::vector<uint8_t> bytes = MixedBatch();
  EXPECT_TRUE(ParseProducedBatch(bytes));
  const std::vector<uint8_t> second = bytes;
  bytes.insert(bytes.end(), second.begin(), second.end());
  EXPECT_EQ(monkafka::CodeOf(ParseProducedBatch(bytes)), ErrorCode::kInvalidRecord);
}

TEST(ParseProducedBatchTest, ACutOffSecondBatchIsTrimmed) {
  std::vector<uint8_t> bytes = MixedBatch();
  const size_t size = bytes.size();
  bytes.insert(bytes.end(), bytes.begin(), bytes.begin() + 30);
  EXPECT_EQ(ParseProducedBatch(bytes).value().bytes().size(), size);
}

TEST(ParseProducedBatchTest, AFirstBatchThatIsCutOffIsInvalid) {
  const std::vector<uint8_t> bytes = MixedBatch();
  for (size_t size = 1; size < bytes.size(); ++size) {
    EXPECT_EQ(monkafka::CodeOf(ParseProducedBatch(Bytes(bytes).first(size))),
              ErrorCode::kInvalidRecord);
  }
}

TEST(ParseProducedBatchTest, OnlyMagicTwo) {
  std::vector<uint8_t> bytes = MixedBatch();
  bytes[kMagicAt] = 1;
  EXPECT_EQ(monkafka::CodeOf(ParseProducedBatch(bytes)), ErrorCode::kInvalidRecord);
  bytes[kMagicAt] = 3;
  EXPECT_EQ(monkafka::CodeOf(ParseProducedBatch(bytes)), ErrorCode::kCorruptMessage);
}

TEST(ParseProducedBatchTest, ZstdNeedsProduceVersionSeven) {
  const std::vector<uint8_t> bytes = MixedBatch({.codec = Codec::kZstd});
  EXPECT_TRUE(ParseProducedBatch(bytes, /*zstd_allowed=*/true));
  EXPECT_EQ(monkafka::CodeOf(ParseProducedBatch(bytes, /*zstd_allowed=*/false)),
            ErrorCode::kUnsupportedCompressionType);
}

class ValidateCodecTest : public ::testing::TestWithParam<Codec> {};
INSTANTIATE_TEST_SUITE_P(Codecs, ValidateCodecTest, ::testing::ValuesIn(kAllCodecs), CodecTestName);

TEST_P(ValidateCodecTest, TheUsualBatchIsLeftAsItIs) {
  std::vector<uint8_t> bytes = MixedBatch({.codec = GetParam()});
  const std::vector<uint8_t> before = bytes;
  const ValidationResult result = ValidateBatch(bytes, Rules());
  ASSERT_TRUE(result) << result.error().error.message;
  EXPECT_EQ(result->batch.data(), bytes.data());
  EXPECT_EQ(bytes, before);
  EXPECT_FALSE(result->was_rewritten());
  EXPECT_EQ(result->record_count, 10);
  EXPECT_EQ(result->max_timestamp, kNow + 9);
  EXPECT_EQ(result->offset_delta_of_max_timestamp, 9);
}

// One after the other, in the order of the checks: each batch has all the faults that follow.
TEST(ValidateOrderTest, EachCheckComesBeforeTheNext) {
  std::vector<uint8_t> bytes = MixedBatch({.producer_id = 1, .control = true});
  ValidationRules rules = Rules();
  rules.max_message_bytes = 10;
  Forge<int32_t>(bytes, kLastOffsetDeltaAt, 3);
  StoreBig<int64_t>(bytes.data() + kBaseOffsetAt, 5);
  bytes.back() ^= 1;

  EXPECT_THAT(ValidateBatch(bytes, rules).error().error.message, HasSubstr("base offset"));
  StoreBig<int64_t>(bytes.data() + kBaseOffsetAt, 0);
  EXPECT_EQ(CodeOf(ValidateBatch(bytes, rules)), ErrorCode::kMessageTooLarge);
  rules.max_message_bytes = 1 << 20;
  EXPECT_EQ(CodeOf(ValidateBatch(bytes, rules)), ErrorCode::kCorruptMessage);
  bytes.back() ^= 1;
  EXPECT_THAT(ValidateBatch(bytes, rules).error().error.message, HasSubstr("spans 4 offsets"));
  Forge<int32_t>(bytes, kLastOffsetDeltaAt, 9);
  EXPECT_THAT(ValidateBatch(bytes, rules).error().error.message, HasSubstr("control"));
  Forge<uint16_t>(bytes, kAttributesAt, 0);
  EXPECT_THAT(ValidateBatch(bytes, rules).error().error.message, HasSubstr("sequence number -1"));
  Forge<int32_t>(bytes, kBaseSequenceAt, 0);
  EXPECT_EQ(CodeOf(ValidateBatch(bytes, rules)), ErrorCode::kNone);
}

TEST(ValidateTest, BaseOffsetOfAClientIsZero) {
  std::vector<uint8_t> bytes = MixedBatch({.base_offset = 1});
  EXPECT_EQ(CodeOf(ValidateBatch(bytes, Rules())), ErrorCode::kInvalidRecord);
  ValidationRules rules = Rules();
  rules.from_client = false;
  EXPECT_EQ(CodeOf(ValidateBatch(bytes, rules)), ErrorCode::kNone);
}

TEST(ValidateTest, MaxMessageBytesCountsTheWholeBatch) {
  std::vector<uint8_t> bytes = MixedBatch();
  ValidationRules rules = Rules();
  rules.max_message_bytes = static_cast<int32_t>(bytes.size());
  EXPECT_EQ(CodeOf(ValidateBatch(bytes, rules)), ErrorCode::kNone);
  --rules.max_message_bytes;
  EXPECT_EQ(CodeOf(ValidateBatch(bytes, rules)), ErrorCode::kMessageTooLarge);
}

TEST(ValidateTest, CrcMismatchIsCorrupt) {
  std::vector<uint8_t> bytes = MixedBatch();
  bytes[kCrcAt] ^= 1;
  EXPECT_EQ(CodeOf(ValidateBatch(bytes, Rules())), ErrorCode::kCorruptMessage);
}

TEST(ValidateTest, OffsetsAndCountAgreeAndArePositive) {
  for (const auto& [delta, count] : {std::pair(9, 8),
                                     {9, 11},
                                     {8, 10},
                                     {-1, 0},
                                     {9, 0},
                                     {9, -1},
                                     {std::numeric_limits<int32_t>::max(), 10},
                                     {std::numeric_limits<int32_t>::min(), 10}}) {
    std::vector<uint8_t> bytes = MixedBatch();
    Forge<int32_t>(bytes, kLastOffsetDeltaAt, delta);
    Forge<int32_t>(bytes, kRecordCountAt, count);
    EXPECT_EQ(CodeOf(ValidateBatch(bytes, Rules())), ErrorCode::kInvalidRecord)
        << delta << " " << count;
  }
}

TEST_P(ValidateCodecTest, RecordsAreCountedNotBelieved) {
  for (const int32_t count : {9, 11}) {
    std::vector<uint8_t> bytes = MixedBatch({.codec = GetParam()});
    Forge<int32_t>(bytes, kLastOffsetDeltaAt, count - 1);
    Forge<int32_t>(bytes, kRecordCountAt, count);
    const ValidationResult result = ValidateBatch(bytes, Rules());
    EXPECT_EQ(CodeOf(result), ErrorCode::kInvalidRecord) << count;
    EXPECT_THAT(Blamed(result), ::testing::IsEmpty());
  }
}

TEST(ValidateTest, ControlBatchesAreForBrokers) {
  std::vector<uint8_t> bytes = MixedBatch({.control = true});
  EXPECT_EQ(CodeOf(ValidateBatch(bytes, Rules())), ErrorCode::kInvalidRecord);
  ValidationRules rules = Rules();
  rules.from_client = false;
  EXPECT_EQ(CodeOf(ValidateBatch(bytes, rules)), ErrorCode::kNone);
}

TEST(ValidateTest, ProducerIdNeedsASequence) {
  std::vector<uint8_t> bytes = MixedBatch({.producer_id = 0, .producer_epoch = 0});
  EXPECT_EQ(CodeOf(ValidateBatch(bytes, Rules())), ErrorCode::kInvalidRecord);
  Forge<int32_t>(bytes, kBaseSequenceAt, 0);
  EXPECT_EQ(CodeOf(ValidateBatch(bytes, Rules())), ErrorCode::kNone);
}

TEST(ValidateTest, UnknownCodec) {
  std::vector<uint8_t> bytes = MixedBatch();
  Forge<uint16_t>(bytes, kAttributesAt, 5);
  EXPECT_EQ(CodeOf(ValidateBatch(bytes, Rules())), ErrorCode::kUnsupportedCompressionType);
}

TEST_P(ValidateCodecTest, NullKeysOfACompactedTopicAreListed) {
  BatchBuilder builder({.codec = GetParam()});
  builder.Append(kNow, AsBytes("a"), AsBytes("1"));
  builder.Append(kNow, std::nullopt, AsBytes("2"));
  builder.Append(kNow, AsBytes(""), AsBytes("3"));
  builder.Append(kNow, std::nullopt, AsBytes("4"));
  std::vector<uint8_t> bytes = std::move(builder).Build().value();
  EXPECT_EQ(CodeOf(ValidateBatch(bytes, Rules())), ErrorCode::kNone);
  ValidationRules rules = Rules();
  rules.compacted = true;
  rules.timestamp_type = TimestampType::kLogAppendTime;
  const std::vector<uint8_t> before = bytes;
  const ValidationResult result = ValidateBatch(bytes, rules);
  EXPECT_EQ(CodeOf(result), ErrorCode::kInvalidRecord);
  EXPECT_EQ(Blamed(result), (std::vector<int32_t>{1, 3}));
  EXPECT_THAT(result.error().record_errors[0].message, HasSubstr("key"));
  EXPECT_EQ(bytes, before);
}

TEST(ValidateTest, RecordErrorsAreLimited) {
  BatchBuilder builder({});
  for (int i = 0; i < 2000; ++i) builder.Append(kNow, std::nullopt, std::nullopt);
  std::vector<uint8_t> bytes = std::move(builder).Build().value();
  ValidationRules rules = Rules();
  rules.compacted = true;
  EXPECT_EQ(Blamed(ValidateBatch(bytes, rules)).size(), kMaxRecordErrors);
}

TEST(ValidateTest, CreateTimeOutOfRange) {
  ValidationRules rules = Rules();
  rules.timestamp_before_max_ms = 1000;
  rules.timestamp_after_max_ms = 50;
  std::vector<uint8_t> good = WithTimestamps({kNow - 1000, kNow, kNow + 50, -1});
  EXPECT_EQ(CodeOf(ValidateBatch(good, rules)), ErrorCode::kNone);
  std::vector<uint8_t> bad = WithTimestamps({kNow - 1001, kNow, kNow + 51, 0});
  const ValidationResult result = ValidateBatch(bad, rules);
  EXPECT_EQ(CodeOf(result), ErrorCode::kInvalidTimestamp);
  EXPECT_EQ(Blamed(result), (std::vector<int32_t>{0, 2, 3}));
}

TEST(ValidateTest, InfiniteRangeTakesAnyTimestamp) {
  std::vector<uint8_t> bytes = WithTimestamps(
      {kNow, std::numeric_limits<int64_t>::max(), 0, std::numeric_limits<int64_t>::min()});
  EXPECT_EQ(CodeOf(ValidateBatch(bytes, Rules())), ErrorCode::kNone);
}

TEST(ValidateTest, TimestampErrorsWinOverMissingKeys) {
  BatchBuilder builder({});
  builder.Append(kNow, std::nullopt, std::nullopt);
  builder.Append(kNow - 10, AsBytes("k"), std::nullopt);
  std::vector<uint8_t> bytes = std::move(builder).Build().value();
  ValidationRules rules = Rules();
  rules.compacted = true;
  rules.timestamp_before_max_ms = 5;
  const ValidationResult result = ValidateBatch(bytes, rules);
  EXPECT_EQ(CodeOf(result), ErrorCode::kInvalidTimestamp);
  EXPECT_EQ(Blamed(result), (std::vector<int32_t>{0, 1}));
}

TEST(ValidateTest, AProducerMayNotClaimLogAppendTime) {
  const std::vector<uint8_t> sent = WithTimestamps(
      {kNow, kNow}, {.timestamp_type = TimestampType::kLogAppendTime, .max_timestamp = kNow});
  std::vector<uint8_t> bytes = sent;
  ValidationRules rules = Rules();
  rules.timestamp_type = TimestampType::kLogAppendTime;
  EXPECT_EQ(CodeOf(ValidateBatch(bytes, rules)), ErrorCode::kInvalidTimestamp);
  // On a CreateTime topic Kafka takes the records' common timestamp and clears the bit.
  bytes = sent;
  EXPECT_EQ(CodeOf(ValidateBatch(bytes, Rules())), ErrorCode::kNone);
  EXPECT_EQ(BatchView(bytes).timestamp_type(), TimestampType::kCreateTime);
  EXPECT_TRUE(BatchView(bytes).CrcMatches());
}

TEST_P(ValidateCodecTest, LogAppendTimeIsWrittenInPlace) {
  std::vector<uint8_t> bytes = MixedBatch({.codec = GetParam()});
  const std::vector<uint8_t> payload(bytes.begin() + kBatchOverhead, bytes.end());
  ValidationRules rules = Rules();
  rules.timestamp_type = TimestampType::kLogAppendTime;
  rules.now = kNow + 123;
  const ValidationResult result = ValidateBatch(bytes, rules);
  ASSERT_TRUE(result);
  EXPECT_FALSE(result->was_rewritten());
  EXPECT_EQ(result->max_timestamp, kNow + 123);
  const BatchView batch(result->batch);
  EXPECT_EQ(batch.timestamp_type(), TimestampType::kLogAppendTime);
  EXPECT_EQ(batch.max_timestamp(), kNow + 123);
  EXPECT_EQ(batch.codec(), GetParam());
  EXPECT_TRUE(batch.CrcMatches());
  EXPECT_TRUE(std::ranges::equal(batch.records(), payload));
}

TEST(ValidateTest, CreateTimeMaxTimestampIsRecomputed) {
  std::vector<uint8_t> bytes = WithTimestamps({kNow, kNow + 7, kNow + 7, kNow + 3});
  Forge<int64_t>(bytes, kMaxTimestampAt, 5);
  const ValidationResult result = ValidateBatch(bytes, Rules());
  ASSERT_TRUE(result);
  EXPECT_EQ(result->max_timestamp, kNow + 7);
  EXPECT_EQ(result->offset_delta_of_max_timestamp, 1);
  EXPECT_EQ(BatchView(bytes).max_timestamp(), kNow + 7);
  EXPECT_TRUE(BatchView(bytes).CrcMatches());
}

TEST(ValidateTest, NoTimestampsAtAll) {
  std::vector<uint8_t> bytes = WithTimestamps({-1, -1});
  const ValidationResult result = ValidateBatch(bytes, Rules());
  ASSERT_TRUE(result);
  EXPECT_EQ(result->max_timestamp, kNoTimestamp);
  EXPECT_EQ(result->offset_delta_of_max_timestamp, -1);
}

class RecompressionTest : public ::testing::TestWithParam<std::tuple<Codec, Codec>> {};
INSTANTIATE_TEST_SUITE_P(Codecs, RecompressionTest,
                         ::testing::Combine(::testing::ValuesIn(kAllCodecs),
                                            ::testing::ValuesIn(kAllCodecs)));

TEST_P(RecompressionTest, ToTheTopicsCodec) {
  const auto [from, to] = GetParam();
  std::vector<uint8_t> bytes = MixedBatch({.codec = from,
                                           .producer_id = 1,
                                           .producer_epoch = 2,
                                           .base_sequence = 3,
                                           .transactional = true});
  const std::vector<uint8_t> before = bytes;
  ValidationRules rules = Rules();
  rules.target_codec = to;
  ValidationResult result = ValidateBatch(bytes, rules);
  ASSERT_TRUE(result) << result.error().error.message;
  EXPECT_EQ(result->was_rewritten(), from != to);
  EXPECT_EQ(bytes, before);
  const ValidatedBatch moved = *std::move(result);  // `batch` stays valid
  const BatchView batch = ParseBatch(moved.batch).value();
  EXPECT_TRUE(batch.CrcMatches());
  EXPECT_EQ(batch.codec(), to);
  EXPECT_EQ(batch.record_count(), 10);
  EXPECT_EQ(batch.last_offset_delta(), 9);
  EXPECT_EQ(batch.max_timestamp(), kNow + 9);
  EXPECT_EQ(batch.producer_id(), 1);
  EXPECT_EQ(batch.producer_epoch(), 2);
  EXPECT_EQ(batch.base_sequence(), 3);
  EXPECT_TRUE(batch.is_transactional());
  EXPECT_EQ(Contents(moved.batch), Contents(before));
}

TEST(ValidateTest, RecompressionWithLogAppendTime) {
  std::vector<uint8_t> bytes = MixedBatch();
  ValidationRules rules = Rules();
  rules.target_codec = Codec::kZstd;
  rules.timestamp_type = TimestampType::kLogAppendTime;
  const ValidationResult result = ValidateBatch(bytes, rules);
  ASSERT_TRUE(result);
  EXPECT_EQ(BatchView(result->batch).timestamp_type(), TimestampType::kLogAppendTime);
  EXPECT_EQ(BatchView(result->batch).max_timestamp(), kNow);
}

TEST(ValidateTest, RecompressedBatchIsMeasuredAgain) {
  const std::vector<uint8_t> text = Repeated("text ", 100'000);
  BatchBuilder builder({.codec = Codec::kZstd});
  builder.Append(kNow, std::nullopt, Bytes(text));
  std::vector<uint8_t> bytes = std::move(builder).Build().value();
  ValidationRules rules = Rules();
  rules.max_message_bytes = 1000;
  EXPECT_EQ(CodeOf(ValidateBatch(bytes, rules)), ErrorCode::kNone);
  rules.target_codec = Codec::kNone;
  EXPECT_EQ(CodeOf(ValidateBatch(bytes, rules)), ErrorCode::kMessageTooLarge);
}

TEST(ValidateTest, ControlBatchesStayUncompressed) {
  std::vector<uint8_t> bytes = MixedBatch({.control = true});
  ValidationRules rules = Rules();
  rules.from_client = false;
  rules.target_codec = Codec::kLz4;
  const ValidationResult result = ValidateBatch(bytes, rules);
  ASSERT_TRUE(result);
  EXPECT_FALSE(result->was_rewritten());
}

TEST(ValidateTest, ABrokersEmptyBatchIsNotRecompressed) {
  BatchBuilder builder({});
  builder.SetLastOffsetDelta(3);
  std::vector<uint8_t> bytes = std::move(builder).Build().value();
  EXPECT_EQ(CodeOf(ValidateBatch(bytes, Rules())), ErrorCode::kInvalidRecord);
  ValidationRules rules = Rules();
  rules.from_client = false;
  rules.target_codec = Codec::kZstd;
  const ValidationResult result = ValidateBatch(bytes, rules);
  ASSERT_TRUE(result);
  EXPECT_FALSE(result->was_rewritten());
  EXPECT_EQ(result->record_count, 0);
}

TEST_P(ValidateCodecTest, RecordOffsetsThatDoNotCountAreRewritten) {
  BatchBuilder builder({.codec = GetParam()});
  builder.AppendAt(0, kNow, AsBytes("a"), AsBytes("1"));
  builder.AppendAt(5, kNow, AsBytes("b"), AsBytes("2"));
  std::vector<uint8_t> bytes = std::move(builder).Build().value();
  Forge<int32_t>(bytes, kLastOffsetDeltaAt, 1);
  const ValidationResult result = ValidateBatch(bytes, Rules());
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->was_rewritten());
  const auto contents = Contents(result->batch);
  ASSERT_EQ(contents.size(), 2U);
  EXPECT_EQ(contents[1].first, 1);
  EXPECT_EQ(BatchView(result->batch).codec(), GetParam());
}

TEST(ValidateTest, DecompressionIsLimited) {
  std::vector<uint8_t> bytes = MixedBatch({.codec = Codec::kGzip});
  ValidationRules rules = Rules();
  rules.decompression.max_bytes = 100;
  EXPECT_EQ(CodeOf(ValidateBatch(bytes, rules)), ErrorCode::kMessageTooLarge);
}

TEST_P(ValidateCodecTest, TruncatedAtEveryByteIsRefused) {
  const std::vector<uint8_t> good = MixedBatch({.codec = GetParam()});
  for (size_t size = 0; size < good.size(); ++size) {
    std::vector<uint8_t> bytes(good.begin(), good.begin() + static_cast<ptrdiff_t>(size));
    bytes.shrink_to_fit();
    EXPECT_EQ(CodeOf(ValidateBatch(bytes, Rules())), ErrorCode::kCorruptMessage) << size;
  }
}

TEST(ValidateTest, BytesBehindTheBatchAreRefused) {
  std::vector<uint8_t> bytes = MixedBatch();
  bytes.push_back(0);
  EXPECT_EQ(CodeOf(ValidateBatch(bytes, Rules())), ErrorCode::kInvalidRecord);
}

}  // namespace
}  // namespace monkafka::records
