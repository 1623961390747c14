// Reads and searches records inside the broker: bounded reads, searches with a budget, and tails
// that follow what is appended. Sees what a read_uncommitted consumer sees, control records left
// out.
//
// Reading goes over the files in pieces through the page cache; record bytes are handed out as
// views and never copied. Every access to the disk is preceded by a look whether the caller still
// wants it (std::stop_token), so a deadline is kept to within one read of 512 KB.
//
// Threads: one call on one thread, which it blocks; a tail that waits sleeps until something is
// appended or it is called off. The broker's own threads are not used.
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
  Offset to = kNoOffset;  // exclusive; kNoOffset: the high watermark when the search comes to it
};

struct RecordSearch {
  std::string topic;
  // One after the other; a tail goes over them again and again.
  std::vector<RecordRange> ranges;
  // Records with from_timestamp <= timestamp < to_timestamp. Those before the first such record are
  // skipped by the time index; as producers' timestamps need not be in order, what follows is read
  // to the end of the range.
  TimestampMs from_timestamp = std::numeric_limits<TimestampMs>::min();
  TimestampMs to_timestamp = std::numeric_limits<TimestampMs>::max();

  // It ends once so much was looked at, or found.
  int64_t max_scanned_bytes = std::numeric_limits<int64_t>::max();
  int64_t max_scanned_records = std::numeric_limits<int64_t>::max();
  int64_t max_matches = std::numeric_limits<int64_t>::max();
  bool follow = false;  // a tail: waits for more at the end instead of ending; `to` does not count
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
  // Where it is: what is still to be looked at. Begun again with these, a search goes on where it
  // stopped and gives no record twice.
  std::vector<RecordRange> left;
};

class RecordSink {
 public:
  virtual ~RecordSink() = default;
  // The record's views are valid during the call. False: the search ends, after this record.
  virtual bool OnRecord(int32_t partition, const records::Record& record) = 0;
  // About every 16 MB, and before a tail waits. False: the search ends.
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
};

// Fails with UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER, OFFSET_OUT_OF_RANGE (a range that
// begins behind the log's end) or KAFKA_STORAGE_ERROR.
Result<SearchOutcome> SearchRecords(const cluster::Cluster& cluster, const RecordSearch& search,
                                    const RecordMatcher& matcher, const std::stop_token& stop,
                                    RecordSink& sink);

}  // namespace monkafka::services
