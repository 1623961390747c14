#include "e2e/semantics/semantics_fixture.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <stdexcept>

#include "protocol/list_offsets.h"

namespace monkafka::e2e {
namespace {

std::unique_ptr<BrokerProcess> shared_broker;

class StopSharedBroker : public ::testing::Environment {
 public:
  void TearDown() override { shared_broker.reset(); }
};

bool LeadersKnown(WireClient& client, const std::string& topic, size_t partitions) {
  protocol::MetadataRequest request;
  request.topics.emplace(1).front().name = topic;
  request.allow_auto_topic_creation = false;
  const auto answer = client.Call<protocol::MetadataResponse>(request, 9);
  const auto& found = answer.topics.at(0);
  return found.error_code == ErrorCode::kNone && found.partitions.size() == partitions &&
         std::ranges::all_of(found.partitions, [](const auto& p) { return p.leader_id >= 0; });
}

// Apache Kafka names the leaders a little before they serve.
bool LeadersServe(WireClient& client, const std::string& topic, int partitions) {
  protocol::ListOffsetsRequest request;
  request.replica_id = -1;
  auto& wanted = request.topics.emplace_back();
  wanted.name = topic;
  for (int i = 0; i < partitions; ++i) {
    auto& partition = wanted.partitions.emplace_back();
    partition.partition_index = i;
    partition.timestamp = -1;
  }
  const auto answer = client.Call<protocol::ListOffsetsResponse>(request, 5);
  return std::ranges::all_of(answer.topics.at(0).partitions, [](const auto& partition) {
    return partition.error_code == ErrorCode::kNone;
  });
}

}  // namespace

int SharedBrokerPort() {
  if (const char* port = std::getenv("MONKAFKA_E2E_PORT")) return std::atoi(port);
  if (!shared_broker) {
    shared_broker = std::make_unique<BrokerProcess>(
        std::vector<std::string>{"group.initial.rebalance.delay.ms=0",
                                 "group.min.session.timeout.ms=100", "group.max.size=8"});
    ::testing::AddGlobalTestEnvironment(new StopSharedBroker);
  }
  return shared_broker->port();
}

std::string UniqueName() {
  static int counter = 0;
  const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
  return std::string(test->test_suite_name()) + "-" + test->name() + "-" +
         std::to_string(++counter) + "-" +
         std::to_string(::testing::UnitTest::GetInstance()->start_timestamp());
}

Uuid CreateTopic(WireClient& client, const std::string& topic, int partitions,
                 const std::vector<TopicConfig>& configs) {
  protocol::CreateTopicsRequest request;
  auto& wanted = request.topics.emplace_back();
  wanted.name = topic;
  wanted.num_partitions = partitions;
  wanted.replication_factor = 1;
  for (const TopicConfig& config : configs) wanted.configs.push_back({config.name, config.value});
  const auto answer = client.Call<protocol::CreateTopicsResponse>(request, 7);
  const auto& created = answer.topics.at(0);
  if (created.error_code != ErrorCode::kNone) {
    throw std::runtime_error("create " + topic + ": " + std::string(ErrorName(created.error_code)) +
                             " " + created.error_message.value_or(""));
  }
  const bool served = Eventually([&] {
    return LeadersKnown(client, topic, static_cast<size_t>(partitions)) &&
           LeadersServe(client, topic, partitions);
  });
  if (!served) throw std::runtime_error("create " + topic + ": its leaders do not serve");
  return created.topic_id;
}

void AwaitLeader(WireClient& client, const std::string& topic) {
  EXPECT_TRUE(Eventually([&] { return LeadersServe(client, topic, 1); })) << topic;
}

void OwnBrokerTest::SetUp() {
  if (std::getenv("MONKAFKA_E2E_PORT") != nullptr) GTEST_SKIP() << "needs brokers of its own";
}

}  // namespace monkafka::e2e
