// Finds one offset of one partition by time or by meaning: the log start, the end, the record with
// the largest timestamp. For ListOffsets, the reset of a group's offsets and the admin service.
#pragma once

#include "cluster/partition.h"
#include "common/executor.h"

namespace monkafka::services {

// What a negative timestamp asks for. Source: Kafka's ListOffsetsRequest; KIP-79, KIP-734, KIP-405,
// KIP-1005, KIP-1023.
enum class OffsetSpec : TimestampMs {
  kLatest = -1,
  kEarliest = -2,
  kMaxTimestamp = -3,
  kEarliestLocal = -4,          // the log start, as nothing is kept elsewhere
  kLatestTiered = -5,           // none, likewise
  kEarliestPendingUpload = -6,  // none, likewise
};

// The first record with at least this timestamp, or what OffsetSpec says; the offset is kNoOffset
// when there is none below the end that the reader sees (the last stable offset with
// `read_committed`). `done` runs once, inline or on the worker that finished the search; the
// partition stays alive until then.
void FindOffset(const std::shared_ptr<cluster::Partition>& partition, TimestampMs timestamp,
                bool read_committed, Callback<Result<storage::TimestampedOffset>> done);

}  // namespace monkafka::services
