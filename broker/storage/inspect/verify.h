// Verifies the files of a partition: every batch of every segment, each index entry against the
// batch that it leads to, and the small files beside them. Nothing is written.
//
// Works on a directory without a broker and on one that is in use: there only what the log has
// published is judged, and what the broker may still have in memory is not missed.
//
// Threads: one call on one thread; it blocks on the disk. Memory: a few MB, whatever the size.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "storage/inspect/anomaly.h"
#include "storage/inspect/partition_files.h"

namespace monkafka::storage {

struct VerifyProgress {
  std::string file;        // that is being read
  int64_t bytes_done = 0;  // of the partition's (or the one segment's) records
  int64_t bytes_total = 0;
};

class VerifySink {
 public:
  virtual ~VerifySink() = default;
  virtual void OnAnomaly(Anomaly anomaly) = 0;
  // About every 8 MB, and at the end of each segment.
  virtual void OnProgress(const VerifyProgress& progress) = 0;
};

struct VerifyOptions {
  bool check_records = true;           // also decompress and read the records, not only batches
  bool compacted = false;              // compaction leaves gaps in the offsets
  std::optional<Offset> segment = {};  // by base offset: only this one, and no file beside it
  Offset first_segment = 0;            // segments with a lower base offset are left out
};

struct VerifyTotals {
  int64_t segments = 0;
  int64_t batches = 0;
  int64_t records = 0;  // as the batches say
  int64_t bytes = 0;    // of records
  int64_t anomalies = 0;
  // Where the log ends, damaged or not; absent when its last segment was not read to its end, as
  // one that was removed meanwhile.
  std::optional<Offset> next_offset;
};

// `totals` counts up while it goes. Fails only when it was called off (IsInterruption) or the
// segment does not exist (OFFSET_OUT_OF_RANGE); what cannot be read is an anomaly.
Status VerifyPartition(FileSystem& file_system, const PartitionFiles& files,
                       const VerifyOptions& options, const std::stop_token& stop, VerifySink& sink,
                       VerifyTotals& totals);

}  // namespace monkafka::storage
