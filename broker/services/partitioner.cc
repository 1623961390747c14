#include "services/partitioner.h"

namespace monkafka::services {

uint32_t Murmur2(Bytes key) {
  constexpr uint32_t kSeed = 0x9747b28c;
  constexpr uint32_t kMultiplier = 0x5bd1e995;
  constexpr int kShift = 24;
  uint32_t hash = kSeed ^ static_cast<uint32_t>(key.size());
  while (key.size() >= 4) {
    uint32_t word =
        key[0] | uint32_t{key[1]} << 8 | uint32_t{key[2]} << 16 | uint32_t{key[3]} << 24;
    word *= kMultiplier;
    word ^= word >> kShift;
    word *= kMultiplier;
    hash = hash * kMultiplier ^ word;
    key = key.subspan(4);
  }
  if (key.size() == 3) hash ^= uint32_t{key[2]} << 16;
  if (key.size() >= 2) hash ^= uint32_t{key[1]} << 8;
  if (!key.empty()) hash = (hash ^ key[0]) * kMultiplier;
  hash ^= hash >> 13;
  hash *= kMultiplier;
  return hash ^ hash >> 15;
}

int32_t PartitionOfKey(Bytes key, int32_t partitions) {
  return static_cast<int32_t>(Murmur2(key) & 0x7fffffff) % partitions;
}

}  // namespace monkafka::services
