#include "services/fetch_session.h"

#include <gtest/gtest.h>

#include "unit/services/fetch_harness.h"

namespace monkafka::services {
namespace {

using protocol::FetchResponse;
using std::chrono::minutes;

class FetchSessionTest : public FetchHarness {
 protected:
  FetchSessionTest() { request.max_wait_ms = 0; }

  // Opens a session with what was asked.
  void Open() {
    request.session_id = 0;
    request.session_epoch = 0;
    EXPECT_TRUE(Send());
    EXPECT_NE(response->session_id, 0);
    request.session_id = response->session_id;
    request.topics.clear();
  }
  // The session's next fetch.
  void Next() {
    ++request.session_epoch;
    EXPECT_TRUE(Send());
    request.topics.clear();
    request.forgotten_topics_data.clear();
  }
  size_t PartitionsSent() const {
    size_t count = 0;
    for (const auto& topic : response->responses) count += topic.partitions.size();
    return count;
  }
};

TEST_F(FetchSessionTest, OpensWithEverythingThenTellsOnlyWhatChanged) {
  Ask("t", 0, 0);
  Ask("t", 1, 0);
  Open();
  EXPECT_EQ(PartitionsSent(), 2u);
  Next();
  EXPECT_EQ(response->error_code, ErrorCode::kNone);
  EXPECT_EQ(response->session_id, request.session_id);
  EXPECT_EQ(PartitionsSent(), 0u);
  Append("t", 1, 10);
  Next();
  EXPECT_EQ(PartitionsSent(), 1u);
  EXPECT_EQ(Answer("t", 1).records->size(), 10);
}

TEST_F(FetchSessionTest, RemembersOffsetsAndTakesNewOnes) {
  Ask("t", 0, 0);
  Open();
  Append("t", 0, 10);
  Next();
  EXPECT_EQ(PartitionsSent(), 1u);
  Ask("t", 0, 1);  // consumed
  Next();
  EXPECT_EQ(PartitionsSent(), 0u);
}

TEST_F(FetchSessionTest, TellsOfANewHighWatermarkAndLogStart) {
  request.isolation_level = 1;
  Ask("t", 0, 0);
  Open();
  Log("t", 0).Put(4, 10);
  Log("t", 0).offsets.last_stable = 0;  // of an open transaction: nothing to read
  Next();
  EXPECT_EQ(Answer("t", 0).high_watermark, 4);
  Next();
  EXPECT_EQ(PartitionsSent(), 0u);
  Log("t", 0).offsets.log_start = 2;
  Ask("t", 0, 3);
  Next();
  EXPECT_EQ(Answer("t", 0).log_start_offset, 2);
}

TEST_F(FetchSessionTest, AfterAnErrorThePartitionIsSentAgain) {
  Ask("t", 0, 9);
  Open();
  EXPECT_EQ(Answer("t", 0).error_code, ErrorCode::kOffsetOutOfRange);
  Next();
  EXPECT_EQ(PartitionsSent(), 1u) << "errors are always sent";
  Ask("t", 0, 0);
  Next();
  ASSERT_EQ(PartitionsSent(), 1u);
  EXPECT_EQ(Answer("t", 0).error_code, ErrorCode::kNone);
  Next();
  EXPECT_EQ(PartitionsSent(), 0u);
}

TEST_F(FetchSessionTest, AddsAndForgetsPartitions) {
  Ask("t", 0, 0);
  Open();
  Ask("t", 1, 0);
  Next();
  EXPECT_NE(Find("t", 1), nullptr);
  request.forgotten_topics_data.push_back({"t", {}, {0}});
  Next();
  Append("t", 0, 10);
  Append("t", 1, 10);
  Next();
  EXPECT_EQ(PartitionsSent(), 1u);
  EXPECT_NE(Find("t", 1), nullptr);
}

TEST_F(FetchSessionTest, AnEmptiedSessionEnds) {
  Ask("t", 0, 0);
  Open();
  const int32_t id = request.session_id;
  request.forgotten_topics_data.push_back({"t", {}, {0}});
  Next();
  EXPECT_EQ(response->error_code, ErrorCode::kNone);
  EXPECT_EQ(response->session_id, 0);
  request.session_id = id;
  Next();
  EXPECT_EQ(response->error_code, ErrorCode::kFetchSessionIdNotFound);
}

TEST_F(FetchSessionTest, UnknownSessionsAndWrongEpochsAreToldWithoutPartitions) {
  Ask("t", 0, 0);
  Open();
  ++request.session_epoch;
  ++request.session_epoch;
  Ask("t", 0, 0);
  ASSERT_TRUE(Send());
  EXPECT_EQ(response->error_code, ErrorCode::kInvalidFetchSessionEpoch);
  EXPECT_TRUE(response->responses.empty());
  request.session_id ^= 1;
  ASSERT_TRUE(Send());
  EXPECT_EQ(response->error_code, ErrorCode::kFetchSessionIdNotFound);
  EXPECT_TRUE(response->responses.empty());
}

TEST_F(FetchSessionTest, EpochMinusOneEndsASessionAndFetchesWithoutOne) {
  Ask("t", 0, 0);
  Open();
  const int32_t id = request.session_id;
  request.session_epoch = -1;
  Ask("t", 1, 0);
  ASSERT_TRUE(Send());
  EXPECT_EQ(response->session_id, 0);
  EXPECT_EQ(PartitionsSent(), 1u);
  request.session_id = id;
  request.session_epoch = 1;
  ASSERT_TRUE(Send());
  EXPECT_EQ(response->error_code, ErrorCode::kFetchSessionIdNotFound);
}

TEST_F(FetchSessionTest, EpochZeroReplacesASession) {
  Ask("t", 0, 0);
  Open();
  const int32_t first = request.session_id;
  request.session_epoch = 0;
  Ask("t", 0, 0);
  ASSERT_TRUE(Send());
  EXPECT_NE(response->session_id, 0);
  EXPECT_NE(response->session_id, first);
  request.session_id = first;
  request.session_epoch = 1;
  ASSERT_TRUE(Send());
  EXPECT_EQ(response->error_code, ErrorCode::kFetchSessionIdNotFound);
}

TEST_F(FetchSessionTest, NamesAndIdsDoNotMix) {
  Ask("t", 0, 0);
  Open();
  version = 13;
  Next();
  EXPECT_EQ(response->error_code, ErrorCode::kFetchSessionTopicIdError);
}

TEST_F(FetchSessionTest, ATopicThatWasCreatedAnewHasAnInconsistentId) {
  version = 13;
  Ask("", 0, 0);
  request.topics[0].topic_id = TopicId(1);
  Open();
  DeleteTopic(cluster, TopicId(1));
  Next();
  EXPECT_EQ(response->responses.at(0).partitions.at(0).error_code,
            ErrorCode::kUnknownTopicOrPartition);
  CreateTopic(cluster, "t", TopicId(2));
  Next();
  ASSERT_EQ(PartitionsSent(), 1u);
  EXPECT_EQ(response->responses.at(0).topic_id, TopicId(1));
  EXPECT_EQ(response->responses.at(0).partitions.at(0).error_code, ErrorCode::kInconsistentTopicId);
}

TEST_F(FetchSessionTest, ASessionByNameFollowsTheName) {
  Ask("t", 0, 0);
  Open();
  DeleteTopic(cluster, TopicId(1));
  CreateTopic(cluster, "t", TopicId(2));
  Append("t", 0, 10);
  Next();
  EXPECT_EQ(Answer("t", 0).error_code, ErrorCode::kNone);
  EXPECT_EQ(Answer("t", 0).records->size(), 10);
}

TEST_F(FetchSessionTest, WhoWasServedGoesToTheEnd) {
  for (const int32_t partition : {0, 1, 2}) {
    Log("t", partition).Put(1, 100);
    Ask("t", partition, 0);
  }
  request.max_bytes = 100;
  Open();
  EXPECT_EQ(Answer("t", 0).records->size(), 100);
  Next();
  EXPECT_EQ(Answer("t", 0).records->size(), 100) << "a new session keeps the order";
  Next();
  EXPECT_EQ(Answer("t", 1).records->size(), 100);
  Next();
  EXPECT_EQ(Answer("t", 2).records->size(), 100);
  Next();
  EXPECT_EQ(Answer("t", 0).records->size(), 100);
}

TEST_F(FetchSessionTest, AWaitingFetchWhoseSessionWentOnIsRefused) {
  Ask("t", 0, 0);
  Open();
  request.max_wait_ms = 500;
  ++request.session_epoch;
  EXPECT_FALSE(Send());
  std::optional<FetchResponse> later;
  protocol::FetchRequest next = request;
  ++next.session_epoch;
  service.Fetch(next, version, executor, [&](FetchResponse r) { later = std::move(r); });
  Append("t", 0, 10);
  executor.RunAll();
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(response->error_code, ErrorCode::kInvalidFetchSessionEpoch);
  ASSERT_TRUE(later.has_value());
  EXPECT_EQ(later->error_code, ErrorCode::kNone);
}

TEST(NextFetchEpochTest, WrapsToOne) {
  EXPECT_EQ(NextFetchEpoch(0), 1);
  EXPECT_EQ(NextFetchEpoch(INT32_MAX), 1);
}

class FetchSessionCacheTest : public testing::Test {
 protected:
  static constexpr auto kLong = FetchSessionCache::kEvictionTime + minutes(1);
  fakes::FakeClock clock;
  FetchSessionCache cache{2, clock};
};

TEST_F(FetchSessionCacheTest, HoldsALimitedNumber) {
  const auto first = cache.Create(false, 10);
  const auto second = cache.Create(false, 10);
  ASSERT_TRUE(first && second);
  EXPECT_NE(first->id, second->id);
  EXPECT_GT(first->id, 0);
  EXPECT_EQ(cache.Create(false, 100), nullptr) << "both are young";
  EXPECT_EQ(cache.size(), 2u);
}

TEST_F(FetchSessionCacheTest, TheLongestUnusedMakesRoom) {
  const auto first = cache.Create(false, 10);
  const auto second = cache.Create(false, 10);
  clock.Advance(std::chrono::duration_cast<std::chrono::milliseconds>(kLong));
  cache.Touch(first->id, 10);
  EXPECT_NE(cache.Create(false, 1), nullptr);
  EXPECT_NE(cache.Find(first->id), nullptr);
  EXPECT_EQ(cache.Find(second->id), nullptr);
}

TEST_F(FetchSessionCacheTest, ALargerSessionReplacesTheSmallestOldOne) {
  const auto small = cache.Create(false, 10);
  const auto large = cache.Create(false, 50);
  clock.Advance(std::chrono::duration_cast<std::chrono::milliseconds>(kLong));
  cache.Touch(small->id, 10);
  cache.Touch(large->id, 50);
  EXPECT_EQ(cache.Create(false, 10), nullptr) << "it must be larger";
  EXPECT_NE(cache.Create(false, 11), nullptr);
  EXPECT_EQ(cache.Find(small->id), nullptr);
  EXPECT_NE(cache.Find(large->id), nullptr);
}

TEST_F(FetchSessionCacheTest, WithoutSlotsThereAreNoSessions) {
  FetchSessionCache none(0, clock);
  EXPECT_EQ(none.Create(false, 10), nullptr);
}

}  // namespace
}  // namespace monkafka::services
