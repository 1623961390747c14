#include "services/produce.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "records/batch_builder.h"
#include "unit/services/data_path.h"

namespace monkafka::services {
namespace {

using protocol::ProduceRequest;
using protocol::ProduceResponse;
using std::chrono::milliseconds;

class ProduceTest : public testing::Test {
 protected:
  ProduceTest() {
    CreateTopic(cluster, "t", TopicId(1), 2);
    CreateTopic(cluster, std::string(cluster::kConsumerOffsetsTopic), TopicId(2));
    request.acks = -1;
    request.timeout_ms = 1000;
  }

  void Add(std::string_view topic, int32_t partition, std::vector<uint8_t> records = {1, 2, 3}) {
    bytes.push_back(std::move(records));
    ProduceRequest::Topic& asked = request.topic_data.emplace_back();
    asked.name = topic;
    asked.partition_data.push_back({partition, MutableBytes(bytes.back())});
  }
  void Send() {
    service.Produce({request, version, client_id, owner},
                    [this](ProduceResponse r) { response = std::move(r); });
  }
  const ProduceResponse::Partition& Answer(size_t topic = 0) const {
    return response.value().responses.at(topic).partition_responses.at(0);
  }

  fakes::FakeCluster cluster;
  fakes::FakeClock clock;
  fakes::FakeTimers timers{clock};
  ProduceService service{cluster, timers, {}};
  ProduceRequest request;
  std::deque<std::vector<uint8_t>> bytes;
  int16_t version = 9;
  std::string client_id = "test";
  std::shared_ptr<void> owner = std::make_shared<int>();
  std::optional<ProduceResponse> response;
};

TEST_F(ProduceTest, AppendsTheRequestsOwnBytesAndAnswersWhereTheyLanded) {
  Add("t", 1);
  auto& log = *cluster.Log("t", 1);
  log.next_outcome.base_offset = 40;
  log.next_outcome.last_offset = 41;
  log.next_outcome.log_append_time = 99;
  log.next_outcome.log_start_offset = 7;
  Send();
  ASSERT_EQ(log.appended.size(), 1u);
  EXPECT_EQ(log.appended[0].batches.bytes.data(), bytes[0].data()) << "records are not copied";
  EXPECT_EQ(log.appended[0].batches.owner, owner);
  EXPECT_EQ(log.appended[0].produce_version, 9);
  EXPECT_EQ(log.appended[0].leader_epoch, kTestEpoch);
  EXPECT_EQ(Answer().error_code, ErrorCode::kNone);
  EXPECT_EQ(Answer().index, 1);
  EXPECT_EQ(Answer().base_offset, 40);
  EXPECT_EQ(Answer().log_append_time_ms, 99);
  EXPECT_EQ(Answer().log_start_offset, 7);
  EXPECT_EQ(response->responses[0].name, "t");
}

TEST_F(ProduceTest, AcksAllAsksForDurability) {
  Add("t", 0);
  for (const int16_t acks : {0, 1, -1}) {
    request.acks = acks;
    Send();
    EXPECT_EQ(cluster.Log("t", 0)->appended.back().durable, acks == -1) << acks;
  }
}

TEST_F(ProduceTest, AcksAllCanBeRelaxedByTheBroker) {
  Add("t", 0);
  ProduceService relaxed(cluster, timers, {.flush_acks_all = false});
  relaxed.Produce({request, version, client_id, owner}, [](ProduceResponse) {});
  EXPECT_FALSE(cluster.Log("t", 0)->appended.back().durable);
}

TEST_F(ProduceTest, UnknownPartitionsFailAloneWithoutOffsets) {
  Add("unknown", 0);
  Add("t", 2);
  Add("t", 0);
  Send();
  for (const size_t i : {0, 1}) {
    EXPECT_EQ(Answer(i).error_code, ErrorCode::kUnknownTopicOrPartition);
    EXPECT_EQ(Answer(i).base_offset, -1);
    EXPECT_EQ(Answer(i).log_append_time_ms, -1);
    EXPECT_EQ(Answer(i).log_start_offset, -1);
  }
  EXPECT_EQ(Answer(2).error_code, ErrorCode::kNone);
}

TEST_F(ProduceTest, APartitionLedElsewhereSaysSo) {
  CreateTopic(cluster, "far", TopicId(3), 1, /*leader=*/2);
  Add("far", 0);
  Send();
  EXPECT_EQ(Answer().error_code, ErrorCode::kNotLeaderOrFollower);
}

TEST_F(ProduceTest, TopicIdsFromVersion13) {
  version = 13;
  Add("", 0);
  request.topic_data[0].topic_id = TopicId(1);
  Add("", 0);
  request.topic_data[1].topic_id = TopicId(77);
  Send();
  EXPECT_EQ(Answer(0).error_code, ErrorCode::kNone);
  EXPECT_EQ(response->responses[0].topic_id, TopicId(1));
  EXPECT_EQ(Answer(1).error_code, ErrorCode::kUnknownTopicId);
}

TEST_F(ProduceTest, AcksOtherThanThreeAreInvalidAndNothingIsAppended) {
  Add("t", 0);
  for (const int16_t acks : {-2, 2}) {
    request.acks = acks;
    Send();
    EXPECT_EQ(Answer().error_code, ErrorCode::kInvalidRequiredAcks);
    EXPECT_EQ(Answer().base_offset, -1);
  }
  EXPECT_TRUE(cluster.Log("t", 0)->appended.empty());
}

TEST_F(ProduceTest, RecordsOfOlderFormatsAreOfAnUnsupportedVersion) {
  Add("t", 0);
  for (version = 0; version <= 2; ++version) {
    Send();
    EXPECT_EQ(Answer().error_code, ErrorCode::kUnsupportedVersion);
    EXPECT_EQ(Answer().base_offset, -1);
  }
  EXPECT_TRUE(cluster.Log("t", 0)->appended.empty());
}

TEST_F(ProduceTest, InternalTopicsAreForTheAdminClientOnly) {
  Add(cluster::kConsumerOffsetsTopic, 0);
  Send();
  EXPECT_EQ(Answer().error_code, ErrorCode::kInvalidTopicException);
  client_id = "__admin_client";
  Send();
  EXPECT_EQ(Answer().error_code, ErrorCode::kNone);
}

TEST_F(ProduceTest, NullRecordsReachTheLogAsNothing) {
  Add("t", 0);
  request.topic_data[0].partition_data[0].records = std::nullopt;
  Send();
  EXPECT_TRUE(cluster.Log("t", 0)->appended.at(0).batches.bytes.empty());
}

TEST_F(ProduceTest, RefusedRecordsAreNamed) {
  Add("t", 0);
  auto& outcome = cluster.Log("t", 0)->next_outcome;
  outcome.error = ErrorCode::kInvalidRecord;
  outcome.message = "one or more records have been rejected";
  outcome.record_errors = {{3, "no key"}};
  Send();
  EXPECT_EQ(Answer().error_code, ErrorCode::kInvalidRecord);
  EXPECT_EQ(Answer().error_message, "one or more records have been rejected");
  ASSERT_EQ(Answer().record_errors.size(), 1u);
  EXPECT_EQ(Answer().record_errors[0].batch_index, 3);
  EXPECT_EQ(Answer().record_errors[0].batch_index_error_message, "no key");
}

TEST_F(ProduceTest, AnswersOnceTheLastAppendIsDurable) {
  Add("t", 0);
  Add("t", 1);
  auto& slow = *cluster.Log("t", 1);
  slow.complete_later = true;
  Send();
  EXPECT_FALSE(response.has_value());
  slow.CompleteAppends();
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(timers.size(), 0u) << "the timeout is cancelled";
}

TEST_F(ProduceTest, TheTimeoutAnswersForWhatIsNotDurableYet) {
  Add("t", 0);
  Add("t", 1);
  cluster.Log("t", 0)->next_outcome.base_offset = 12;
  cluster.Log("t", 1)->complete_later = true;
  Send();
  timers.AdvanceBy(milliseconds(999));
  EXPECT_FALSE(response.has_value());
  timers.AdvanceBy(milliseconds(1));
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(Answer(0).error_code, ErrorCode::kNone);
  EXPECT_EQ(Answer(0).base_offset, 12);
  EXPECT_EQ(Answer(1).error_code, ErrorCode::kRequestTimedOut);
  EXPECT_EQ(Answer(1).base_offset, -1);

  response.reset();
  cluster.Log("t", 1)->CompleteAppends();
  EXPECT_FALSE(response.has_value()) << "one answer per request";
}

TEST_F(ProduceTest, ARequestWithoutPartitionsIsAnswered) {
  Send();
  ASSERT_TRUE(response.has_value());
  EXPECT_TRUE(response->responses.empty());
}

std::vector<uint8_t> TransactionalBatch() {
  std::vector<uint8_t> batch(records::kBatchOverhead, 0);
  batch[records::kMagicAt] = 2;
  batch[records::kAttributesAt + 1] = records::kTransactionalMask;
  return batch;
}

TEST_F(ProduceTest, TransactionalRecordsWithoutTransactionalIdFailTheWholeRequest) {
  Add("t", 0);
  Add("t", 1, TransactionalBatch());
  Send();
  EXPECT_EQ(Answer(0).error_code, ErrorCode::kTransactionalIdAuthorizationFailed);
  EXPECT_EQ(Answer(1).error_code, ErrorCode::kTransactionalIdAuthorizationFailed);
  EXPECT_TRUE(cluster.Log("t", 0)->appended.empty());
}

TEST_F(ProduceTest, TransactionalRecordsOutsideOfATransactionAreRefused) {
  request.transactional_id = "tx";
  Add("t", 0);
  Add("t", 1, TransactionalBatch());
  Send();
  EXPECT_EQ(Answer(0).error_code, ErrorCode::kNone);
  EXPECT_EQ(Answer(1).error_code, ErrorCode::kInvalidTxnState);
}

class ProduceRunTest : public ProduceTest {
 protected:
  // Another request of one partition; its answer goes to answers.
  void Put(int32_t partition, std::vector<uint8_t> records = {1, 2, 3}) {
    bytes.push_back(std::move(records));
    ProduceRequest& next = requests.emplace_back(request);
    next.topic_data = {{"t", {}, {{partition, MutableBytes(bytes.back())}}}};
    service.Produce({next, version, client_id, owner}, run,
                    [this, number = requests.size()](ProduceResponse r) {
                      EXPECT_EQ(r.responses.at(0).partition_responses.at(0).error_code,
                                ErrorCode::kNone);
                      answers.push_back(number);
                    });
  }
  std::vector<const uint8_t*> AppendedTo(int32_t partition) {
    std::vector<const uint8_t*> appended;
    for (const storage::AppendRequest& each : cluster.Log("t", partition)->appended) {
      appended.push_back(each.batches.bytes.data());
    }
    return appended;
  }

