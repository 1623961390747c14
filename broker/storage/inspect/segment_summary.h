// What an operator wants to know of a segment without reading its records.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "storage/inspect/partition_files.h"

namespace monkafka::storage {

enum class SegmentDetail {
  kBasic,   // reads a few KB per segment, whatever its size
  kCounts,  // reads every batch header
};

struct SegmentSummary {
  SegmentFiles files;
  // After the last record; the base offset when the segment is empty.
  Offset next_offset = 0;
  // Of the first batch, and the largest of all; kNoTimestamp when there is none. kBasic takes the
  // largest from the time index and the batches behind its last entry.
  TimestampMs first_timestamp = kNoTimestamp;
  TimestampMs max_timestamp = kNoTimestamp;
  // kCounts:
  std::optional<int64_t> batch_count;
  std::optional<int64_t> record_count;
  // Why the walk ended before the segment's end: what is said above holds up to there.
  std::optional<std::string> defect;
};

// Fails when a file cannot be read (it may have been removed by retention) or was called off.
// Damage in the files is no failure: see `defect`.
Result<SegmentSummary> SummarizeSegment(FileSystem& file_system, const PartitionFiles& files,
                                        const SegmentFiles& segment, SegmentDetail detail,
                                        const std::stop_token& stop);

}  // namespace monkafka::storage
