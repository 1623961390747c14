// What Kafka's settings change in what clients see: brokers of their own.
#include <chrono>
#include <string>
#include <vector>

#include "e2e/semantics/data_client.h"
#include "e2e/semantics/group_member.h"
#include "e2e/semantics/semantics_fixture.h"
#include "protocol/api_versions.h"

namespace monkafka::e2e {
namespace {

using protocol::FetchRequest;
using protocol::FetchResponse;
using protocol::MetadataRequest;
using protocol::MetadataResponse;
using std::chrono::milliseconds;

class SettingsTest : public OwnBrokerTest {};

protocol::ProduceResponse::Partition ProduceAs(WireClient& client, const std::string& topic,
                                               ProducerId producer, int32_t sequence) {
  records::BatchOptions options;
  options.producer_id = producer;
  options.producer_epoch = 0;
  options.base_sequence = sequence;
  return Produce(client, topic, MakeBatch("x", options));
}

TEST_F(SettingsTest, IdleConnectionsAreClosed) {
  BrokerProcess broker({"connections.max.idle.ms=1000"});
  WireClient idle(broker.port());
  WireClient busy(broker.port());
  MetadataRequest request;
  request.topics.emplace();
  idle.Call<MetadataResponse>(request, 9);
  // For as long as the other needs to be closed, this one asks.
  EXPECT_TRUE(Eventually([&] {
    busy.Call<MetadataResponse>(request, 9);
    return idle.Readable(milliseconds(10));
  }));
  EXPECT_TRUE(idle.ClosedByBroker());
  EXPECT_FALSE(busy.Call<MetadataResponse>(request, 9).brokers.empty());
}

TEST_F(SettingsTest, AConnectionWhoseRequestWaitsIsNotIdle) {
  MONKAFKA_SKIP_AGAINST_APACHE_KAFKA("which closes it all the same");
  BrokerProcess broker({"connections.max.idle.ms=500"});
  WireClient client(broker.port());
  CreateTopic(client, "t");
  FetchArguments arguments;
  arguments.max_wait_ms = 2'000;
  EXPECT_EQ(Fetch(client, "t", 0, arguments).error_code, ErrorCode::kNone);
}

TEST_F(SettingsTest, DeletionOfTopicsCanBeDisabled) {
  BrokerProcess broker({"delete.topic.enable=false"});
  WireClient client(broker.port());
  CreateTopic(client, "t");
  protocol::DeleteTopicsRequest request;
  request.timeout_ms = 10'000;
  request.topics.emplace_back().name = "t";
  EXPECT_EQ(client.Call<protocol::DeleteTopicsResponse>(request, 6).responses.at(0).error_code,
            ErrorCode::kTopicDeletionDisabled);
  EXPECT_EQ(Produce(client, "t", MakeBatch("x")).error_code, ErrorCode::kNone);
}

TEST_F(SettingsTest, AutomaticCreationCanBeDisabled) {
  BrokerProcess broker({"auto.create.topics.enable=false"});
  WireClient client(broker.port());
  MetadataRequest request;
  request.topics.emplace(1).front().name = "t";
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(client.Call<MetadataResponse>(request, 9).topics.at(0).error_code,
              ErrorCode::kUnknownTopicOrPartition);
  }
}

TEST_F(SettingsTest, TheBrokerLimitsAFetchToo) {
  BrokerProcess broker({"fetch.max.bytes=5000", "max.incremental.fetch.session.cache.slots=0"});
  WireClient client(broker.port());
  CreateTopic(client, "t", 2);
  for (const int32_t partition : {0, 1}) {
    ProduceArguments arguments;
    arguments.partition = partition;
    for (int i = 0; i < 10; ++i) {
      Produce(client, "t", MakeBatch(std::string(1'000, 'x')), arguments);
    }
  }
  const std::string topic = "t";
  FetchRequest request = FetchOf(topic, 0);
  request.session_epoch = 0;  // wants a session, for which there is no place
  request.topics[0].partitions.push_back(request.topics[0].partitions[0]);
  request.topics[0].partitions[1].partition = 1;
  const auto answer = client.Call<FetchResponse>(request, 12);
  size_t bytes = 0;
  for (const auto& partition : answer.responses.at(0).partitions) {
    bytes += BytesOf(partition).size();
  }
  EXPECT_GE(bytes, 3'000u);
  EXPECT_LE(bytes, 5'000u);
  EXPECT_EQ(answer.session_id, 0);
}

TEST_F(SettingsTest, ProducersAreForgottenAfterAWhile) {
  BrokerProcess broker(
      {"producer.id.expiration.ms=200", "producer.id.expiration.check.interval.ms=50"});
  WireClient client(broker.port());
  CreateTopic(client, "t");
  ASSERT_EQ(ProduceAs(client, "t", 7, 0).error_code, ErrorCode::kNone);
  // A gap is refused until nothing is known of the producer.
  EXPECT_TRUE(Eventually([&] {
    std::this_thread::sleep_for(milliseconds(50));
    return ProduceAs(client, "t", 7, 100).error_code == ErrorCode::kNone;
  }));
}

TEST_F(SettingsTest, OffsetsExpire) {
  MONKAFKA_SKIP_AGAINST_APACHE_KAFKA_4("which does not serve version 1 of OffsetCommit");
  BrokerProcess broker({"offsets.retention.check.interval.ms=100",
                        "group.initial.rebalance.delay.ms=0", "group.min.session.timeout.ms=100"});
  WireClient client(broker.port());
  AwaitCoordinator(client, "g");
  CreateTopic(client, "t", 3);
  protocol::OffsetCommitRequest request;
  request.group_id = "g";
  const auto commit = [&](int32_t partition, TimestampMs timestamp, int16_t version) {
    request.topics = {{"t", {}, {{partition, 5, -1, timestamp, ""}}}};
    EXPECT_EQ(client.Call<protocol::OffsetCommitResponse>(request, version)
                  .topics.at(0)
                  .partitions.at(0)
                  .error_code,
              ErrorCode::kNone);
  };
  const auto committed = [&](int32_t partition) {
    return CommittedOffset(client, "g", "t", partition).committed_offset;
  };
  // A week ago and longer: more than offsets.retention.minutes.
  constexpr TimestampMs kLongAgo = 8LL * 24 * 3600 * 1000;
  commit(0, -1, 1);
  commit(1, Now() - kLongAgo, 1);
  request.retention_time_ms = 150;
  commit(2, -1, 2);
  EXPECT_TRUE(Eventually([&] { return committed(1) == -1 && committed(2) == -1; }));
  EXPECT_EQ(committed(0), 5);

  // A group that never was one goes with its last offset.
  request.group_id = "h";
  AwaitCoordinator(client, "h");
  commit(2, -1, 2);
  EXPECT_TRUE(Eventually([&] { return StateOf(client, "h") == "Dead"; }));

  // What members of a group read is kept, however old.
  GroupMember member("m", {}, broker.port());
  member.settings.protocols = {{"range", Subscription({"t"})}};
  AwaitCoordinator(client, "m");
  FormGroup({&member});
  ASSERT_EQ(member.Commit("t", 9), ErrorCode::kNone);
  std::this_thread::sleep_for(milliseconds(300));
  EXPECT_EQ(CommittedOffset(client, "m", "t").committed_offset, 9);
  EXPECT_EQ(member.Leave(), ErrorCode::kNone);
  EXPECT_EQ(CommittedOffset(client, "m", "t").committed_offset, 9);
}

// A joiner extends the wait of those before it, so that a group that starts forms at once.
TEST_F(SettingsTest, EveryJoinerExtendsTheInitialDelayUpToTheRebalanceTimeout) {
  constexpr milliseconds kDelay{1'000};
  BrokerProcess broker({"group.initial.rebalance.delay.ms=1000"});
  WireClient client(broker.port());
  const auto form = [&](const std::string& group, milliseconds rebalance_timeout) {
    AwaitCoordinator(client, group);
    MemberSettings settings;
    settings.rebalance_timeout_ms = static_cast<int32_t>(rebalance_timeout.count());
    GroupMember first(group, settings, broker.port());
    GroupMember second(group, settings, broker.port());
    const auto begin = std::chrono::steady_clock::now();
    first.BeginJoin();
    std::this_thread::sleep_for(kDelay / 2);
    second.BeginJoin();
    EXPECT_EQ(first.EndJoin().generation_id, 1);
    EXPECT_EQ(second.EndJoin().generation_id, 1);
    return std::chrono::steady_clock::now() - begin;
  };
  EXPECT_GE(form("extended", milliseconds(60'000)), 2 * kDelay);
  EXPECT_GE(form("bounded", milliseconds(1'500)), milliseconds(1'500));
}

}  // namespace
}  // namespace monkafka::e2e
