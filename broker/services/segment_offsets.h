// What ListOffsets version 0 finds: where segments begin, not where records are.
#pragma once

#include <vector>

#include "common/result.h"
#include "common/types.h"
#include "storage/partition_log.h"

namespace monkafka::services {

// The latest `max_offsets` of the log's segment offsets (in order) that `timestamp` allows, latest
// first: -1 all, -2 the first alone, else those that were last written no later than it.
// UNKNOWN_SERVER_ERROR for a negative count. Source: Kafka 3.9's UnifiedLog.
Result<std::vector<Offset>> SelectSegmentOffsets(
    const std::vector<storage::SegmentOffset>& segments, TimestampMs timestamp,
    int32_t max_offsets);

}  // namespace monkafka::services
