// The settings of the group coordinator with Kafka's defaults; filled from the config table.
// Source: Kafka documentation, "Broker Configs" (group.*, offsets.*, offset.*).
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>

#include "records/codec.h"

namespace monkafka::groups {

struct GroupOptions {
  using Milliseconds = std::chrono::milliseconds;

  Milliseconds min_session_timeout{6'000};                 // group.min.session.timeout.ms
  Milliseconds max_session_timeout{1'800'000};             // group.max.session.timeout.ms
  Milliseconds initial_rebalance_delay{3'000};             // group.initial.rebalance.delay.ms
  int32_t max_size = std::numeric_limits<int32_t>::max();  // group.max.size: members of one group
  // How long a new member's JoinGroup may wait before it is dropped; it is expected to retry.
  // Kafka has no setting for it.
  Milliseconds new_member_join_timeout{300'000};

  int32_t offset_metadata_max_size = 4'096;                    // offset.metadata.max.bytes
  Milliseconds offsets_retention{7LL * 24 * 3600 * 1000};      // offsets.retention.minutes
  Milliseconds offsets_retention_check_interval{600'000};      // ...check.interval.ms
  records::Codec offsets_topic_codec = records::Codec::kNone;  // offsets.topic.compression.codec
  int64_t load_chunk_bytes = 5 << 20;  // offsets.load.buffer.size: read at once

  // After an append failed, a shard answers NOT_COORDINATOR for this long, then loads its state
  // again from the log.
  Milliseconds reload_delay{1'000};
};

}  // namespace monkafka::groups
