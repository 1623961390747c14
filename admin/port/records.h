// Records of topics: scans and appends. Threads: any. Scan reads the disk and blocks the caller; it
// looks at `stop` before every read, and stopped, it returns early with ScanEnd::kStopped.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <variant>
#include <vector>

#include "admin/port/failure.h"
#include "admin/port/record.h"

namespace monkafka::admin {

struct Predicate {
  enum class Field { kKey, kValue, kHeader };
  enum class Match { kExact, kPrefix, kContains, kRegex };
  Field field = Field::kValue;
  std::string header;  // name, for kHeader
  Match match = Match::kExact;
  std::string operand;  // bytes; for kRegex an RE2 expression, found anywhere
  bool negate = false;
};

// Where reading begins in each partition.
struct FromEarliest {};
struct FromLatest {};
struct FromOffset {
  int64_t offset = 0;
};
struct FromTimestamp {
  int64_t timestamp_ms = 0;
};
struct FromLast {
  int64_t records = 0;  // before the end
};
struct FromPositions {  // partitions that are not named are not read
  struct Position {
    int32_t partition = 0;
    int64_t offset = 0;
  };
  std::vector<Position> positions;
};
using ReadStart =
    std::variant<FromEarliest, FromLatest, FromOffset, FromTimestamp, FromLast, FromPositions>;
using Position = FromPositions::Position;

struct ScanQuery {
  std::string topic;
  std::vector<int32_t> partitions;  // empty: all
  ReadStart start;
  std::optional<int64_t> end_offset;  // exclusive; nullopt: the end as it is now
  std::optional<int64_t> min_timestamp_ms;
  std::optional<int64_t> end_timestamp_ms;  // exclusive
  std::vector<Predicate> predicates;        // all must hold
  // Partitions whose log is offline are left out and told in the summary; false: the scan fails.
  bool leave_out_unreadable = false;
  int64_t max_scanned_bytes = 0;  // 0: no limit; so too below
  int64_t max_scanned_records = 0;
  int64_t max_matches = 0;
};

struct ScanProgress {
  int64_t scanned_bytes = 0;
  int64_t scanned_records = 0;
  int64_t matched_records = 0;
  int64_t total_bytes = 0;  // 0: not known
  int32_t partition = 0;
  int64_t offset = 0;
  int64_t end_offset = 0;
  std::vector<Position> next;  // where to go on, of every partition that is not done
};

class ScanSink {
 public:
  virtual ~ScanSink() = default;
  // All: block while the receiver is behind; false: the receiver wants no more.
  virtual bool OnRecord(int32_t partition, const RecordView& record) = 0;
  // Before the next record there is more to read, which may take long: records that were kept in
  // order to go out together go out now. Comes about every megabyte that is read.
  virtual bool Flush() = 0;
  // Before the first record, then about ten times a second at most.
  virtual bool OnProgress(const ScanProgress& progress) = 0;
};

struct UnreadablePartition {
  int32_t partition = 0;
  std::string reason;
};

enum class ScanEnd { kComplete, kBudget, kLimit, kStopped };

struct ScanSummary {
  ScanEnd end = ScanEnd::kComplete;
  int64_t scanned_bytes = 0;
  int64_t scanned_records = 0;
  int64_t matched_records = 0;
  int64_t damaged_batches = 0;
  // Of every partition but the unreadable ones: the first offset that was not looked at.
  std::vector<Position> next;
  std::vector<UnreadablePartition> unreadable;  // not all: the scan fails then
};

struct NewHeader {
  std::string key;
  std::optional<std::string> value;
};

struct NewRecord {
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<NewHeader> headers;
  std::optional<int64_t> timestamp_ms;  // nullopt: now
  std::optional<int32_t> partition;     // nullopt: by the key as Kafka's clients do
};

struct ProduceOrder {
  std::string topic;
  std::vector<NewRecord> records;
  Compression compression = Compression::kNone;
  bool acks_all = true;
  bool validate_only = false;
};

struct ProducedRecord {
  int32_t partition = -1;
  int64_t offset = -1;
  int64_t timestamp_ms = -1;
  std::string error;  // empty: appended
};

class RecordsPort {
 public:
  virtual ~RecordsPort() = default;

  // Reads to the end as it is when the scan begins. Only committed records; no control records.
  // What the sink still keeps at the end is for the caller to flush.
  virtual Outcome<ScanSummary> Scan(const ScanQuery& query, ScanSink& sink,
                                    std::stop_token stop) = 0;

  // While it lives, `wake` may be called; its destructor waits for a call that is under way.
  class Subscription {
   public:
    virtual ~Subscription() = default;
  };
  // Calls `wake` once, from any thread (from this one too), when a record at or above one of the
  // positions can be read, a partition is gone, or at once if that is so already. `wake` is quick
  // and takes no locks of the caller. This is how a tail waits without a thread.
  virtual Outcome<std::unique_ptr<Subscription>> WhenReadable(
      const std::string& topic, const std::vector<Position>& positions,
      std::function<void()> wake) = 0;

  // One result for each record, in their order.
  virtual Outcome<std::vector<ProducedRecord>> Produce(const ProduceOrder& order,
                                                       std::stop_token stop) = 0;
};

}  // namespace monkafka::admin
