// Reads and searches records inside the broker, with a budget. Sees what a read_committed consumer
// sees: nothing at or above the last stable offset, of aborted transactions, or of control batches.
//
// Reading goes over the files in pieces through the page cache; record bytes are handed out as
// views and never copied. Every access to the disk is preceded by a look whether the caller still
// wants it (std::stop_token), so a deadline is kept to within one read of 512 KB.
//
// Threads: one call on one thread, which it blocks. The broker's own threads are not used.
#pragma once

#include <cstdint>
#include <limits>
#include <stop_token>
#include <string>
#include <vector>

#include "cluster/cluster.h"
#include "records/record.h"
#include "services/record_matcher.h"

namespace monkafka::services {

struct RecordRange {
  int32_t partition = 0;
  Offset from = 0;        // below the log start: the log start
  Offset to = kNoOffset;  // exclusive; kNoOffset, or above: the end when the search begins
};

// A partition that is left out, from where it could not be read on.
struct UnreadablePartition {
  int32_t partition = 0;
  Error error;  // its message names the partition
};

struct RecordSearch {
  std::string topic;
  // One after the other.
  std::vector<RecordRange> ranges;
  // Records with from_timestamp <= timestamp < to_timestamp. Those before the first such record are
  // skipped by the time index; as producers' timestamps need not be in order, what follows is read
  // to the end of the range.
  TimestampMs from_timestamp = std::numeric_limits<TimestampMs>::min();
  TimestampMs to_timestamp = std::numeric_limits<TimestampMs>::max();

  // Whether the others are searched when the log of a partition is offline, or goes offline
  // meanwhile.
  bool leave_out_unreadable = false;

  // It ends once so much was looked at, or found.
  int64_t max_scanned_bytes = std::numeric_limits<int64_t>::max();
  int64_t max_scanned_records = std::numeric_limits<int64_t>::max();
  int64_t max_matches = std::numeric_limits<int64_t>::max();
};

struct SearchCounters {
  int64_t scanned_bytes = 0;  // of batches, as they lie in the log
  int64_t scanned_records = 0;
  int64_t matches = 0;
  // Batches that were skipped because their checksum is wrong or they cannot be read.
  int64_t damaged_batches = 0;
};

struct SearchProgress {
  SearchCounters counters;
  // All ranges but those of unreadable partitions, with what is left of them. Begun again with
  // those from `current` on, a search goes on where it stopped and gives no record twice.
  std::vector<RecordRange> ranges;
  size_t current = 0;  // that is being searched; their number at the end
};

class RecordSink {
 public:
  virtual ~RecordSink() = default;
  // The record's views are valid during the call. False: the search ends, after this record.
  virtual bool OnRecord(int32_t partition, const records::Record& record) = 0;
  // About every megabyte that was read, and at the end of each range of which something was. False:
  // the search ends.
  virtual bool OnProgress(const SearchProgress& progress) = 0;
};

enum class SearchEnd {
  kEnd,      // all ranges were searched
  kBudget,   // max_scanned_bytes or max_scanned_records
  kMatches,  // max_matches
  kStopped,  // by the sink or the stop token
};

struct SearchOutcome {
  SearchEnd end = SearchEnd::kEnd;
  SearchProgress progress;
  std::vector<UnreadablePartition> unreadable;
};

// Fails with UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER, OFFSET_OUT_OF_RANGE (a range that
// begins behind the log's end) or KAFKA_STORAGE_ERROR; when unreadable partitions are left out,
// with the latter only if all of them are.
Result<SearchOutcome> SearchRecords(const cluster::Cluster& cluster, const RecordSearch& search,
                                    const RecordMatcher& matcher, const std::stop_token& stop,
                                    RecordSink& sink);

}  // namespace monkafka::services
