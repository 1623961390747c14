// Finds a partition that this broker leads, or says why it is not here.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string_view>

#include "cluster/cluster.h"

namespace monkafka::services {

using LedPartition = std::expected<std::shared_ptr<cluster::Partition>, ErrorCode>;

// UNKNOWN_TOPIC_OR_PARTITION, or NOT_LEADER_OR_FOLLOWER when another broker leads it.
LedPartition FindLed(const cluster::Cluster& cluster, std::string_view topic, int32_t partition);
// The same by id; UNKNOWN_TOPIC_ID when no topic has it.
LedPartition FindLed(const cluster::Cluster& cluster, const Uuid& topic_id, int32_t partition);

}  // namespace monkafka::services
