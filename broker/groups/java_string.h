// Strings as Java sees them, where Kafka's behaviour depends on it: which coordinator a group has
// (String.hashCode) and how long an offset's metadata is (String.length). Both count UTF-16 units;
// a byte that is not UTF-8 counts as U+FFFD, as Java decodes it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace monkafka::groups {

int32_t JavaHashCode(std::string_view utf8);
size_t JavaLength(std::string_view utf8);

// abs(hashCode) % partitions, where abs(INT32_MIN) is 0: Kafka's Utils.abs. `partitions` > 0.
int32_t PartitionForKey(std::string_view key, int32_t partitions);

}  // namespace monkafka::groups
