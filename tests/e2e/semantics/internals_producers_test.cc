// InitProducerId without transactions, and DescribeProducers.
#include <set>
#include <string>
#include <vector>

#include "e2e/semantics/data_client.h"
#include "e2e/semantics/semantics_fixture.h"
#include "protocol/producers.h"

namespace monkafka::e2e {
namespace {

using protocol::DescribeProducersRequest;
using protocol::DescribeProducersResponse;
using protocol::InitProducerIdRequest;
using protocol::InitProducerIdResponse;

class ProducersTest : public SemanticsTest {
 protected:
  InitProducerIdResponse Init(InitProducerIdRequest request = {}, int16_t version = 4) {
    request.transaction_timeout_ms = 60'000;
    InitProducerIdResponse answer;
    Eventually([&] {  // Apache Kafka gets its first block of ids when it is asked for one
      answer = client_.Call<InitProducerIdResponse>(request, version);
      return answer.error_code != ErrorCode::kCoordinatorLoadInProgress;
    });
    return answer;
  }

  void Send(ProducerId producer, ProducerEpoch epoch, int32_t sequence, int32_t partition = 0) {
    records::BatchOptions options;
    options.producer_id = producer;
    options.producer_epoch = epoch;
    options.base_sequence = sequence;
    ProduceArguments arguments;
    arguments.partition = partition;
    ASSERT_EQ(Produce(client_, topic_, MakeBatch("v", options), arguments).error_code,
              ErrorCode::kNone);
  }

  DescribeProducersResponse::Partition Describe(std::string_view topic, int32_t partition = 0) {
    DescribeProducersRequest request;
    request.topics.push_back({topic, {partition}});
    return client_.Call<DescribeProducersResponse>(request, 0).topics.at(0).partitions.at(0);
  }
};

TEST_F(ProducersTest, EveryCallGivesAnotherIdAndEpochZero) {
  std::set<ProducerId> given;
  for (int i = 0; i < 5; ++i) {
    for (int16_t version = 0; version <= 5; ++version) {
      const auto answer = Init({}, version);
      EXPECT_EQ(answer.error_code, ErrorCode::kNone) << version;
      EXPECT_EQ(answer.producer_epoch, 0);
      EXPECT_GE(answer.producer_id, 0);
      EXPECT_TRUE(given.insert(answer.producer_id).second) << answer.producer_id;
    }
  }
}

TEST_F(ProducersTest, AnEmptyTransactionalIdIsInvalid) {
  InitProducerIdRequest request;
  request.transactional_id = "";
  EXPECT_EQ(Init(request).error_code, ErrorCode::kInvalidRequest);
}

TEST_F(ProducersTest, IdAndEpochComeTogether) {
  InitProducerIdRequest request;
  request.producer_id = 5;
  EXPECT_EQ(Init(request).error_code, ErrorCode::kInvalidRequest);
  request.producer_id = -1;
  request.producer_epoch = 5;
  EXPECT_EQ(Init(request).error_code, ErrorCode::kInvalidRequest);
}

TEST_F(ProducersTest, WithoutATransactionalIdTheIdAskedWithDoesNotMatter) {
  const auto first = Init();
  InitProducerIdRequest request;
  request.producer_id = first.producer_id;
  request.producer_epoch = first.producer_epoch;
  const auto second = Init(request);
  EXPECT_EQ(second.error_code, ErrorCode::kNone);
  EXPECT_NE(second.producer_id, first.producer_id);
  EXPECT_EQ(second.producer_epoch, 0);
}

TEST_F(ProducersTest, APartitionTellsItsProducers) {
  CreateTopic(client_, topic_, 2);
  EXPECT_TRUE(Describe(topic_).active_producers.empty());
  const ProducerId first = Init().producer_id;
  const ProducerId second = Init().producer_id;
  Send(first, 0, 0);
  Send(first, 0, 1);
  Send(first, 0, 2);
  Send(second, 3, 0);
  Send(second, 3, 1, 1);
  const auto partition = Describe(topic_);
  EXPECT_EQ(partition.error_code, ErrorCode::kNone);
  ASSERT_EQ(partition.active_producers.size(), 2u);
  for (const auto& producer : partition.active_producers) {
    const bool is_first = producer.producer_id == first;
    EXPECT_EQ(producer.producer_id, is_first ? first : second);
    EXPECT_EQ(producer.producer_epoch, is_first ? 0 : 3);
    EXPECT_EQ(producer.last_sequence, is_first ? 2 : 0);
    EXPECT_EQ(producer.last_timestamp, TestRecord().timestamp);
    EXPECT_EQ(producer.coordinator_epoch, -1);
    EXPECT_EQ(producer.current_txn_start_offset, -1);
  }
  EXPECT_EQ(Describe(topic_, 1).active_producers.size(), 1u);
}

TEST_F(ProducersTest, PlainProducersAreNotRemembered) {
  CreateTopic(client_, topic_);
  Produce(client_, topic_, MakeBatch("v"));
  EXPECT_TRUE(Describe(topic_).active_producers.empty());
}

TEST_F(ProducersTest, UnknownPartitionsHaveNoProducers) {
  CreateTopic(client_, topic_);
  EXPECT_EQ(Describe(topic_, 1).error_code, ErrorCode::kUnknownTopicOrPartition);
  const std::string none = topic_ + "-none";
  EXPECT_EQ(Describe(none).error_code, ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(Describe("..").error_code, ErrorCode::kInvalidTopicException);
}

}  // namespace
}  // namespace monkafka::e2e
