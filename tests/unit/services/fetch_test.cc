#include "services/fetch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "unit/services/fetch_harness.h"

namespace monkafka::services {
namespace {

using protocol::FetchResponse;
using std::chrono::milliseconds;

class FetchTest : public FetchHarness {};

TEST_F(FetchTest, ReturnsWhatIsThereAtOnce) {
  Log("t", 0).Put(3, 100);
  Ask("t", 0, /*offset=*/0);
  ASSERT_TRUE(Send());
  const FetchResponse::Partition& answer = Answer("t", 0);
  EXPECT_EQ(answer.error_code, ErrorCode::kNone);
  EXPECT_EQ(answer.high_watermark, 3);
  EXPECT_EQ(answer.last_stable_offset, 3);
  EXPECT_EQ(answer.log_start_offset, 0);
  EXPECT_EQ(answer.records->size(), 100);
  EXPECT_EQ(answer.aborted_transactions, std::nullopt);
  EXPECT_EQ(timers.size(), 0u);
}

TEST_F(FetchTest, WaitsForDataAndIsWokenByAnAppend) {
  Ask("t", 0, 0);
  EXPECT_FALSE(Send());
  Append("t", 0, 50);
  EXPECT_FALSE(response.has_value()) << "not on the appending thread";
  executor.RunAll();
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(Answer("t", 0).records->size(), 50);
  EXPECT_EQ(timers.size(), 0u) << "the timer is cancelled";
}

TEST_F(FetchTest, AnswersWithWhatThereIsWhenTheTimeIsOver) {
  request.max_wait_ms = 500;
  request.min_bytes = 1000;
  Log("t", 0).Put(1, 10);
  Ask("t", 0, 0);
  EXPECT_FALSE(Send());
  timers.AdvanceBy(milliseconds(499));
  executor.RunAll();
  EXPECT_FALSE(response.has_value());
  timers.AdvanceBy(milliseconds(1));
  executor.RunAll();
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(Answer("t", 0).records->size(), 10);
}

TEST_F(FetchTest, WaitsUntilMinBytesAreThereOverAllPartitions) {
  request.min_bytes = 100;
  Ask("t", 0, 0);
  Ask("t", 1, 0);
  EXPECT_FALSE(Send());
  Append("t", 0, 60);
  executor.RunAll();
  EXPECT_FALSE(response.has_value());
  Append("t", 1, 39);
  executor.RunAll();
  EXPECT_FALSE(response.has_value());
  Append("t", 1, 1);
  executor.RunAll();
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(Answer("t", 0).records->size(), 60);
  EXPECT_EQ(Answer("t", 1).records->size(), 40);
}

TEST_F(FetchTest, MinBytesZeroAndMaxWaitZeroDoNotWait) {
  Ask("t", 0, 0);
  request.min_bytes = 0;
  EXPECT_TRUE(Send());
  request.min_bytes = 1;
  request.max_wait_ms = 0;
  EXPECT_TRUE(Send());
}

TEST_F(FetchTest, NothingAskedForIsAnsweredAtOnce) {
  ASSERT_TRUE(Send());
  EXPECT_TRUE(response->responses.empty());
}

// An append between the first look at a partition and the registration must not be slept through.
TEST_F(FetchTest, AnAppendWhileItReadsIsNotMissed) {
  Ask("t", 0, 0);
  Log("t", 0).hold_reads = true;
  EXPECT_FALSE(Send());
  Append("t", 0, 5);  // nobody waits yet
  Log("t", 0).hold_reads = false;
  Log("t", 0).RunReads();
  executor.RunAll();
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(Answer("t", 0).records->size(), 5);
}

TEST_F(FetchTest, ReadsThatCompleteLaterContinueInOrder) {
  Log("t", 0).Put(1, 10);
  Log("t", 1).Put(1, 20);
  Log("t", 0).hold_reads = true;
  Ask("t", 0, 0);
  Ask("t", 1, 0);
  EXPECT_FALSE(Send());
  EXPECT_TRUE(Log("t", 1).reads.empty());
  Log("t", 0).RunReads();
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(Answer("t", 0).records->size(), 10);
  EXPECT_EQ(Answer("t", 1).records->size(), 20);
}

TEST_F(FetchTest, ADeletedTopicEndsTheWait) {
  Ask("t", 0, 0);
  EXPECT_FALSE(Send());
  Log("t", 0).availability = Fail(ErrorCode::kUnknownTopicOrPartition);
  DeleteTopic(cluster, TopicId(1));
  executor.RunAll();
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(Answer("t", 0).error_code, ErrorCode::kUnknownTopicOrPartition);
}

TEST_F(FetchTest, AShutdownEndsTheWaitAndLaterOnesDoNotWait) {
  Ask("t", 0, 0);
  EXPECT_FALSE(Send());
  service.StopWaiting();
  executor.RunAll();
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(Answer("t", 0).error_code, ErrorCode::kNone);
  EXPECT_EQ(timers.size(), 0u) << "the timer is cancelled";
  EXPECT_TRUE(Send());
}

TEST_F(FetchTest, ManyAppendsAreOneTurn) {
  request.min_bytes = 1000;
  Ask("t", 0, 0);
  Ask("t", 1, 0);
  EXPECT_FALSE(Send());
  for (int i = 0; i < 5; ++i) {
    Append("t", 0, 1);
    Append("t", 1, 1);
  }
  EXPECT_EQ(executor.size(), 1u);
  executor.RunAll();
  EXPECT_FALSE(response.has_value());
}

TEST_F(FetchTest, OnlyWhatChangedIsReadAgain) {
  request.min_bytes = 1000;
  Ask("t", 0, 0);
  Ask("t", 1, 0);
  EXPECT_FALSE(Send());
  const size_t before = Log("t", 1).reads.size();
  Append("t", 0, 1);
  executor.RunAll();
  EXPECT_EQ(Log("t", 1).reads.size(), before);
}

TEST_F(FetchTest, OverTheLimitOfWaitingFetchesItAnswersAtOnce) {
  Ask("t", 0, 0);
  FetchService narrow(cluster, timers, clock, {.max_waiting = 1});
  int answers = 0;
  narrow.Fetch(request, version, executor, [&](FetchResponse) { ++answers; });
  EXPECT_EQ(answers, 0);
  narrow.Fetch(request, version, executor, [&](FetchResponse) { ++answers; });
  EXPECT_EQ(answers, 1) << "the second does not wait";
  Append("t", 0, 1);
  executor.RunAll();
  EXPECT_EQ(answers, 2);
  request.topics.clear();
  Ask("t", 1, 0);
  narrow.Fetch(request, version, executor, [&](FetchResponse) { ++answers; });
  EXPECT_EQ(answers, 2) << "there is room again";
  Append("t", 1, 1);
  executor.RunAll();
  EXPECT_EQ(answers, 3);
}

// --- limits (KIP-74) ---

TEST_F(FetchTest, TheFirstBatchComesEvenWhenItIsTooLarge) {
  Log("t", 0).Put(1, 500);
  Log("t", 1).Put(1, 500);
  request.max_bytes = 100;
  Ask("t", 0, 0, /*max_bytes=*/10);
  Ask("t", 1, 0);
  ASSERT_TRUE(Send());
  EXPECT_EQ(Answer("t", 0).records->size(), 500);
  EXPECT_EQ(Answer("t", 1).records->size(), 0);
  EXPECT_EQ(Answer("t", 1).high_watermark, 1);
}

TEST_F(FetchTest, LaterPartitionsGetWhatIsLeft) {
  Log("t", 0).Put(1, 60);
  Log("t", 1).Put(1, 30);
  Log("t", 1).Put(1, 30);
  request.max_bytes = 100;
  Ask("t", 0, 0);
  Ask("t", 1, 0);
  ASSERT_TRUE(Send());
  EXPECT_EQ(Log("t", 1).reads.back().max_bytes, 40);
  EXPECT_FALSE(Log("t", 1).reads.back().at_least_one_batch);
  EXPECT_EQ(Answer("t", 1).records->size(), 30);
}

TEST_F(FetchTest, TheBrokersOwnCapHolds) {
  FetchService capped(cluster, timers, clock, {.max_bytes = 50});
  Log("t", 0).Put(1, 40);
  Log("t", 0).Put(1, 40);
  Ask("t", 0, 0);
  capped.Fetch(request, version, executor, [&](FetchResponse r) { response = std::move(r); });
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(Answer("t", 0).records->size(), 40);
}

// --- offsets, isolation, epochs ---

TEST_F(FetchTest, OutsideOfTheLogIsOutOfRange) {
  Log("t", 0).Put(5, 10);
  Log("t", 0).offsets.log_start = 2;
  for (const Offset offset : {1, 6}) {
    request.topics.clear();
    Ask("t", 0, offset);
    ASSERT_TRUE(Send()) << offset;
    EXPECT_EQ(Answer("t", 0).error_code, ErrorCode::kOffsetOutOfRange);
    EXPECT_EQ(Answer("t", 0).high_watermark, -1);
    EXPECT_EQ(Answer("t", 0).last_stable_offset, -1);
    EXPECT_EQ(Answer("t", 0).log_start_offset, -1);
    EXPECT_EQ(Answer("t", 0).records->size(), 0);
  }
}

TEST_F(FetchTest, TheLogEndIsEmptyAndWaits) {
  Log("t", 0).Put(5, 10);
  Ask("t", 0, 5);
  EXPECT_FALSE(Send());
}

TEST_F(FetchTest, ReadCommittedStopsAtTheLastStableOffset) {
  request.isolation_level = 1;
  Log("t", 0).Put(5, 10);
  Log("t", 0).Put(5, 20);
  Log("t", 0).offsets.last_stable = 5;
  Log("t", 0).aborted = {{7, 3}};
  Ask("t", 0, 1);
  ASSERT_TRUE(Send());
  EXPECT_EQ(Answer("t", 0).records->size(), 10);
  EXPECT_EQ(Answer("t", 0).high_watermark, 10);
  EXPECT_EQ(Answer("t", 0).last_stable_offset, 5);
  ASSERT_TRUE(Answer("t", 0).aborted_transactions.has_value());
  ASSERT_EQ(Answer("t", 0).aborted_transactions->size(), 1u);
  EXPECT_EQ(Answer("t", 0).aborted_transactions->at(0).producer_id, 7);
  EXPECT_EQ(Answer("t", 0).aborted_transactions->at(0).first_offset, 3);
  EXPECT_EQ(Log("t", 0).aborted_asked, (std::pair<Offset, Offset>(1, 5)));
}

TEST_F(FetchTest, ReadCommittedAboveTheLastStableOffsetIsEmptyWithoutError) {
  request.isolation_level = 1;
  request.max_wait_ms = 0;
  Log("t", 0).Put(5, 10);
  Log("t", 0).offsets.last_stable = 2;
  Ask("t", 0, 3);
  ASSERT_TRUE(Send());
  EXPECT_EQ(Answer("t", 0).error_code, ErrorCode::kNone);
  EXPECT_EQ(Answer("t", 0).records->size(), 0);
  EXPECT_TRUE(Answer("t", 0).aborted_transactions->empty());
}

TEST_F(FetchTest, ChecksTheLeaderEpochAndAnswersAtOnce) {
  const auto error_with = [&](LeaderEpoch epoch) {
    request.topics.clear();
    Ask("t", 0, 0);
    request.topics[0].partitions[0].current_leader_epoch = epoch;
    return Send() ? Answer("t", 0).error_code : ErrorCode::kNone;
  };
  EXPECT_EQ(error_with(kTestEpoch - 1), ErrorCode::kFencedLeaderEpoch);
  EXPECT_EQ(error_with(kTestEpoch + 1), ErrorCode::kUnknownLeaderEpoch);
  EXPECT_EQ(error_with(kTestEpoch), ErrorCode::kNone);
}

TEST_F(FetchTest, ADivergingEpochComesWithoutRecordsAtOnce) {
  Log("t", 0).Put(5, 10);
  Log("t", 0).end_of_epoch = {3, 2};
  Ask("t", 0, 4);
  request.topics[0].partitions[0].last_fetched_epoch = 4;
  ASSERT_TRUE(Send());
  EXPECT_EQ(Answer("t", 0).error_code, ErrorCode::kNone);
  EXPECT_EQ(Answer("t", 0).diverging_epoch.epoch, 3);
  EXPECT_EQ(Answer("t", 0).diverging_epoch.end_offset, 2);
  EXPECT_EQ(Answer("t", 0).records->size(), 0);
  EXPECT_EQ(Answer("t", 0).high_watermark, 5);
}

TEST_F(FetchTest, AnOffsetBeyondTheLogDivergesRatherThanBeingOutOfRange) {
  Log("t", 0).Put(5, 10);
  Log("t", 0).end_of_epoch = {4, 5};
  Ask("t", 0, 9);
  request.topics[0].partitions[0].last_fetched_epoch = 4;
  ASSERT_TRUE(Send());
  EXPECT_EQ(Answer("t", 0).error_code, ErrorCode::kNone);
  EXPECT_EQ(Answer("t", 0).diverging_epoch.end_offset, 5);
}

TEST_F(FetchTest, AnUnknownLastEpochIsOutOfRange) {
  Log("t", 0).Put(5, 10);
  Ask("t", 0, 4);
  request.topics[0].partitions[0].last_fetched_epoch = 4;
  ASSERT_TRUE(Send());
  EXPECT_EQ(Answer("t", 0).error_code, ErrorCode::kOffsetOutOfRange);
}

TEST_F(FetchTest, AMatchingLastEpochReads) {
  Log("t", 0).Put(5, 10);
  Log("t", 0).end_of_epoch = {4, 5};
  Ask("t", 0, 4);
  request.topics[0].partitions[0].last_fetched_epoch = 4;
  ASSERT_TRUE(Send());
  EXPECT_EQ(Answer("t", 0).records->size(), 10);
  EXPECT_FALSE(Answer("t", 0).diverging_epoch.epoch >= 0);
}

// --- topics and errors ---

TEST_F(FetchTest, UnknownPartitionsAreAnsweredAtOnceWhenThereIsNothingElse) {
  Ask("t", 7, 0);
  Ask("unknown", 0, 0);
  ASSERT_TRUE(Send());
  EXPECT_EQ(Answer("t", 7).error_code, ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(Answer("unknown", 0).error_code, ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(Answer("t", 7).high_watermark, -1);
}

// As in Kafka: a consumer of a vanished topic must not turn its long poll into a busy loop.
TEST_F(FetchTest, UnknownPartitionsDoNotEndTheWaitForOthers) {
  Ask("unknown", 0, 0);
  Ask("t", 0, 0);
  EXPECT_FALSE(Send());
}

TEST_F(FetchTest, TopicIdsFromVersion13) {
  version = 13;
  Log("t", 0).Put(1, 10);
  Ask("", 0, 0);
  request.topics[0].topic_id = TopicId(1);
  Ask("", 0, 0);
  request.topics[1].topic_id = TopicId(99);
  ASSERT_TRUE(Send());
  EXPECT_EQ(response->responses.at(0).topic_id, TopicId(1));
  EXPECT_EQ(response->responses.at(0).partitions.at(0).records->size(), 10);
  EXPECT_EQ(response->responses.at(1).partitions.at(0).error_code, ErrorCode::kUnknownTopicId);
}

TEST_F(FetchTest, OldClientsCannotReadZstd) {
  storage::LogConfig config;
  config.compression = records::Codec::kZstd;
  Log("t", 0).configs.push_back(config);
  Log("t", 0).Put(1, 10);
  Ask("t", 0, 0);
  version = 9;
  ASSERT_TRUE(Send());
  EXPECT_EQ(Answer("t", 0).error_code, ErrorCode::kUnsupportedCompressionType);
  version = 10;
  ASSERT_TRUE(Send());
  EXPECT_EQ(Answer("t", 0).error_code, ErrorCode::kNone);
}

TEST_F(FetchTest, StorageErrorsAreToldInWordsThatOldClientsKnow) {
  Log("t", 0).availability = Fail(ErrorCode::kKafkaStorageError);
  Ask("t", 0, 0);
  version = 6;
  ASSERT_TRUE(Send());
  EXPECT_EQ(Answer("t", 0).error_code, ErrorCode::kKafkaStorageError);
  version = 5;
  ASSERT_TRUE(Send());
  EXPECT_EQ(Answer("t", 0).error_code, ErrorCode::kNotLeaderOrFollower);
}

TEST_F(FetchTest, AnOfflineLogIsNotTakenForATruncatedOne) {
  Log("t", 0).availability = Fail(ErrorCode::kKafkaStorageError);
  Ask("t", 0, 4);
  request.topics[0].partitions[0].last_fetched_epoch = 4;
  ASSERT_TRUE(Send());
  EXPECT_EQ(Answer("t", 0).error_code, ErrorCode::kKafkaStorageError);
}

TEST_F(FetchTest, NobodyIsAFollower) {
  Log("t", 0).Put(1, 10);
  Ask("t", 0, 0);
  request.replica_id = 2;
  ASSERT_TRUE(Send());
  EXPECT_EQ(Answer("t", 0).error_code, ErrorCode::kNotLeaderOrFollower);
  version = 15;
  request.replica_id = -1;
  request.replica_state.replica_id = 2;
  request.topics[0].topic_id = TopicId(1);
  ASSERT_TRUE(Send());
  EXPECT_EQ(response->responses.at(0).partitions.at(0).error_code, ErrorCode::kNotLeaderOrFollower);
}

}  // namespace
}  // namespace monkafka::services
