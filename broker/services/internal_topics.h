// Topics in which the broker keeps its own state (__consumer_offsets, __transaction_state): how
// they are made, and what of them has to stay as it is, for what belongs in which partition depends
// on their number, and nothing but compaction keeps the last state of everything.
//
// Kafka leaves it to its clients not to break these topics; who asks through the admin service is
// told. Pure; threads: any.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "common/result.h"
#include "services/topic_service.h"

namespace monkafka::services {

// A topic as it is made when it is first needed: with the defaults, an internal one with its own.
NewTopic DefaultTopic(const TopicServiceOptions& options, std::string name);

// An internal topic as somebody asks for it, with what it needs; any other as it is asked for.
// POLICY_VIOLATION when the two contradict each other.
Result<NewTopic> CompleteInternalTopic(const TopicServiceOptions& options, NewTopic asked);

// POLICY_VIOLATION when an internal topic would get another number of partitions.
Status CheckInternalPartitions(const cluster::TopicImage& topic, int32_t count);

// POLICY_VIOLATION when an internal topic would lose its cleanup.policy. nullopt: removed.
// `replace`: overrides that are not in `configs` are removed.
Status CheckInternalConfigs(std::string_view topic,
                            const std::map<std::string, std::optional<std::string>>& configs,
                            bool replace);

}  // namespace monkafka::services
