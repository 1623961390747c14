#include "services/record_producer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "records/record.h"
#include "services/partitioner.h"
#include "unit/services/data_path.h"

namespace monkafka::services {
namespace {

// From Kafka's own UtilsTest.
TEST(PartitionerTest, HashesKeysAsKafkaDoes) {
  EXPECT_EQ(static_cast<uint32_t>(-973932308), Murmur2(AsBytes("21")));
  EXPECT_EQ(static_cast<uint32_t>(-790332482), Murmur2(AsBytes("foobar")));
  EXPECT_EQ(static_cast<uint32_t>(-985981536), Murmur2(AsBytes("a-little-bit-long-string")));
  EXPECT_EQ(static_cast<uint32_t>(-1486304829), Murmur2(AsBytes("a-little-bit-longer-string")));
  EXPECT_EQ(479470107u, Murmur2(AsBytes("abc")));
  // The sign bit does not count: 1,357,151,166 modulo 5.
  EXPECT_EQ(1, PartitionOfKey(AsBytes("foobar"), 5));
}

class RecordProducerTest : public testing::Test {
 protected:
  RecordProducerTest() {
    CreateTopic(cluster, "t", TopicId(1), 3);
    CreateTopic(cluster, std::string(cluster::kConsumerOffsetsTopic), TopicId(2));
    call.topic = "t";
  }
  std::vector<ProducedRecord> Produce() {
    auto produced = producer.Produce(call);
    EXPECT_TRUE(produced) << produced.error().message;
    return produced.value_or(std::vector<ProducedRecord>{});
  }
  records::BatchView BatchOf(int32_t partition) {
    return records::BatchView(Bytes(cluster.Log("t", partition)->appended.at(0).batches.bytes));
  }

  fakes::FakeCluster cluster;
  fakes::FakeClock clock;
  fakes::FakeTimers timers{clock};
  ProduceService service{cluster, timers, {}};
  RecordProducer producer{cluster, service, clock};
  ProduceRecords call;
};

TEST_F(RecordProducerTest, RecordsOfOnePartitionAreOneBatchInTheirOrder) {
  for (const char* value : {"a", "b"}) {
    NewRecord& record = call.records.emplace_back();
    record.value = value;
    record.partition = 1;
    record.timestamp = 77;
  }
  call.records[1].key = "key";
  call.records[1].headers = {{"h", "x"}, {"null", std::nullopt}};
  call.codec = records::Codec::kLz4;
  cluster.Log("t", 1)->next_outcome.base_offset = 40;
  const auto produced = Produce();
  ASSERT_EQ(2u, produced.size());
  EXPECT_EQ(40, produced[0].offset);
  EXPECT_EQ(41, produced[1].offset);
  EXPECT_EQ(1, produced[1].partition);
  EXPECT_EQ(77, produced[1].timestamp);

  const storage::AppendRequest& appended = cluster.Log("t", 1)->appended.at(0);
  EXPECT_TRUE(appended.durable);
  EXPECT_EQ(records::Codec::kLz4, BatchOf(1).codec());
  EXPECT_TRUE(BatchOf(1).CrcMatches());
  records::RecordIterator records(BatchOf(1));
  records::Record record;
  ASSERT_TRUE(*records.Next(record));
  EXPECT_FALSE(record.key);
  EXPECT_EQ("a", AsText(*record.value));
  ASSERT_TRUE(*records.Next(record));
  EXPECT_EQ("key", AsText(*record.key));
  ASSERT_EQ(2, record.headers.size());
  EXPECT_EQ("x", AsText(*record.headers.begin()->value));
  EXPECT_FALSE(*records.Next(record));
}

TEST_F(RecordProducerTest, AKeyDecidesWithoutOneItIsTheCallsTurn) {
  NewRecord keyed;
  keyed.key = "foobar";
  call.records = {keyed, NewRecord{}, NewRecord{}};
  auto produced = Produce();
  const auto by_key = static_cast<int32_t>((static_cast<uint32_t>(-790332482) & 0x7fffffff) % 3);
  EXPECT_EQ(by_key, produced[0].partition);
  EXPECT_EQ(0, produced[1].partition);
  EXPECT_EQ(0, produced[2].partition);
  produced = Produce();
  EXPECT_EQ(by_key, produced[0].partition);
  EXPECT_EQ(1, produced[1].partition);
}

TEST_F(RecordProducerTest, WhatAPartitionRefusesIsToldWithItsRecords) {
  call.records.resize(2);
  call.records[0].partition = 0;
  call.records[1].partition = 2;
  cluster.Log("t", 0)->next_outcome.error = ErrorCode::kMessageTooLarge;
  cluster.Log("t", 0)->next_outcome.message = "too large";
  const auto produced = Produce();
  EXPECT_EQ(ErrorCode::kMessageTooLarge, produced[0].error);
  EXPECT_EQ("too large", produced[0].message);
  EXPECT_EQ(ErrorCode::kNone, produced[1].error);
}

TEST_F(RecordProducerTest, RefusesUnknownAndInternalTopicsAndPartitions) {
  call.records.resize(1);
  call.records[0].partition = 3;
  EXPECT_EQ(ErrorCode::kUnknownTopicOrPartition, CodeOf(producer.Produce(call)));
  call.topic = "none";
  EXPECT_EQ(ErrorCode::kUnknownTopicOrPartition, CodeOf(producer.Produce(call)));
  call.topic = cluster::kConsumerOffsetsTopic;
  EXPECT_EQ(ErrorCode::kInvalidTopicException, CodeOf(producer.Produce(call)));
}

TEST_F(RecordProducerTest, OnlyValidatedNothingIsAppended) {
  call.records.resize(2);
  call.records[0].partition = 0;
  call.records[1].partition = 1;
  call.records[1].value = std::string(100, 'v');
  call.validate_only = true;
  storage::LogConfig config;
  config.max_message_bytes = 100;
  cluster.Log("t", 1)->configs.push_back(config);
  const auto produced = Produce();
  EXPECT_EQ(ErrorCode::kNone, produced[0].error);
  EXPECT_EQ(kNoOffset, produced[0].offset);
  EXPECT_EQ(ErrorCode::kMessageTooLarge, produced[1].error);
  EXPECT_TRUE(cluster.Log("t", 0)->appended.empty());
  EXPECT_TRUE(cluster.Log("t", 1)->appended.empty());
}

TEST_F(RecordProducerTest, AcksOneDoesNotWaitForTheDisk) {
  call.records.resize(1);
  call.acks_all = false;
  Produce();
  EXPECT_FALSE(cluster.Log("t", 0)->appended.at(0).durable);
}

}  // namespace
}  // namespace monkafka::services
