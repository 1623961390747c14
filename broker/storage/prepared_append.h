// An append on its way through a log: what was validated outside of the lock, and what the lock's
// holder adds.
#pragma once

#include <boost/container/small_vector.hpp>
#include <memory>
#include <optional>
#include <vector>

#include "records/control_records.h"
#include "records/validate.h"
#include "storage/batch_reader.h"
#include "storage/log_config.h"
#include "storage/partition_log.h"

namespace monkafka::storage {

struct PreparedBatch {
  MutableBytes bytes;
  std::vector<uint8_t> rewritten;               // owns the bytes when validation made a new batch
  BatchInfo info;                               // offsets and position are set when it is appended
  std::optional<records::EndTxnMarker> marker;  // of a transactional control batch
};

struct PreparedAppend {
  AppendRequest request;
  std::shared_ptr<const LogConfig> config;
  TimestampMs now = 0;
  boost::container::small_vector<PreparedBatch, 1> batches;  // a client's append is of one
  int64_t total_size = 0;
  TimestampMs max_timestamp = kNoTimestamp;
};

// Validates the request's batches. nullopt: go on; otherwise the refusal.
std::optional<AppendOutcome> PrepareAppend(AppendRequest request,
                                           std::shared_ptr<const LogConfig> config, TimestampMs now,
                                           PreparedAppend& append);

}  // namespace monkafka::storage
