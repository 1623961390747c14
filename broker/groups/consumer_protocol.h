// What consumers put into the opaque bytes of JoinGroup and SyncGroup, as far as a broker looks at
// it: the topics a member subscribes to (for OffsetDelete and expiry) and its partitions (for
// operators). Only the fields of version 0 are read, which begin every later version too.
// Source: KIP-429 and Kafka's ConsumerProtocolSubscription and ConsumerProtocolAssignment.
//
//   subscription  INT16 version | topics: array of string | user data: nullable bytes | ...
//   assignment    INT16 version | array of { topic string, array of INT32 } | user data | ...
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/bytes.h"
#include "common/types.h"

namespace monkafka::groups {

inline constexpr std::string_view kConsumerProtocolType = "consumer";

// Views of `subscription`; nullopt when it is none.
std::optional<std::vector<std::string_view>> ParseSubscribedTopics(Bytes subscription);

// nullopt when it is none. Empty bytes are a member without partitions.
std::optional<std::vector<TopicPartition>> ParseAssignedPartitions(Bytes assignment);

}  // namespace monkafka::groups
