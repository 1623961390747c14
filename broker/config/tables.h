// The two tables of settings, the only place where a key's name, type, default and documentation
// stand. Names and defaults are Kafka's; a key of ours begins with "monkafka.".
#pragma once

#include <span>
#include <string_view>

#include "services/config_definition.h"

namespace monkafka::config {

std::span<const services::ConfigDefinition> TopicTable();   // sorted by name
std::span<const services::ConfigDefinition> BrokerTable();  // sorted by name

// Broker keys of Apache Kafka that a server.properties may hold and that mean nothing here (its
// thread pools, its controller quorum): accepted with one line that says so.
std::span<const std::string_view> KafkaKeysWithoutEffect();

const services::ConfigDefinition* Find(std::span<const services::ConfigDefinition> table,
                                       std::string_view name);

}  // namespace monkafka::config