  std::deque<ProduceRequest> requests;
  std::vector<size_t> answers;
  ProduceRun run;
};

TEST_F(ProduceRunTest, AppendsInTheOrderOfTheRequestsOnceItIsCommitted) {
  for (const int partition : {0, 1, 0, 0, 1}) Put(partition);
  EXPECT_TRUE(cluster.Log("t", 0)->appended.empty());
  EXPECT_TRUE(answers.empty());
  run.Commit();
  EXPECT_EQ(AppendedTo(0),
            (std::vector<const uint8_t*>{bytes[0].data(), bytes[2].data(), bytes[3].data()}));
  EXPECT_EQ(AppendedTo(1), (std::vector<const uint8_t*>{bytes[1].data(), bytes[4].data()}));
  EXPECT_EQ(answers.size(), 5u);
  EXPECT_EQ(timers.size(), 0u) << "nothing was waited for";
  run.Commit();
  Put(0);
  run.Commit();
  EXPECT_EQ(AppendedTo(0).size(), 4u);
  EXPECT_EQ(answers.back(), 6u);
}

TEST_F(ProduceRunTest, ALargeOneIsCommittedWithoutWaitingForMore) {
  Put(0, std::vector<uint8_t>(600'000));
  EXPECT_TRUE(answers.empty());
  Put(0, std::vector<uint8_t>(600'000));
  EXPECT_EQ(answers.size(), 2u);
  EXPECT_EQ(AppendedTo(0).size(), 2u);
}

// A failure closes the connection, which must come before whatever was sent behind it.
TEST_F(ProduceRunTest, WhoWantsNoReplyIsAppendedAtOnce) {
  Put(0);
  request.acks = 0;
  Put(1);
  EXPECT_EQ(AppendedTo(0).size(), 1u) << "in the order of the requests";
  EXPECT_EQ(AppendedTo(1).size(), 1u);
  EXPECT_EQ(answers.size(), 2u);
}

TEST_F(ProduceRunTest, WhoWaitsForTheDiskIsAnsweredLater) {
  cluster.Log("t", 1)->complete_later = true;
  Put(1);
  Put(0);
  run.Commit();
  EXPECT_EQ(answers, std::vector<size_t>{2});
  EXPECT_EQ(timers.size(), 1u);
  cluster.Log("t", 1)->CompleteAppends();
  EXPECT_EQ(answers, (std::vector<size_t>{2, 1}));
  EXPECT_EQ(timers.size(), 0u);
}

}  // namespace
}  // namespace monkafka::services
