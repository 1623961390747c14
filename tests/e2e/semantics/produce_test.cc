// Section "Produce" of Kafka's behaviour.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "e2e/semantics/data_client.h"
#include "e2e/semantics/semantics_fixture.h"
#include "protocol/producers.h"

namespace monkafka::e2e {
namespace {

using records::BatchOptions;
using records::Codec;

class ProduceTest : public SemanticsTest {
 protected:
  ErrorCode CodeOf(std::vector<uint8_t> batch, int16_t version = 9) {
    ProduceArguments arguments;
    arguments.version = version;
    return Produce(client_, topic_, std::move(batch), arguments).error_code;
  }
};

TEST_F(ProduceTest, EveryAckIsAnsweredWithTheBaseOffset) {
  CreateTopic(client_, topic_);
  Offset expected = 0;
  for (const int16_t acks : {1, -1}) {
    for (int16_t version = 3; version <= 11; ++version) {
      ProduceArguments arguments;
      arguments.acks = acks;
      arguments.version = version;
      const auto answer = Produce(client_, topic_, MakeBatch("x"), arguments);
      EXPECT_EQ(answer.error_code, ErrorCode::kNone);
      EXPECT_EQ(answer.base_offset, expected++);
      EXPECT_EQ(answer.log_append_time_ms, -1);
      EXPECT_EQ(answer.log_start_offset, version >= 5 ? 0 : -1);
    }
  }
}

TEST_F(ProduceTest, AcksZeroIsNotAnswered) {
  CreateTopic(client_, topic_);
  protocol::ProduceRequest request;
  request.acks = 0;
  request.timeout_ms = 1000;
  std::vector<uint8_t> batch = MakeBatch("silent");
  request.topic_data.push_back({topic_, {}, {{0, MutableBytes(batch)}}});
  client_.Send(request, 9);
  // The next answer on the connection is the next request's.
  EXPECT_EQ(Produce(client_, topic_, MakeBatch("loud")).base_offset, 1);
}

TEST_F(ProduceTest, AnErrorWithAcksZeroClosesTheConnection) {
  protocol::ProduceRequest request;
  request.acks = 0;
  request.timeout_ms = 1000;
  std::vector<uint8_t> batch = MakeBatch("x");
  const std::string none = topic_ + "-none";
  request.topic_data.push_back({none, {}, {{0, MutableBytes(batch)}}});
  client_.Send(request, 9);
  EXPECT_TRUE(client_.ClosedByBroker());
}

TEST_F(ProduceTest, AnUnknownPartitionFailsAloneWithEverythingMinusOne) {
  CreateTopic(client_, topic_);
  protocol::ProduceRequest request;
  request.acks = 1;
  request.timeout_ms = 1000;
  std::vector<uint8_t> first = MakeBatch("a");
  std::vector<uint8_t> second = MakeBatch("b");
  request.topic_data.push_back({topic_, {}, {{0, MutableBytes(first)}, {7, MutableBytes(second)}}});
  const auto answer = client_.Call<protocol::ProduceResponse>(request, 9);
  const auto& partitions = answer.responses.at(0).partition_responses;
  ASSERT_EQ(partitions.size(), 2u);
  const auto& known = partitions[0].index == 0 ? partitions[0] : partitions[1];
  const auto& unknown = partitions[0].index == 0 ? partitions[1] : partitions[0];
  EXPECT_EQ(known.error_code, ErrorCode::kNone);
  EXPECT_EQ(unknown.error_code, ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(unknown.base_offset, -1);
  EXPECT_EQ(unknown.log_append_time_ms, -1);
  EXPECT_EQ(unknown.log_start_offset, -1);
}

// What is sent together is appended together: it must not be seen in the answers.
TEST_F(ProduceTest, PipelinedRequestsTakeEffectOneAfterTheOther) {
  CreateTopic(client_, topic_, /*partitions=*/2);
  BatchOptions options;
  options.producer_id =
      client_.Call<protocol::InitProducerIdResponse>(protocol::InitProducerIdRequest{}, 4)
          .producer_id;
  options.producer_epoch = 0;
  constexpr int16_t kVersion = 9;
  constexpr int16_t kFetchVersion = 12;
  std::vector<uint8_t> stream;
  int32_t sent = 1000;
  const auto send = [&](const auto& request, int16_t version) {
    const std::vector<uint8_t> frame =
        protocol::EncodeRequest(++sent, "pipelined", request, version);
    const auto size = static_cast<uint32_t>(frame.size());
    for (const int shift : {24, 16, 8, 0}) stream.push_back(static_cast<uint8_t>(size >> shift));
    stream.insert(stream.end(), frame.begin(), frame.end());
  };
  const auto produce = [&](int32_t sequence, int16_t acks, int32_t partition = 0) {
    options.base_sequence = sequence;
    std::vector<uint8_t> batch = MakeBatch("value", options);
    protocol::ProduceRequest request;
    request.acks = acks;
    request.timeout_ms = 30'000;
    request.topic_data.push_back({topic_, {}, {{partition, MutableBytes(batch)}}});
    send(request, kVersion);
  };
  produce(0, 1);
  produce(1, -1);
  produce(1, 1);  // a retry
  produce(5, 1);  // a gap
  produce(0, 1, /*partition=*/1);
  produce(2, 1);
  send(FetchOf(topic_, 0), kFetchVersion);
  produce(3, 0);
  produce(4, -1);
  client_.SendRaw(stream);

  int32_t id = 1000;
  const auto answer = [&] {
    const auto response = client_.Receive<protocol::ProduceResponse>(++id, kVersion);
    return std::pair(response.responses.at(0).partition_responses.at(0).error_code,
                     response.responses.at(0).partition_responses.at(0).base_offset);
  };
  EXPECT_EQ(answer(), std::pair(ErrorCode::kNone, Offset{0}));
  EXPECT_EQ(answer(), std::pair(ErrorCode::kNone, Offset{1}));
  EXPECT_EQ(answer(), std::pair(ErrorCode::kNone, Offset{1}));
  EXPECT_EQ(answer(), std::pair(ErrorCode::kOutOfOrderSequenceNumber, Offset{-1}));
  EXPECT_EQ(answer(), std::pair(ErrorCode::kNone, Offset{0}));
  EXPECT_EQ(answer(), std::pair(ErrorCode::kNone, Offset{2}));
  const auto fetched = client_.Receive<protocol::FetchResponse>(++id, kFetchVersion);
  EXPECT_EQ(RecordsOf(fetched.responses.at(0).partitions.at(0)).size(), 3u);
  ++id;  // acks=0
  EXPECT_EQ(answer(), std::pair(ErrorCode::kNone, Offset{4}));
}

TEST_F(ProduceTest, ProduceNeverCreatesTopics) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(CodeOf(MakeBatch("x")), ErrorCode::kUnknownTopicOrPartition);
  }
}

TEST_F(ProduceTest, OtherAcksAreInvalid) {
  CreateTopic(client_, topic_);
  ProduceArguments arguments;
  arguments.acks = 2;
  EXPECT_EQ(Produce(client_, topic_, MakeBatch("x"), arguments).error_code,
            ErrorCode::kInvalidRequiredAcks);
}

TEST_F(ProduceTest, InternalTopicsAreForAdministratorsOnly) {
  // The topic exists once a coordinator was asked for; it need not for the answer.
  EXPECT_NE(Produce(client_, "__consumer_offsets", MakeBatch("x")).error_code, ErrorCode::kNone);
}

TEST_F(ProduceTest, OneBatchOfMagicTwoPerPartition) {
  CreateTopic(client_, topic_);
  std::vector<uint8_t> two = MakeBatch("a");
  const std::vector<uint8_t> second = MakeBatch("b");
  two.insert(two.end(), second.begin(), second.end());
  EXPECT_EQ(CodeOf(two), ErrorCode::kInvalidRecord);
  std::vector<uint8_t> old = MakeBatch("a");
  old[kMagicAt] = 1;
  EXPECT_EQ(CodeOf(old), ErrorCode::kInvalidRecord);
  EXPECT_EQ(CodeOf({}), ErrorCode::kInvalidRecord);
}

TEST_F(ProduceTest, NullRecordsAreInvalid) {
  MONKAFKA_SKIP_AGAINST_APACHE_KAFKA("which leaves such a request unanswered");
  CreateTopic(client_, topic_);
  EXPECT_EQ(Produce(client_, topic_, std::nullopt).error_code, ErrorCode::kInvalidRecord);
}

TEST_F(ProduceTest, RecordsOfOlderFormatsAreRefusedWithAnAnswer) {
  MONKAFKA_SKIP_AGAINST_APACHE_KAFKA("of which 3.9 converts them and 4 closes the connection");
  CreateTopic(client_, topic_);
  for (int16_t version = 0; version <= 2; ++version) {
    ProduceArguments arguments;
    arguments.version = version;
    const auto answer = Produce(client_, topic_, MakeBatch("x"), arguments);
    EXPECT_EQ(answer.error_code, ErrorCode::kUnsupportedVersion) << version;
    EXPECT_EQ(answer.base_offset, -1);
  }
  EXPECT_EQ(ListOffset(client_, topic_, -1).offset, 0);
  EXPECT_EQ(CodeOf(MakeBatch("x")), ErrorCode::kNone);
}

TEST_F(ProduceTest, ZstdNeedsVersionSeven) {
  CreateTopic(client_, topic_);
  BatchOptions options;
  options.codec = Codec::kZstd;
  EXPECT_EQ(CodeOf(MakeBatch("x", options), 6), ErrorCode::kUnsupportedCompressionType);
  EXPECT_EQ(CodeOf(MakeBatch("x", options), 7), ErrorCode::kNone);
}

TEST_F(ProduceTest, EveryCodecIsKeptAsSent) {
  CreateTopic(client_, topic_);
  Offset offset = 0;
  for (const Codec codec :
       {Codec::kNone, Codec::kGzip, Codec::kSnappy, Codec::kLz4, Codec::kZstd}) {
    BatchOptions options;
    options.codec = codec;
    std::vector<TestRecord> sent;
    for (int i = 0; i < 50; ++i) sent.push_back({"k" + std::to_string(i), std::string(100, 'v')});
    EXPECT_EQ(Produce(client_, topic_, MakeBatch(sent, options)).base_offset, offset);
    const auto fetched = Fetch(client_, topic_, offset);
    const std::vector<uint8_t> bytes = BytesOf(fetched);
    EXPECT_EQ(records::ParseBatch(bytes)->codec(), codec);
    const auto found = RecordsOf(fetched);
    ASSERT_EQ(found.size(), 50u);
    EXPECT_EQ(found[49].key, "k49");
    EXPECT_EQ(found[49].offset, offset + 49);
    offset += 50;
  }
}

TEST_F(ProduceTest, ATopicsOwnCodecIsUsed) {
  CreateTopic(client_, topic_, 1, {{"compression.type", "lz4"}});
  EXPECT_EQ(CodeOf(MakeBatch(std::string(500, 'a'))), ErrorCode::kNone);
  const auto fetched = Fetch(client_, topic_, 0);
  EXPECT_EQ(records::ParseBatch(BytesOf(fetched))->codec(), Codec::kLz4);
  EXPECT_EQ(RecordsOf(fetched).at(0).value, std::string(500, 'a'));
}

TEST_F(ProduceTest, TheChecksComeInKafkasOrder) {
  CreateTopic(client_, topic_, 1, {{"max.message.bytes", "1000"}});
  std::vector<uint8_t> damaged_and_large = MakeBatch(std::string(2000, 'x'));
  damaged_and_large[kCrcAt] ^= 0xff;
  EXPECT_EQ(CodeOf(damaged_and_large), ErrorCode::kMessageTooLarge);
  std::vector<uint8_t> damaged = MakeBatch("x");
  damaged.back() ^= 0xff;
  EXPECT_EQ(CodeOf(damaged), ErrorCode::kCorruptMessage);
  BatchOptions moved;
  moved.base_offset = 5;
  EXPECT_EQ(CodeOf(MakeBatch("x", moved)), ErrorCode::kInvalidRecord);
}

TEST_F(ProduceTest, CountAndLastOffsetDeltaMustAgree) {
  CreateTopic(client_, topic_);
  std::vector<uint8_t> batch = MakeBatch("x");
  batch[kLastOffsetDeltaAt + 3] = 1;
  Resign(batch);
  EXPECT_EQ(CodeOf(batch), ErrorCode::kInvalidRecord);
}

TEST_F(ProduceTest, RecordsAreCountedInsideACompressedBatch) {
  CreateTopic(client_, topic_);
  BatchOptions options;
  options.codec = Codec::kGzip;
  std::vector<uint8_t> batch = MakeBatch("x", options);
  batch[kLastOffsetDeltaAt + 3] = 1;
  batch[kRecordCountAt + 3] = 2;
  Resign(batch);
  EXPECT_EQ(CodeOf(batch), ErrorCode::kInvalidRecord);
}

TEST_F(ProduceTest, AControlBatchOfAClientIsRefused) {
  CreateTopic(client_, topic_);
  std::vector<uint8_t> batch = MakeBatch("x");
  batch[kAttributesAt + 1] |= 0x20;
  Resign(batch);
  EXPECT_EQ(CodeOf(batch), ErrorCode::kInvalidRecord);
}

TEST_F(ProduceTest, ACompactedTopicNeedsKeysAndNamesTheRecordsWithout) {
  CreateTopic(client_, topic_, 1, {{"cleanup.policy", "compact"}});
  const auto answer =
      Produce(client_, topic_,
              MakeBatch({{"k", "v"}, {std::nullopt, "v"}, {"k", "v"}, {std::nullopt, "v"}}));
  EXPECT_EQ(answer.error_code, ErrorCode::kInvalidRecord);
  ASSERT_EQ(answer.record_errors.size(), 2u);
  EXPECT_EQ(answer.record_errors[0].batch_index, 1);
  EXPECT_EQ(answer.record_errors[1].batch_index, 3);
  EXPECT_EQ(ListOffset(client_, topic_, -1).offset, 0);
}

TEST_F(ProduceTest, TimestampsTooFarAwayAreRefused) {
  CreateTopic(
      client_, topic_, 1,
      {{"message.timestamp.before.max.ms", "10000"}, {"message.timestamp.after.max.ms", "10000"}});
  const auto at = [](TimestampMs timestamp) { return MakeBatch({{std::nullopt, "x", timestamp}}); };
  EXPECT_EQ(CodeOf(at(Now())), ErrorCode::kNone);
  EXPECT_EQ(CodeOf(at(Now() - 60'000)), ErrorCode::kInvalidTimestamp);
  EXPECT_EQ(CodeOf(at(Now() + 60'000)), ErrorCode::kInvalidTimestamp);
}

TEST_F(ProduceTest, LogAppendTimeIsTheBrokers) {
  CreateTopic(client_, topic_, 1, {{"message.timestamp.type", "LogAppendTime"}});
  const TimestampMs before = Now();
  const auto answer = Produce(client_, topic_, MakeBatch({{std::nullopt, "x", 5}}));
  EXPECT_EQ(answer.error_code, ErrorCode::kNone);
  EXPECT_GE(answer.log_append_time_ms, before);
  const auto fetched = Fetch(client_, topic_, 0);
  const std::vector<uint8_t> bytes = BytesOf(fetched);
  EXPECT_EQ(records::ParseBatch(bytes)->timestamp_type(), records::TimestampType::kLogAppendTime);
  EXPECT_EQ(records::ParseBatch(bytes)->max_timestamp(), answer.log_append_time_ms);
  EXPECT_TRUE(records::ParseBatch(bytes)->CrcMatches());
}

TEST_F(ProduceTest, TheBatchCarriesTheLeadersEpochAndItsOffset) {
  CreateTopic(client_, topic_);
  Produce(client_, topic_, MakeBatch("a"));
  Produce(client_, topic_, MakeBatch("b"));
  const std::vector<uint8_t> bytes = BytesOf(Fetch(client_, topic_, 1));
  EXPECT_EQ(records::ParseBatch(bytes)->base_offset(), 1);
  EXPECT_GE(records::ParseBatch(bytes)->partition_leader_epoch(), 0);
}

TEST_F(ProduceTest, ABatchLargerThanASegmentIsRefused) {
  MONKAFKA_SKIP_AGAINST_APACHE_KAFKA_4("whose segments have at least 1 MB");
  CreateTopic(client_, topic_, 1, {{"segment.bytes", "1000"}});
  EXPECT_EQ(CodeOf(MakeBatch(std::string(1500, 'x'))), ErrorCode::kRecordListTooLarge);
}

// Section "Idempotence".

class IdempotenceTest : public SemanticsTest {
 protected:
  protocol::ProduceResponse::Partition Send(int32_t sequence, int records = 1,
                                            ProducerEpoch epoch = 0) {
    BatchOptions options;
    options.producer_id = producer_id_;
    options.producer_epoch = epoch;
    options.base_sequence = sequence;
    return Produce(
        client_, topic_,
        MakeBatch(std::vector<TestRecord>(static_cast<size_t>(records), {"k", "v"}), options));
  }
  ProducerId producer_id_ = 1'000'000 + Now() % 1'000'000;
};

TEST_F(IdempotenceTest, ADuplicateOfTheLastFiveBatchesIsAnsweredAsBefore) {
  CreateTopic(client_, topic_);
  for (int i = 0; i < 6; ++i) EXPECT_EQ(Send(2 * i, 2).base_offset, 2 * i);
  for (int i = 1; i < 6; ++i) {
    const auto again = Send(2 * i, 2);
    EXPECT_EQ(again.error_code, ErrorCode::kNone);
    EXPECT_EQ(again.base_offset, 2 * i);
  }
  EXPECT_EQ(Send(0, 2).error_code, ErrorCode::kOutOfOrderSequenceNumber);
  EXPECT_EQ(ListOffset(client_, topic_, -1).offset, 12);
}

TEST_F(IdempotenceTest, AGapIsOutOfOrder) {
  CreateTopic(client_, topic_);
  EXPECT_EQ(Send(0).error_code, ErrorCode::kNone);
  EXPECT_EQ(Send(2).error_code, ErrorCode::kOutOfOrderSequenceNumber);
  EXPECT_EQ(Send(1).error_code, ErrorCode::kNone);
}

TEST_F(IdempotenceTest, AnUnknownProducerMayBeginAnywhere) {
  CreateTopic(client_, topic_);
  EXPECT_EQ(Send(41).error_code, ErrorCode::kNone);
  EXPECT_EQ(Send(42).error_code, ErrorCode::kNone);
}

TEST_F(IdempotenceTest, SequencesWrapToZero) {
  CreateTopic(client_, topic_);
  EXPECT_EQ(Send(INT32_MAX - 1, 2).error_code, ErrorCode::kNone);
  EXPECT_EQ(Send(0).error_code, ErrorCode::kNone);
}

TEST_F(IdempotenceTest, ANewEpochBeginsAtZeroAndFencesTheOld) {
  CreateTopic(client_, topic_);
  EXPECT_EQ(Send(0).error_code, ErrorCode::kNone);
  EXPECT_EQ(Send(1, 1, 1).error_code, ErrorCode::kOutOfOrderSequenceNumber);
  EXPECT_EQ(Send(0, 1, 1).error_code, ErrorCode::kNone);
  EXPECT_EQ(Send(1, 1, 0).error_code, ErrorCode::kInvalidProducerEpoch);
}

}  // namespace
}  // namespace monkafka::e2e
