// What can be wrong with the files of a partition, as verification reports it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/types.h"

namespace monkafka::storage {

enum class AnomalyKind {
  // of records
  kBadCrc,              // the batch's bytes are not those that were written
  kNotABatch,           // bytes where a batch should begin, with more of the log behind them
  kTornTail,            // the last segment ends within a batch
  kOffsetGap,           // offsets are missing, and the topic is not compacted
  kOffsetRegression,    // a batch begins below where the one before it ended
  kBatchCountMismatch,  // the batch holds more or fewer records than it says
  kUnreadableRecords,   // cannot be decompressed or read
  kTimestampMismatch,   // the batch's max timestamp is not that of its records
  kLeaderEpochOrder,    // a batch of an older leader epoch follows one of a newer
  kUnreadableFile,      // the system cannot read it
  kMissingRecords,      // an index leads to records that are not there
  // of what is derived from them
  kIndexMismatch,      // an offset index entry does not lead to its batch
  kIndexOutOfOrder,    //   or does not come after the entry before it
  kTimeIndexMismatch,  // the same of the time index
  kTimeIndexOutOfOrder,
  kTxnIndexMismatch,  // not the aborted transactions whose markers lie in the segment
  kBadProducerSnapshot,
  kBadCheckpoint,  // leader-epoch-checkpoint, partition.metadata or an offset checkpoint
  kMissingFile,
  kOrphanFile,  // belongs to no segment
};

// Upper case with underscores, as in "BAD_CRC".
std::string_view AnomalyName(AnomalyKind kind);

enum class Severity {
  kWarning,  // no record is concerned; a start of the broker rebuilds or removes it
  kError,    // records are damaged, missing, or out of reach: the broker does not start with it
};

struct Anomaly {
  AnomalyKind kind = AnomalyKind::kBadCrc;
  std::string file;           // path
  int64_t position = -1;      // in the file, in bytes; -1: the file as a whole
  Offset offset = kNoOffset;  // of the first record concerned, as far as known
  std::string message;        // a sentence with what was expected and what is there
  // The broker does not start with it, or keeps the partition offline.
  bool prevents_start = false;
};

Severity SeverityOf(AnomalyKind kind);
// Of an anomaly that prevents a start it is an error, whatever its kind.
Severity SeverityOf(const Anomaly& anomaly);

}  // namespace monkafka::storage
