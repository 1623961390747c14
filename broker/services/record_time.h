// When the record that a consumer reads next was written: what lag in seconds is made of.
#pragma once

#include <optional>

#include "common/result.h"
#include "storage/partition_log.h"

namespace monkafka::services {

// The timestamp of the first record (not of a control batch) at or after the offset; of the first
// that is left when the offset lies below the log start. nullopt: there is none. Reads the batch
// from the disk: not for a thread that must not wait.
Result<std::optional<TimestampMs>> TimestampAt(storage::PartitionLog& log, Offset offset);

}  // namespace monkafka::services
