// Which partition a key belongs to, as Kafka's own clients have it: records of one key then meet in
// one partition, whoever sent them.
// Source: Kafka's BuiltInPartitioner and Utils.murmur2.
#pragma once

#include <cstdint>

#include "common/bytes.h"

namespace monkafka::services {

// MurmurHash2, 32 bits, with Kafka's seed.
uint32_t Murmur2(Bytes key);

// `partitions` is at least 1.
int32_t PartitionOfKey(Bytes key, int32_t partitions);

}  // namespace monkafka::services
