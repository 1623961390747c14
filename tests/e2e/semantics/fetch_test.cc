// Sections "Fetch" and "Fetch sessions" of Kafka's behaviour.
#include <chrono>
#include <string>
#include <vector>

#include "e2e/semantics/data_client.h"
#include "e2e/semantics/semantics_fixture.h"
#include "protocol/offset_for_leader_epoch.h"

namespace monkafka::e2e {
namespace {

using protocol::FetchRequest;
using protocol::FetchResponse;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

milliseconds Since(steady_clock::time_point start) {
  return std::chrono::duration_cast<milliseconds>(steady_clock::now() - start);
}

class FetchTest : public SemanticsTest {
 protected:
  void Fill(int batches, size_t value_bytes = 100) {
    for (int i = 0; i < batches; ++i) {
      ASSERT_EQ(Produce(client_, topic_, MakeBatch(std::string(value_bytes, 'x'))).error_code,
                ErrorCode::kNone);
    }
  }
};

TEST_F(FetchTest, OutsideTheLogIsOutOfRange) {
  CreateTopic(client_, topic_);
  Fill(3);
  for (const Offset offset : {Offset{-1}, Offset{4}, Offset{100}}) {
    const auto answer = Fetch(client_, topic_, offset);
    EXPECT_EQ(answer.error_code, ErrorCode::kOffsetOutOfRange) << offset;
    EXPECT_EQ(answer.high_watermark, -1);
    EXPECT_EQ(answer.last_stable_offset, -1);
    EXPECT_EQ(answer.log_start_offset, -1);
  }
}

TEST_F(FetchTest, TheLogsEndIsEmptyAndNoError) {
  CreateTopic(client_, topic_);
  Fill(3);
  const auto answer = Fetch(client_, topic_, 3);
  EXPECT_EQ(answer.error_code, ErrorCode::kNone);
  EXPECT_TRUE(RecordsOf(answer).empty());
  EXPECT_EQ(answer.high_watermark, 3);
  EXPECT_EQ(answer.last_stable_offset, 3);
  EXPECT_EQ(answer.log_start_offset, 0);
}

TEST_F(FetchTest, EveryVersionReturnsTheRecords) {
  const Uuid id = CreateTopic(client_, topic_);
  Fill(2);
  for (int16_t version = 4; version <= 17; ++version) {
    FetchRequest request = FetchOf(topic_, 0);
    if (version >= 13) request.topics[0].topic_id = id;
    const auto answer = client_.Call<FetchResponse>(request, version);
    EXPECT_EQ(RecordsOf(answer.responses.at(0).partitions.at(0)).size(), 2u) << version;
  }
}

TEST_F(FetchTest, AnEmptyPollWaitsForMaxWait) {
  CreateTopic(client_, topic_);
  FetchArguments arguments;
  arguments.max_wait_ms = 300;
  const auto start = steady_clock::now();
  EXPECT_TRUE(RecordsOf(Fetch(client_, topic_, 0, arguments)).empty());
  EXPECT_GE(Since(start), milliseconds(290));
}

TEST_F(FetchTest, MinBytesZeroAndMaxWaitZeroAnswerAtOnce) {
  CreateTopic(client_, topic_);
  FetchArguments arguments;
  arguments.max_wait_ms = 30'000;
  arguments.min_bytes = 0;
  const auto start = steady_clock::now();
  Fetch(client_, topic_, 0, arguments);
  arguments.max_wait_ms = 0;
  arguments.min_bytes = 1'000'000;
  Fetch(client_, topic_, 0, arguments);
  EXPECT_LT(Since(start), milliseconds(15'000));
}

TEST_F(FetchTest, AnErrorEndsTheWait) {
  FetchArguments arguments;
  arguments.max_wait_ms = 30'000;
  const auto start = steady_clock::now();
  EXPECT_EQ(Fetch(client_, topic_, 0, arguments).error_code, ErrorCode::kUnknownTopicOrPartition);
  EXPECT_LT(Since(start), milliseconds(15'000));
}

TEST_F(FetchTest, AProduceEndsTheWait) {
  CreateTopic(client_, topic_);
  FetchArguments arguments;
  arguments.max_wait_ms = 30'000;
  const auto start = steady_clock::now();
  const int32_t id = client_.Send(FetchOf(topic_, 0, arguments), 12);
  EXPECT_FALSE(client_.Readable(milliseconds(100)));
  WireClient producer(SharedBrokerPort());
  Produce(producer, topic_, MakeBatch("wake"));
  const auto answer = client_.Receive<FetchResponse>(id, 12);
  EXPECT_EQ(RecordsOf(answer.responses.at(0).partitions.at(0)).at(0).value, "wake");
  EXPECT_LT(Since(start), milliseconds(15'000));
}

TEST_F(FetchTest, MinBytesAreWaitedFor) {
  CreateTopic(client_, topic_);
  FetchArguments arguments;
  arguments.max_wait_ms = 30'000;
  arguments.min_bytes = 1'000;
  const int32_t id = client_.Send(FetchOf(topic_, 0, arguments), 12);
  WireClient producer(SharedBrokerPort());
  Produce(producer, topic_, MakeBatch("little"));
  EXPECT_FALSE(client_.Readable(milliseconds(100)));
  Produce(producer, topic_, MakeBatch(std::string(2'000, 'x')));
  const auto answer = client_.Receive<FetchResponse>(id, 12);
  EXPECT_EQ(RecordsOf(answer.responses.at(0).partitions.at(0)).size(), 2u);
}

TEST_F(FetchTest, TheFirstBatchComesWholeHoweverSmallTheLimit) {
  CreateTopic(client_, topic_);
  Fill(3, 5'000);
  FetchArguments arguments;
  arguments.max_bytes = 100;
  arguments.partition_max_bytes = 100;
  EXPECT_EQ(RecordsOf(Fetch(client_, topic_, 0, arguments)).size(), 1u);
}

TEST_F(FetchTest, LaterPartitionsAreBoundedByMaxBytes) {
  CreateTopic(client_, topic_, 2);
  ProduceArguments second;
  second.partition = 1;
  Produce(client_, topic_, MakeBatch(std::string(5'000, 'a')));
  Produce(client_, topic_, MakeBatch(std::string(5'000, 'b')), second);
  FetchArguments arguments;
  arguments.max_bytes = 100;
  FetchRequest request = FetchOf(topic_, 0, arguments);
  request.topics[0].partitions.push_back(request.topics[0].partitions[0]);
  request.topics[0].partitions[1].partition = 1;
  const auto answer = client_.Call<FetchResponse>(request, 12);
  size_t with_records = 0;
  for (const auto& partition : answer.responses.at(0).partitions) {
    with_records += BytesOf(partition).empty() ? 0 : 1;
  }
  EXPECT_EQ(with_records, 1u);
}

TEST_F(FetchTest, AWholeBatchIsReturnedForAnOffsetInsideIt) {
  CreateTopic(client_, topic_);
  Produce(client_, topic_, MakeBatch(std::vector<TestRecord>(10, {"k", "v"})));
  const auto records = RecordsOf(Fetch(client_, topic_, 7));
  ASSERT_EQ(records.size(), 10u);
  EXPECT_EQ(records[0].offset, 0);
}

TEST_F(FetchTest, AbortedTransactionsAreListedOnlyForReadCommitted) {
  CreateTopic(client_, topic_);
  Fill(1);
  FetchArguments committed;
  committed.isolation_level = 1;
  const auto answer = Fetch(client_, topic_, 0, committed);
  EXPECT_EQ(answer.last_stable_offset, 1);
  EXPECT_EQ(RecordsOf(answer).size(), 1u);
  EXPECT_TRUE(!answer.aborted_transactions || answer.aborted_transactions->empty());
  EXPECT_FALSE(Fetch(client_, topic_, 0).aborted_transactions.has_value());
}

TEST_F(FetchTest, LeaderEpochsAreChecked) {
  CreateTopic(client_, topic_);
  Fill(1);
  FetchArguments arguments;
  arguments.current_leader_epoch = 1'000;
  EXPECT_EQ(Fetch(client_, topic_, 0, arguments).error_code, ErrorCode::kUnknownLeaderEpoch);
  arguments.current_leader_epoch = 0;
  EXPECT_EQ(Fetch(client_, topic_, 0, arguments).error_code, ErrorCode::kNone);
}

TEST_F(FetchTest, TopicIdsAreChecked) {
  const Uuid id = CreateTopic(client_, topic_);
  FetchRequest request = FetchOf(topic_, 0);
  request.topics[0].topic_id = Uuid::Random();
  EXPECT_EQ(client_.Call<FetchResponse>(request, 13).responses.at(0).partitions.at(0).error_code,
            ErrorCode::kUnknownTopicId);
  request.topics[0].topic_id = id;
  EXPECT_EQ(client_.Call<FetchResponse>(request, 13).responses.at(0).partitions.at(0).error_code,
            ErrorCode::kNone);
}

TEST_F(FetchTest, FetchNeverCreatesTopics) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Fetch(client_, topic_, 0).error_code, ErrorCode::kUnknownTopicOrPartition);
  }
}

TEST_F(FetchTest, ARestOfManySegmentsIsReadThroughToTheEnd) {
  MONKAFKA_SKIP_AGAINST_APACHE_KAFKA_4("whose segments have at least 1 MB");
  CreateTopic(client_, topic_, 1, {{"segment.bytes", "2000"}});
  Fill(100, 500);
  Offset next = 0;
  while (next < 100) {
    const auto records = RecordsOf(Fetch(client_, topic_, next));
    ASSERT_FALSE(records.empty()) << next;
    ASSERT_EQ(records.front().offset, next);
    next = records.back().offset + 1;
  }
  EXPECT_EQ(next, 100);
}

TEST_F(FetchTest, OffsetForLeaderEpochKnowsTheEnd) {
  CreateTopic(client_, topic_);
  Fill(3);
  const auto ask = [&](LeaderEpoch epoch, int32_t partition) {
    protocol::OffsetForLeaderEpochRequest request;
    request.replica_id = -1;
    auto& topic = request.topics.emplace_back();
    topic.topic = topic_;
    auto& wanted = topic.partitions.emplace_back();
    wanted.partition = partition;
    wanted.leader_epoch = epoch;
    return client_.Call<protocol::OffsetForLeaderEpochResponse>(request, 4)
        .topics.at(0)
        .partitions.at(0);
  };
  EXPECT_EQ(ask(0, 0).end_offset, 3);
  EXPECT_EQ(ask(0, 0).leader_epoch, 0);
  EXPECT_EQ(ask(5, 0).end_offset, -1);
  EXPECT_EQ(ask(5, 0).leader_epoch, -1);
  EXPECT_EQ(ask(0, 9).error_code, ErrorCode::kUnknownTopicOrPartition);
}

class FetchSessionTest : public FetchTest {
 protected:
  FetchResponse Ask(int32_t session, int32_t epoch, bool with_topic, Offset offset = 0) {
    FetchRequest request = FetchOf(topic_, offset);
    request.session_id = session;
    request.session_epoch = epoch;
    if (!with_topic) request.topics.clear();
    return client_.Call<FetchResponse>(request, 12);
  }
};

TEST_F(FetchSessionTest, AnIncrementalFetchContainsOnlyWhatChanged) {
  CreateTopic(client_, topic_);
  Fill(1);
  const auto full = Ask(0, 0, true);
  ASSERT_NE(full.session_id, 0);
  EXPECT_EQ(RecordsOf(full.responses.at(0).partitions.at(0)).size(), 1u);
  const auto moved = Ask(full.session_id, 1, true, 1);
  EXPECT_EQ(moved.error_code, ErrorCode::kNone);
  EXPECT_TRUE(moved.responses.empty());
  WireClient producer(SharedBrokerPort());
  Produce(producer, topic_, MakeBatch("new"));
  const auto news = Ask(full.session_id, 2, false);
  ASSERT_EQ(news.responses.size(), 1u);
  EXPECT_EQ(RecordsOf(news.responses[0].partitions.at(0)).at(0).value, "new");
}

TEST_F(FetchSessionTest, AnUnknownSessionAndAWrongEpochAreRefused) {
  CreateTopic(client_, topic_);
  const auto unknown = Ask(123'456'789, 1, false);
  EXPECT_EQ(unknown.error_code, ErrorCode::kFetchSessionIdNotFound);
  EXPECT_TRUE(unknown.responses.empty());
  const auto full = Ask(0, 0, true);
  EXPECT_EQ(Ask(full.session_id, 5, false).error_code, ErrorCode::kInvalidFetchSessionEpoch);
  EXPECT_EQ(Ask(full.session_id, 1, false).error_code, ErrorCode::kNone);
}

TEST_F(FetchSessionTest, AClosedSessionIsGone) {
  CreateTopic(client_, topic_);
  const auto full = Ask(0, 0, true);
  EXPECT_EQ(Ask(full.session_id, -1, true).session_id, 0);
  EXPECT_EQ(Ask(full.session_id, 1, false).error_code, ErrorCode::kFetchSessionIdNotFound);
}

TEST_F(FetchSessionTest, WithoutSessionNoneIsMade) {
  CreateTopic(client_, topic_);
  EXPECT_EQ(Ask(0, -1, true).session_id, 0);
}

TEST_F(FetchSessionTest, AForgottenPartitionIsNotFetched) {
  CreateTopic(client_, topic_, 2);
  FetchRequest request = FetchOf(topic_, 0);
  request.topics[0].partitions.push_back(request.topics[0].partitions[0]);
  request.topics[0].partitions[1].partition = 1;
  request.session_epoch = 0;
  const auto full = client_.Call<FetchResponse>(request, 12);
  Fill(1);
  request.topics.clear();
  request.session_id = full.session_id;
  request.session_epoch = 1;
  request.forgotten_topics_data.push_back({topic_, {}, {0}});
  EXPECT_TRUE(client_.Call<FetchResponse>(request, 12).responses.empty());
}

}  // namespace
}  // namespace monkafka::e2e
