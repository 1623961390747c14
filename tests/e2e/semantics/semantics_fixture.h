// One broker for all tests of a binary; each test uses topics and groups of its own. With
// MONKAFKA_E2E_PORT the tests talk to whatever listens there instead, and those that start brokers
// of their own are skipped; see broker_process.h for running all of them against Apache Kafka.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <ostream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "e2e/semantics/broker_process.h"
#include "e2e/semantics/wire_client.h"
#include "protocol/metadata.h"
#include "protocol/topics.h"

namespace monkafka {

// How GoogleTest shows it.
inline void PrintTo(ErrorCode code, std::ostream* out) { *out << ErrorName(code); }

}  // namespace monkafka

namespace monkafka::e2e {

// The port of the shared broker; started at the first call.
int SharedBrokerPort();

// A name no other test uses: "<test suite>-<test>-<counter>".
std::string UniqueName();

// Asks again and again until it holds; false when it still does not at the deadline.
template <class Condition>
bool Eventually(Condition holds, std::chrono::milliseconds within = std::chrono::seconds(30)) {
  const auto deadline = std::chrono::steady_clock::now() + within;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

struct TopicConfig {
  std::string name;
  std::string value;
};

// Creates it through CreateTopics v7 and waits until its leaders serve. Returns its id.
Uuid CreateTopic(WireClient& client, const std::string& topic, int partitions = 1,
                 const std::vector<TopicConfig>& configs = {});

// For what Apache Kafka does not do, so that nobody can check it there.
#define MONKAFKA_SKIP_AGAINST_APACHE_KAFKA(why) \
  if (AgainstApacheKafka()) GTEST_SKIP() << (why)
// For what Apache Kafka 3.9 does, and 4 does not any more.
#define MONKAFKA_SKIP_AGAINST_APACHE_KAFKA_4(why) \
  if (AgainstApacheKafka4()) GTEST_SKIP() << (why)

// Until the broker leads the topic's first partition again.
void AwaitLeader(WireClient& client, const std::string& topic);

class SemanticsTest : public ::testing::Test {
 protected:
  SemanticsTest() : client_(SharedBrokerPort()), topic_(UniqueName()) {}

  WireClient client_;
  const std::string topic_;
};

// For tests that start, stop and crash brokers of their own.
class OwnBrokerTest : public ::testing::Test {
 protected:
  void SetUp() override;  // skips when the tests talk to a broker they cannot start
};

}  // namespace monkafka::e2e
