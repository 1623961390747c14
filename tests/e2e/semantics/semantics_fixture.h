// One broker for all tests of a binary; each test uses topics and groups of its own. With
// MONKAFKA_E2E_PORT the tests talk to whatever listens there instead (Apache Kafka, to check that a
// test states what Kafka does).
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "e2e/semantics/broker_process.h"
#include "e2e/semantics/wire_client.h"
#include "protocol/metadata.h"
#include "protocol/topics.h"

namespace monkafka::e2e {

// The port of the shared broker; started at the first call.
int SharedBrokerPort();

// A name no other test uses: "<test suite>-<test>-<counter>".
std::string UniqueName();

struct TopicConfig {
  std::string name;
  std::string value;
};

// Creates it through CreateTopics v7 and waits until Metadata names its leaders. Returns its id.
Uuid CreateTopic(WireClient& client, const std::string& topic, int partitions = 1,
                 const std::vector<TopicConfig>& configs = {});

class SemanticsTest : public ::testing::Test {
 protected:
  SemanticsTest() : client_(SharedBrokerPort()), topic_(UniqueName()) {}

  WireClient client_;
  const std::string topic_;
};

}  // namespace monkafka::e2e
