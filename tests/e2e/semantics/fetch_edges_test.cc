// Sections "Fetch", "Fetch sessions" and "ListOffsets" of Kafka's behaviour: the rarer cases.
#include <string>
#include <vector>

#include "e2e/semantics/data_client.h"
#include "e2e/semantics/semantics_fixture.h"

namespace monkafka::e2e {
namespace {

using protocol::FetchRequest;
using protocol::FetchResponse;
using protocol::ListOffsetsRequest;
using protocol::ListOffsetsResponse;

class FetchEdgesTest : public SemanticsTest {
 protected:
  void Fill(int batches) {
    for (int i = 0; i < batches; ++i) Produce(client_, topic_, MakeBatch("x"));
  }
};

TEST_F(FetchEdgesTest, WithoutPartitionsNothingIsWaitedFor) {
  FetchRequest request;
  request.max_wait_ms = 30'000;
  request.min_bytes = 1;
  const int32_t id = client_.Send(request, 12);
  EXPECT_TRUE(client_.Readable(std::chrono::seconds(15)));
  EXPECT_TRUE(client_.Receive<FetchResponse>(id, 12).responses.empty());
}

TEST_F(FetchEdgesTest, ALongPollHoldsBackTheAnswersBehindIt) {
  CreateTopic(client_, topic_);
  FetchArguments arguments;
  arguments.max_wait_ms = 300;
  const int32_t fetch = client_.Send(FetchOf(topic_, 0, arguments), 12);
  protocol::MetadataRequest request;
  request.topics.emplace();
  const int32_t metadata = client_.Send(request, 9);
  EXPECT_EQ(client_.Receive<FetchResponse>(fetch, 12).error_code, ErrorCode::kNone);
  EXPECT_FALSE(client_.Receive<protocol::MetadataResponse>(metadata, 9).brokers.empty());
}

TEST_F(FetchEdgesTest, AnEpochThatEndedBeforeTheOffsetDiverges) {
  CreateTopic(client_, topic_);
  Fill(3);
  FetchArguments arguments;
  arguments.last_fetched_epoch = 0;
  const auto beyond = Fetch(client_, topic_, 100, arguments);
  EXPECT_EQ(beyond.error_code, ErrorCode::kNone);
  EXPECT_EQ(beyond.diverging_epoch, (FetchResponse::EpochEndOffset{0, 3}));
  EXPECT_TRUE(BytesOf(beyond).empty());
  const auto inside = Fetch(client_, topic_, 2, arguments);
  EXPECT_EQ(inside.diverging_epoch, (FetchResponse::EpochEndOffset{-1, -1}));
  EXPECT_EQ(RecordsOf(inside).size(), 1u);
}

TEST_F(FetchEdgesTest, PartitionLimitsHoldForEachPartition) {
  CreateTopic(client_, topic_, 2);
  for (const int32_t partition : {0, 1}) {
    ProduceArguments arguments;
    arguments.partition = partition;
    for (int i = 0; i < 10; ++i) {
      Produce(client_, topic_, MakeBatch(std::string(1'000, 'x')), arguments);
    }
  }
  FetchArguments arguments;
  arguments.partition_max_bytes = 3'500;
  FetchRequest request = FetchOf(topic_, 0, arguments);
  request.topics[0].partitions.push_back(request.topics[0].partitions[0]);
  request.topics[0].partitions[1].partition = 1;
  const auto answer = client_.Call<FetchResponse>(request, 12);
  for (const auto& partition : answer.responses.at(0).partitions) {
    // Apache Kafka may add the beginning of the batch that does not fit.
    EXPECT_GE(BytesOf(partition).size(), 3'000u);
    EXPECT_LE(BytesOf(partition).size(), 3'500u);
  }
}

class FetchSessionEdgesTest : public FetchEdgesTest {
 protected:
  // `offsets`: of partitions 0, 1, ...; empty: only what the session has.
  FetchResponse Ask(int32_t session, int32_t epoch, const std::vector<Offset>& offsets = {}) {
    FetchRequest request = FetchOf(topic_, 0);
    request.session_id = session;
    request.session_epoch = epoch;
    const auto one = request.topics[0].partitions[0];
    request.topics[0].partitions.clear();
    for (size_t i = 0; i < offsets.size(); ++i) {
      auto& partition = request.topics[0].partitions.emplace_back(one);
      partition.partition = static_cast<int32_t>(i);
      partition.fetch_offset = offsets[i];
    }
    if (offsets.empty()) request.topics.clear();
    return client_.Call<FetchResponse>(request, 12);
  }
};

TEST_F(FetchSessionEdgesTest, AFullFetchOfASessionClosesItAndOpensAnother) {
  CreateTopic(client_, topic_);
  const int32_t first = Ask(0, 0, {0}).session_id;
  ASSERT_NE(first, 0);
  const int32_t second = Ask(first, 0, {0}).session_id;
  EXPECT_NE(second, 0);
  EXPECT_NE(second, first);
  EXPECT_EQ(Ask(first, 1).error_code, ErrorCode::kFetchSessionIdNotFound);
  EXPECT_EQ(Ask(second, 1).error_code, ErrorCode::kNone);
}

TEST_F(FetchSessionEdgesTest, EveryFetchNeedsTheNextEpoch) {
  CreateTopic(client_, topic_);
  const int32_t session = Ask(0, 0, {0}).session_id;
  for (int32_t epoch = 1; epoch <= 5; ++epoch) {
    const auto answer = Ask(session, epoch);
    EXPECT_EQ(answer.error_code, ErrorCode::kNone);
    EXPECT_EQ(answer.session_id, session);
    EXPECT_EQ(Ask(session, epoch).error_code, ErrorCode::kInvalidFetchSessionEpoch);
  }
}

TEST_F(FetchSessionEdgesTest, APartitionWithAnErrorIsToldAgainAndAgain) {
  CreateTopic(client_, topic_);
  const auto full = Ask(0, 0, {0, 0});  // there is no partition 1
  ASSERT_NE(full.session_id, 0);
  EXPECT_EQ(full.responses.at(0).partitions.size(), 2u);
  for (int32_t epoch = 1; epoch <= 2; ++epoch) {
    const auto answer = Ask(full.session_id, epoch);
    ASSERT_EQ(answer.responses.size(), 1u) << epoch;
    ASSERT_EQ(answer.responses[0].partitions.size(), 1u);
    EXPECT_EQ(answer.responses[0].partitions[0].partition_index, 1);
    EXPECT_EQ(answer.responses[0].partitions[0].error_code, ErrorCode::kUnknownTopicOrPartition);
  }
}

TEST_F(FetchSessionEdgesTest, AnOffsetOutOfRangeIsToldAndThenTheRecordsOfTheRightOne) {
  CreateTopic(client_, topic_);
  Fill(2);
  const auto full = Ask(0, 0, {50});
  EXPECT_EQ(full.responses.at(0).partitions.at(0).error_code, ErrorCode::kOffsetOutOfRange);
  const auto right = Ask(full.session_id, 1, {2});
  // Nothing to read there, but the high watermark was not told yet.
  ASSERT_EQ(right.responses.size(), 1u);
  EXPECT_EQ(right.responses[0].partitions.at(0).error_code, ErrorCode::kNone);
  EXPECT_EQ(right.responses[0].partitions[0].high_watermark, 2);
  EXPECT_TRUE(Ask(full.session_id, 2).responses.empty());
}

TEST_F(FetchSessionEdgesTest, ANewLogStartIsTold) {
  CreateTopic(client_, topic_);
  Fill(3);
  const int32_t session = Ask(0, 0, {3}).session_id;
  EXPECT_TRUE(Ask(session, 1).responses.empty());
  protocol::DeleteRecordsRequest trim;
  trim.timeout_ms = 10'000;
  trim.topics.push_back({topic_, {{0, 2}}});
  ASSERT_EQ(client_.Call<protocol::DeleteRecordsResponse>(trim, 2)
                .topics.at(0)
                .partitions.at(0)
                .error_code,
            ErrorCode::kNone);
  const auto answer = Ask(session, 2);
  ASSERT_EQ(answer.responses.size(), 1u);
  EXPECT_EQ(answer.responses[0].partitions.at(0).log_start_offset, 2);
  EXPECT_TRUE(Ask(session, 3).responses.empty());
}

TEST_F(FetchSessionEdgesTest, PartitionsMayBeAdded) {
  CreateTopic(client_, topic_, 2);
  const int32_t session = Ask(0, 0, {0}).session_id;
  const auto added = Ask(session, 1, {0, 0});
  ASSERT_EQ(added.responses.size(), 1u);
  ASSERT_EQ(added.responses[0].partitions.size(), 1u);
  EXPECT_EQ(added.responses[0].partitions[0].partition_index, 1);
  ProduceArguments second;
  second.partition = 1;
  Produce(client_, topic_, MakeBatch("new"), second);
  const auto news = Ask(session, 2);
  EXPECT_EQ(RecordsOf(news.responses.at(0).partitions.at(0)).at(0).value, "new");
}

TEST_F(FetchSessionEdgesTest, ASessionThatHasNoPartitionLeftIsDropped) {
  CreateTopic(client_, topic_);
  const int32_t session = Ask(0, 0, {0}).session_id;
  FetchRequest request = FetchOf(topic_, 0);
  request.topics.clear();
  request.session_id = session;
  request.session_epoch = 1;
  request.forgotten_topics_data.push_back({topic_, {}, {0}});
  const auto answer = client_.Call<FetchResponse>(request, 12);
  EXPECT_EQ(answer.error_code, ErrorCode::kNone);
  EXPECT_EQ(answer.session_id, 0);
  EXPECT_EQ(Ask(session, 2).error_code, ErrorCode::kFetchSessionIdNotFound);
}

TEST_F(FetchSessionEdgesTest, ASessionIsByNamesOrByIds) {
  const Uuid id = CreateTopic(client_, topic_);
  const int32_t by_name = Ask(0, 0, {0}).session_id;
  FetchRequest request = FetchOf(topic_, 0);
  request.topics[0].topic_id = id;
  request.session_id = by_name;
  request.session_epoch = 1;
  EXPECT_EQ(client_.Call<FetchResponse>(request, 13).error_code,
            ErrorCode::kFetchSessionTopicIdError);
  request.session_id = 0;
  request.session_epoch = 0;
  const int32_t by_id = client_.Call<FetchResponse>(request, 13).session_id;
  ASSERT_NE(by_id, 0);
  EXPECT_EQ(Ask(by_id, 1, {0}).error_code, ErrorCode::kFetchSessionTopicIdError);
}

TEST_F(FetchSessionEdgesTest, ATopicMadeAnewHasAnotherIdInASession) {
  const Uuid old_id = CreateTopic(client_, topic_);
  FetchRequest request = FetchOf(topic_, 0);
  request.topics[0].topic_id = old_id;
  request.session_epoch = 0;
  const int32_t session = client_.Call<FetchResponse>(request, 13).session_id;
  ASSERT_NE(session, 0);
  protocol::DeleteTopicsRequest remove;
  remove.timeout_ms = 10'000;
  remove.topics.emplace_back().name = topic_;
  ASSERT_EQ(client_.Call<protocol::DeleteTopicsResponse>(remove, 6).responses.at(0).error_code,
            ErrorCode::kNone);
  CreateTopic(client_, topic_);
  request.topics.clear();
  request.session_id = session;
  request.session_epoch = 1;
  const auto answer = client_.Call<FetchResponse>(request, 13);
  EXPECT_EQ(answer.error_code, ErrorCode::kNone);
  const auto& partition = answer.responses.at(0).partitions.at(0);
  EXPECT_TRUE(partition.error_code == ErrorCode::kInconsistentTopicId ||
              partition.error_code == ErrorCode::kUnknownTopicId)
      << ErrorName(partition.error_code);
}

// ListOffsets.

TEST_F(FetchEdgesTest, SpecialOffsetsNeedTheVersionThatBroughtThem) {
  CreateTopic(client_, topic_);
  Fill(1);
  for (const auto& [offset, since] : std::vector<std::pair<TimestampMs, int16_t>>{
           {-3, int16_t{7}}, {-4, int16_t{8}}, {-5, int16_t{9}}}) {
    for (int16_t version = 1; version <= 9; ++version) {
      EXPECT_EQ(ListOffset(client_, topic_, offset, version).error_code,
                version < since ? ErrorCode::kUnsupportedVersion : ErrorCode::kNone)
          << offset << " v" << version;
    }
  }
}

TEST_F(FetchEdgesTest, AnEmptyLogHasNoLargestTimestampButABeginning) {
  CreateTopic(client_, topic_);
  for (const TimestampMs none : {-3, 0, 1000}) {
    const auto found = ListOffset(client_, topic_, none);
    EXPECT_EQ(found.error_code, ErrorCode::kNone) << none;
    EXPECT_EQ(found.offset, -1) << none;
    EXPECT_EQ(found.timestamp, -1) << none;
    EXPECT_EQ(found.leader_epoch, -1) << none;
  }
  EXPECT_EQ(ListOffset(client_, topic_, -4).offset, 0);
  EXPECT_EQ(ListOffset(client_, topic_, -1).leader_epoch, 0);
}

TEST_F(FetchEdgesTest, WithoutTransactionsCommittedIsAll) {
  CreateTopic(client_, topic_);
  Fill(3);
  EXPECT_EQ(ListOffset(client_, topic_, -1, 9, /*isolation_level=*/1).offset, 3);
}

TEST_F(FetchEdgesTest, ListOffsetsChecksTheLeadersEpochAndCreatesNothing) {
  const auto ask = [&](LeaderEpoch epoch) {
    ListOffsetsRequest request;
    request.replica_id = -1;
    auto& topic = request.topics.emplace_back();
    topic.name = topic_;
    topic.partitions.push_back({0, epoch, -1, 1});
    return client_.Call<ListOffsetsResponse>(request, 9).topics.at(0).partitions.at(0).error_code;
  };
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ask(-1), ErrorCode::kUnknownTopicOrPartition);
  CreateTopic(client_, topic_);
  EXPECT_EQ(ask(0), ErrorCode::kNone);
  EXPECT_EQ(ask(1'000), ErrorCode::kUnknownLeaderEpoch);
}

}  // namespace
}  // namespace monkafka::e2e
