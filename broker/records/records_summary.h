// What validation wants to know of the records of an uncompressed batch, in one quick pass that
// keeps nothing of each. Reading them (record.h) costs more than twice as much, for every
// produced record, and is needed only to say what is wrong.
#pragma once

#include <optional>

#include "common/types.h"
#include "records/batch.h"

namespace monkafka::records {

struct RecordsSummary {
  TimestampMs min_timestamp = 0;
  TimestampMs max_timestamp = kNoTimestamp;
  int32_t index_of_max_timestamp = -1;  // of the first record with it; -1: none has a timestamp
  bool has_dense_offsets = true;        // they count 0, 1, 2...
  bool all_have_keys = true;
};

// Of a whole batch whose records RecordIterator can read, all of them and nothing behind them.
// nullopt: there may be something wrong with them, which RecordIterator finds and names, or they
// are none of which this knows (compressed; no records; LogAppendTime).
std::optional<RecordsSummary> SummarizeRecords(const BatchView& batch);

}  // namespace monkafka::records
