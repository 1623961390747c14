// What can be wrong inside one batch: its checksum, and what it says of its records.
#pragma once

#include <optional>
#include <string>

#include "records/batch.h"
#include "storage/inspect/anomaly.h"

namespace monkafka::storage {

struct BatchDefectFound {
  AnomalyKind kind = AnomalyKind::kBadCrc;
  std::string message;
};

// The first thing that is wrong with a whole batch; nullopt: nothing. `compacted`: records may have
// been removed from it. Without `check_records` the records themselves are not looked at.
std::optional<BatchDefectFound> CheckBatch(const records::BatchView& batch, bool compacted,
                                           bool check_records);

}  // namespace monkafka::storage
