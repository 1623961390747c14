// Section "Produce" of Kafka's behaviour: what is checked in a batch, and what is done to it.
#include <string>
#include <vector>

#include "e2e/semantics/data_client.h"
#include "e2e/semantics/group_member.h"
#include "e2e/semantics/semantics_fixture.h"

namespace monkafka::e2e {
namespace {

using records::BatchOptions;
using records::BatchView;
using records::Codec;

class ProduceChecksTest : public SemanticsTest {
 protected:
  ErrorCode CodeOf(std::vector<uint8_t> batch, int16_t version = 9) {
    ProduceArguments arguments;
    arguments.version = version;
    return Produce(client_, topic_, std::move(batch), arguments).error_code;
  }
  // The batch at the offset as it lies in the log.
  std::vector<uint8_t> BatchAt(Offset offset) { return BytesOf(Fetch(client_, topic_, offset)); }
};

constexpr uint8_t kLogAppendTimeBit = 0x08;

// A new batch with some bytes changed and the CRC right again.
template <class Change>
std::vector<uint8_t> Changed(std::vector<uint8_t> batch, Change change) {
  change(batch);
  Resign(batch);
  return batch;
}

TEST_F(ProduceChecksTest, InternalTopicsTakeRecordsOfTheAdminClientAlone) {
  AwaitCoordinator(client_, topic_);  // so that the topic exists
  EXPECT_EQ(Produce(client_, "__consumer_offsets", MakeBatch("x")).error_code,
            ErrorCode::kInvalidTopicException);
  WireClient admin(SharedBrokerPort(), "__admin_client");
  // A key of a type that no coordinator knows, so that none reads it.
  const std::vector<uint8_t> batch = MakeBatch({{std::string("\x7f\xff", 2), "x"}});
  EXPECT_EQ(Produce(admin, "__consumer_offsets", batch).error_code, ErrorCode::kNone);
}

TEST_F(ProduceChecksTest, TheBaseOffsetIsCheckedBeforeTheSize) {
  CreateTopic(client_, topic_, 1, {{"max.message.bytes", "1000"}});
  BatchOptions moved;
  moved.base_offset = 5;
  EXPECT_EQ(CodeOf(MakeBatch(std::string(2000, 'x'), moved)), ErrorCode::kInvalidRecord);
  EXPECT_EQ(CodeOf(MakeBatch(std::string(900, 'x'))), ErrorCode::kNone);
}

TEST_F(ProduceChecksTest, TheSizeIsThatOfTheWholeBatch) {
  const std::vector<uint8_t> batch = MakeBatch(std::string(500, 'x'));
  CreateTopic(client_, topic_, 1, {{"max.message.bytes", std::to_string(batch.size())}});
  EXPECT_EQ(CodeOf(batch), ErrorCode::kNone);
  EXPECT_EQ(CodeOf(MakeBatch(std::string(501, 'x'))), ErrorCode::kMessageTooLarge);
}

TEST_F(ProduceChecksTest, ABatchWithoutRecordsIsInvalid) {
  CreateTopic(client_, topic_);
  EXPECT_EQ(CodeOf(Changed(MakeBatch("x"),
                           [](auto& batch) {
                             batch[kRecordCountAt + 3] = 0;
                             for (size_t i = 0; i < 4; ++i) batch[kLastOffsetDeltaAt + i] = 0xff;
                           })),
            ErrorCode::kInvalidRecord);
}

TEST_F(ProduceChecksTest, FewerRecordsCountedThanThereAreIsInvalid) {
  CreateTopic(client_, topic_);
  for (const Codec codec : {Codec::kNone, Codec::kZstd}) {
    BatchOptions options;
    options.codec = codec;
    EXPECT_EQ(CodeOf(Changed(MakeBatch({{"k", "a"}, {"k", "b"}, {"k", "c"}}, options),
                             [](auto& batch) {
                               batch[kLastOffsetDeltaAt + 3] = 1;
                               batch[kRecordCountAt + 3] = 2;
                             })),
              ErrorCode::kInvalidRecord)
        << static_cast<int>(codec);
  }
  EXPECT_EQ(ListOffset(client_, topic_, -1).offset, 0);
}

TEST_F(ProduceChecksTest, AProducerNeedsASequence) {
  CreateTopic(client_, topic_);
  BatchOptions options;
  options.producer_id = 17;
  options.producer_epoch = 0;
  options.base_sequence = -1;
  EXPECT_EQ(CodeOf(MakeBatch("x", options)), ErrorCode::kInvalidRecord);
}

TEST_F(ProduceChecksTest, RejectedRecordsAreNamedFromVersionEight) {
  CreateTopic(client_, topic_, 1, {{"cleanup.policy", "compact"}});
  ProduceArguments arguments;
  arguments.version = 8;
  const std::vector<uint8_t> batch = MakeBatch({{"k", "v"}, {std::nullopt, "v"}});
  const auto answer = Produce(client_, topic_, batch, arguments);
  EXPECT_EQ(answer.error_code, ErrorCode::kInvalidRecord);
  ASSERT_EQ(answer.record_errors.size(), 1u);
  EXPECT_EQ(answer.record_errors[0].batch_index, 1);
  EXPECT_TRUE(answer.record_errors[0].batch_index_error_message.has_value());
  EXPECT_TRUE(answer.error_message.has_value());
  // Older versions know no such error.
  EXPECT_EQ(CodeOf(batch, 7), ErrorCode::kInvalidRecord);
}

TEST_F(ProduceChecksTest, WithoutATimestampNoneIsTooFarAway) {
  CreateTopic(
      client_, topic_, 1,
      {{"message.timestamp.before.max.ms", "10000"}, {"message.timestamp.after.max.ms", "10000"}});
  EXPECT_EQ(CodeOf(MakeBatch({{"k", "v", -1}})), ErrorCode::kNone);
  // The refused record is named.
  const auto answer =
      Produce(client_, topic_, MakeBatch({{"k", "v", Now()}, {"k", "v", Now() - 60'000}}));
  EXPECT_EQ(answer.error_code, ErrorCode::kInvalidTimestamp);
  ASSERT_EQ(answer.record_errors.size(), 1u);
  EXPECT_EQ(answer.record_errors[0].batch_index, 1);
}

TEST_F(ProduceChecksTest, ByDefaultTimestampsOfThePastAreTaken) {
  CreateTopic(client_, topic_);
  EXPECT_EQ(CodeOf(MakeBatch({{"k", "v", 1}})), ErrorCode::kNone);
  EXPECT_EQ(ListOffset(client_, topic_, 0).timestamp, 1);
}

TEST_F(ProduceChecksTest, OnlyTheBrokerMarksLogAppendTime) {
  const auto mark = [](auto& batch) { batch[kAttributesAt + 1] |= kLogAppendTimeBit; };
  CreateTopic(client_, topic_, 1, {{"message.timestamp.type", "LogAppendTime"}});
  EXPECT_EQ(CodeOf(Changed(MakeBatch("x"), mark)), ErrorCode::kInvalidTimestamp);
}

TEST_F(ProduceChecksTest, LogAppendTimeOfACompressedBatchIsTheBrokersToo) {
  CreateTopic(client_, topic_, 1, {{"message.timestamp.type", "LogAppendTime"}});
  BatchOptions options;
  options.codec = Codec::kLz4;
  const auto answer = Produce(client_, topic_, MakeBatch({{"k", "a", 5}, {"k", "b", 6}}, options));
  EXPECT_EQ(answer.error_code, ErrorCode::kNone);
  const auto found = RecordsOf(Fetch(client_, topic_, 0));
  ASSERT_EQ(found.size(), 2u);
  for (const FetchedRecord& record : found) {
    EXPECT_EQ(record.timestamp, answer.log_append_time_ms);
  }
  const std::vector<uint8_t> bytes = BatchAt(0);
  EXPECT_EQ(records::ParseBatch(bytes)->codec(), Codec::kLz4);
}

TEST_F(ProduceChecksTest, TheLargestTimestampIsTheRecordsNotTheHeaders) {
  CreateTopic(client_, topic_);
  for (const Codec codec : {Codec::kNone, Codec::kSnappy}) {
    BatchOptions options;
    options.codec = codec;
    const auto lie = [](auto& batch) { batch[kMaxTimestampAt + 7] ^= 0x7f; };
    const std::vector<uint8_t> sent =
        Changed(MakeBatch({{"k", "a", 7000}, {"k", "b", 9000}, {"k", "c", 8000}}, options), lie);
    const Offset offset = Produce(client_, topic_, sent).base_offset;
    const std::vector<uint8_t> stored = BatchAt(offset);
    EXPECT_EQ(records::ParseBatch(stored)->max_timestamp(), 9000) << static_cast<int>(codec);
    EXPECT_TRUE(records::ParseBatch(stored)->CrcMatches());
  }
  EXPECT_EQ(ListOffset(client_, topic_, -3).offset, 1);
}

TEST_F(ProduceChecksTest, WhatIsKeptAsSentDiffersInOffsetAndEpochAlone) {
  CreateTopic(client_, topic_);
  for (const Codec codec :
       {Codec::kNone, Codec::kGzip, Codec::kSnappy, Codec::kLz4, Codec::kZstd}) {
    BatchOptions options;
    options.codec = codec;
    std::vector<uint8_t> sent = MakeBatch({{"k", std::string(300, 'v')}, {"k", "w"}}, options);
    const Offset offset = Produce(client_, topic_, sent).base_offset;
    std::vector<uint8_t> stored = BatchAt(offset);
    ASSERT_EQ(stored.size(), sent.size());
    for (const size_t at : {0, 1, 2, 3, 4, 5, 6, 7, 12, 13, 14, 15}) stored[at] = sent[at] = 0;
    EXPECT_EQ(stored, sent) << static_cast<int>(codec);
  }
}

TEST_F(ProduceChecksTest, ATopicsCodecIsThatOfItsBatches) {
  const std::vector<std::pair<const char*, Codec>> codecs = {{"uncompressed", Codec::kNone},
                                                             {"gzip", Codec::kGzip},
                                                             {"snappy", Codec::kSnappy},
                                                             {"lz4", Codec::kLz4},
                                                             {"zstd", Codec::kZstd}};
  for (const auto& [name, codec] : codecs) {
    const std::string topic = topic_ + name;
    CreateTopic(client_, topic, 1, {{"compression.type", name}});
    Offset offset = 0;
    for (const auto& [other_name, sent] : codecs) {
      BatchOptions options;
      options.codec = sent;
      options.producer_id = 4711;
      options.producer_epoch = 3;
      options.base_sequence = static_cast<int32_t>(offset);
      const auto answer = Produce(
          client_, topic, MakeBatch({{"k", std::string(500, 'a'), 9}, {"k", "b", 8}}, options));
      ASSERT_EQ(answer.error_code, ErrorCode::kNone) << name << " from " << other_name;
      EXPECT_EQ(answer.base_offset, offset);
      const auto fetched = Fetch(client_, topic, offset);
      const std::vector<uint8_t> bytes = BytesOf(fetched);
      const BatchView batch = *records::ParseBatch(bytes);
      EXPECT_EQ(batch.codec(), codec) << name << " from " << other_name;
      EXPECT_EQ(batch.producer_id(), 4711);
      EXPECT_EQ(batch.producer_epoch(), 3);
      EXPECT_EQ(batch.base_sequence(), offset);
      EXPECT_EQ(batch.max_timestamp(), 9);
      const auto found = RecordsOf(fetched);
      ASSERT_EQ(found.size(), 2u);
      EXPECT_EQ(found[0].value, std::string(500, 'a'));
      EXPECT_EQ(found[1].timestamp, 8);
      offset += 2;
    }
  }
}

TEST_F(ProduceChecksTest, TheSizeIsCheckedAgainAfterRecompression) {
  CreateTopic(client_, topic_, 1,
              {{"compression.type", "uncompressed"}, {"max.message.bytes", "1000"}});
  BatchOptions options;
  options.codec = Codec::kGzip;
  EXPECT_EQ(CodeOf(MakeBatch(std::string(5000, 'a'), options)), ErrorCode::kMessageTooLarge);
  EXPECT_EQ(CodeOf(MakeBatch(std::string(500, 'a'), options)), ErrorCode::kNone);
}

TEST_F(ProduceChecksTest, ZstdTopicsAreNotForOldVersionsOfFetch) {
  MONKAFKA_SKIP_AGAINST_APACHE_KAFKA_4("which gives them what they cannot read");
  const Uuid id = CreateTopic(client_, topic_, 1, {{"compression.type", "zstd"}});
  EXPECT_EQ(CodeOf(MakeBatch("x")), ErrorCode::kNone);
  for (int16_t version = 4; version <= 13; ++version) {
    protocol::FetchRequest request = FetchOf(topic_, 0);
    if (version >= 13) request.topics[0].topic_id = id;
    const auto answer = client_.Call<protocol::FetchResponse>(request, version);
    EXPECT_EQ(answer.responses.at(0).partitions.at(0).error_code,
              version < 10 ? ErrorCode::kUnsupportedCompressionType : ErrorCode::kNone)
        << version;
  }
}

// As many in sync as there are replicas are enough, whatever the topic asks for.
TEST_F(ProduceChecksTest, MoreReplicasInSyncThanThereAreAreNotAskedFor) {
  CreateTopic(client_, topic_, 1, {{"min.insync.replicas", "2"}});
  EXPECT_EQ(CodeOf(MakeBatch("x")), ErrorCode::kNone);
}

}  // namespace
}  // namespace monkafka::e2e
