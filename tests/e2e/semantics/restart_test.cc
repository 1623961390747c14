// What survives the end of a broker, orderly or by kill -9: records, producers' state, leader
// epochs.
#include <set>
#include <string>
#include <vector>

#include "e2e/semantics/data_client.h"
#include "e2e/semantics/restart_fixture.h"
#include "protocol/offset_for_leader_epoch.h"
#include "protocol/producers.h"

namespace monkafka::e2e {
namespace {

using protocol::InitProducerIdRequest;
using protocol::InitProducerIdResponse;
using protocol::MetadataRequest;
using protocol::MetadataResponse;

class RestartTest : public RestartFixture {
 protected:
  static protocol::ProduceResponse::Partition Send(WireClient& client, int32_t sequence,
                                                   ProducerEpoch epoch = 2) {
    records::BatchOptions options;
    options.producer_id = 4711;
    options.producer_epoch = epoch;
    options.base_sequence = sequence;
    // As new as they are: what a producer sent long ago makes nobody remember it.
    return Produce(client, "t", MakeBatch({{"k", "v", Now()}}, options));
  }

  static LeaderEpoch EpochOf(WireClient& client) {
    MetadataRequest request;
    request.topics.emplace(1).front().name = "t";
    return client.Call<MetadataResponse>(request, 12).topics.at(0).partitions.at(0).leader_epoch;
  }
};

TEST_P(RestartTest, ProducersAreKnownAsBefore) {
  WireClient before(broker_.port());
  CreateTopic(before, "t");
  for (int32_t i = 0; i < 7; ++i) ASSERT_EQ(Send(before, i).base_offset, i);
  Restart();
  WireClient client(broker_.port());
  AwaitLeader(client, "t");
  const auto again = Send(client, 6);  // of the five before it, snapshots know nothing
  EXPECT_EQ(again.error_code, ErrorCode::kNone);
  EXPECT_EQ(again.base_offset, 6);
  EXPECT_EQ(Send(client, 8).error_code, ErrorCode::kOutOfOrderSequenceNumber);
  EXPECT_EQ(Send(client, 7, 1).error_code, ErrorCode::kInvalidProducerEpoch);
  EXPECT_EQ(Send(client, 7).base_offset, 7);
  EXPECT_EQ(RecordsOf(Fetch(client, "t", 0)).size(), 8u);
}

TEST_P(RestartTest, ProducerIdsAreNotGivenOutAgain) {
  std::set<ProducerId> given;
  for (int round = 0; round < 3; ++round) {
    WireClient client(broker_.port());
    for (int i = 0; i < 20; ++i) {
      InitProducerIdResponse answer;
      ASSERT_TRUE(Eventually([&] {
        answer = client.Call<InitProducerIdResponse>(InitProducerIdRequest(), 4);
        return answer.error_code == ErrorCode::kNone;
      }));
      EXPECT_TRUE(given.insert(answer.producer_id).second) << answer.producer_id;
    }
    Restart();
  }
}

TEST_P(RestartTest, DeletedRecordsStayDeleted) {
  if (GetParam() == Ending::kKilled) {
    MONKAFKA_SKIP_AGAINST_APACHE_KAFKA("which makes the log start durable once a minute");
  }
  WireClient before(broker_.port());
  CreateTopic(before, "t");
  for (int i = 0; i < 5; ++i) Produce(before, "t", MakeBatch("x"));
  protocol::DeleteRecordsRequest request;
  request.timeout_ms = 10'000;
  request.topics.push_back({"t", {{0, 3}}});
  ASSERT_EQ(before.Call<protocol::DeleteRecordsResponse>(request, 2)
                .topics.at(0)
                .partitions.at(0)
                .error_code,
            ErrorCode::kNone);
  Restart();
  WireClient client(broker_.port());
  AwaitLeader(client, "t");
  EXPECT_EQ(ListOffset(client, "t", -2).offset, 3);
  EXPECT_EQ(ListOffset(client, "t", -1).offset, 5);
  EXPECT_EQ(Fetch(client, "t", 2).error_code, ErrorCode::kOffsetOutOfRange);
}

TEST_P(RestartTest, DeletedTopicsStayDeletedAndTheRestIsAsBefore) {
  WireClient before(broker_.port());
  CreateTopic(before, "t", 2, {{"retention.ms", "123456789"}});
  CreateTopic(before, "gone");
  Produce(before, "gone", MakeBatch("x"));
  protocol::DeleteTopicsRequest remove;
  remove.timeout_ms = 10'000;
  remove.topics.emplace_back().name = "gone";
  ASSERT_EQ(before.Call<protocol::DeleteTopicsResponse>(remove, 6).responses.at(0).error_code,
            ErrorCode::kNone);
  MetadataRequest all;
  all.topics.reset();
  const auto described = before.Call<MetadataResponse>(all, 12);
  Restart();
  WireClient client(broker_.port());
  AwaitLeader(client, "t");
  const auto again = client.Call<MetadataResponse>(all, 12);
  EXPECT_EQ(again.cluster_id, described.cluster_id);
  EXPECT_EQ(again.controller_id, described.controller_id);
  ASSERT_EQ(again.topics.size(), 1u);
  EXPECT_EQ(again.topics[0].name, "t");
  EXPECT_EQ(again.topics[0].partitions.size(), 2u);
}

// A start begins another leader epoch; the one before it is fenced and has an end.
TEST_P(RestartTest, AnOlderLeaderEpochIsFencedAndHasAnEnd) {
  if (GetParam() == Ending::kKilled) {
    MONKAFKA_SKIP_AGAINST_APACHE_KAFKA("which goes on in the same epoch when it is back quickly");
  }
  WireClient before(broker_.port());
  CreateTopic(before, "t");
  for (int i = 0; i < 3; ++i) Produce(before, "t", MakeBatch("old"));
  const LeaderEpoch old_epoch = EpochOf(before);
  Restart();
  WireClient client(broker_.port());
  AwaitLeader(client, "t");
  const LeaderEpoch epoch = EpochOf(client);
  ASSERT_GT(epoch, old_epoch);
  for (int i = 0; i < 2; ++i) Produce(client, "t", MakeBatch("new"));

  FetchArguments arguments;
  arguments.current_leader_epoch = old_epoch;
  EXPECT_EQ(Fetch(client, "t", 0, arguments).error_code, ErrorCode::kFencedLeaderEpoch);
  arguments.current_leader_epoch = epoch + 1;
  EXPECT_EQ(Fetch(client, "t", 0, arguments).error_code, ErrorCode::kUnknownLeaderEpoch);
  arguments.current_leader_epoch = epoch;
  EXPECT_EQ(RecordsOf(Fetch(client, "t", 0, arguments)).size(), 5u);

  const auto end_of = [&](LeaderEpoch asked, LeaderEpoch current) {
    protocol::OffsetForLeaderEpochRequest request;
    request.replica_id = -1;
    auto& topic = request.topics.emplace_back();
    topic.topic = "t";
    auto& partition = topic.partitions.emplace_back();
    partition.leader_epoch = asked;
    partition.current_leader_epoch = current;
    return client.Call<protocol::OffsetForLeaderEpochResponse>(request, 4)
        .topics.at(0)
        .partitions.at(0);
  };
  EXPECT_EQ(end_of(old_epoch, epoch).end_offset, 3);
  EXPECT_EQ(end_of(old_epoch, epoch).leader_epoch, old_epoch);
  EXPECT_EQ(end_of(epoch, -1).end_offset, 5);
  EXPECT_EQ(end_of(old_epoch, old_epoch).error_code, ErrorCode::kFencedLeaderEpoch);
  EXPECT_EQ(end_of(old_epoch, epoch + 1).error_code, ErrorCode::kUnknownLeaderEpoch);

  // A reader that took offset 4 from the old epoch read something that is not there any more.
  FetchArguments diverged;
  diverged.last_fetched_epoch = old_epoch;
  const auto answer = Fetch(client, "t", 4, diverged);
  EXPECT_EQ(answer.diverging_epoch, (protocol::FetchResponse::EpochEndOffset{old_epoch, 3}));
  EXPECT_EQ(ListOffset(client, "t", -2).leader_epoch, old_epoch);
  EXPECT_EQ(ListOffset(client, "t", -1).leader_epoch, epoch);
}

INSTANTIATE_TEST_SUITE_P(, RestartTest, ::testing::Values(Ending::kOrderly, Ending::kKilled),
                         NameOf);

}  // namespace
}  // namespace monkafka::e2e
