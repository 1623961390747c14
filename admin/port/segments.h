// The files of partitions as they are on disk, read-only. Implemented over a running broker and
// over a directory without one. Threads: any. All methods read the disk and block the caller; they
// look at `stop` before every read, and stopped, they return early with what the sink was given so
// far.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "admin/port/failure.h"
#include "admin/port/record.h"

namespace monkafka::admin {

enum class SegmentView { kBasic, kFull };

struct SegmentInfo {
  std::string topic;
  int32_t partition = 0;
  int64_t base_offset = 0;
  int64_t next_offset = 0;
  int64_t log_size_bytes = 0;
  int64_t offset_index_size_bytes = -1;  // -1: no file; so too below
  int64_t time_index_size_bytes = -1;
  int64_t transaction_index_size_bytes = -1;
  bool active = false;
  int64_t first_timestamp_ms = -1;
  int64_t max_timestamp_ms = -1;
  std::optional<int64_t> batch_count;  // kFull only; so too below
  std::optional<int64_t> record_count;
  std::string path;  // of the .log file
};

struct BatchRange {
  std::string topic;
  int32_t partition = 0;
  std::optional<int64_t> segment_base_offset;  // only this segment
  std::optional<int64_t> from_offset;
  std::optional<int64_t> to_offset;  // exclusive, of base offsets
  int64_t max_batches = 0;           // 0: no limit
  bool include_records = false;
};

struct BatchInfo {
  int64_t segment_base_offset = 0;
  int64_t position = 0;
  int32_t size_bytes = 0;
  int64_t base_offset = 0;
  int64_t last_offset = 0;
  int32_t partition_leader_epoch = -1;
  int32_t magic = 2;
  uint32_t crc = 0;
  bool crc_valid = true;
  Compression compression = Compression::kNone;
  bool log_append_time = false;
  int64_t base_timestamp_ms = -1;
  int64_t max_timestamp_ms = -1;
  int64_t producer_id = -1;
  int32_t producer_epoch = -1;
  int32_t base_sequence = -1;
  int32_t last_sequence = -1;
  int32_t record_count = 0;
  bool transactional = false;
  bool control = false;
  int64_t delete_horizon_timestamp_ms = -1;
  std::vector<RecordView> records;  // with include_records
  std::string records_error;        // why they could not be read
};

class BatchSink {
 public:
  virtual ~BatchSink() = default;
  // Blocks while the receiver is behind. False: the receiver wants no more.
  virtual bool OnBatch(const BatchInfo& batch) = 0;
};

struct BatchSummary {
  int64_t batch_count = 0;
  int64_t record_count = 0;
  int64_t size_bytes = 0;
  int64_t crc_error_count = 0;
  int64_t next_offset = 0;
  bool complete = false;  // the end of the range was reached
};

struct VerifyScope {
  std::string topic;  // empty: everything
  std::optional<int32_t> partition;
  std::optional<int64_t> segment_base_offset;
  bool check_records = false;
  std::string start_file;  // what comes before this one, as progress names it, is left out
};

// The numbers are those of the proto's AnomalyKind.
enum class AnomalyKind {
  kBadCrc = 1,
  kNotABatch = 2,
  kTornTail = 3,
  kOffsetGap = 4,
  kOffsetRegression = 5,
  kBatchCountMismatch = 6,
  kUnreadableRecords = 7,
  kTimestampMismatch = 8,
  kIndexMismatch = 9,
  kIndexOutOfOrder = 10,
  kTimeIndexMismatch = 11,
  kTimeIndexOutOfOrder = 12,
  kTransactionIndexMismatch = 13,
  kMissingFile = 14,
  kOrphanFile = 15,
  kBadProducerSnapshot = 16,
  kLeaderEpochOrder = 17,
  kBadCheckpoint = 18,
  kUnreadableFile = 19,
  kMissingRecords = 20,
};

enum class AnomalySeverity { kWarning = 1, kError = 2 };

struct Anomaly {
  AnomalyKind kind = AnomalyKind::kNotABatch;
  AnomalySeverity severity = AnomalySeverity::kError;
  std::string topic;       // empty: not of a topic
  int32_t partition = -1;  // -1: not of a partition
  std::string file;        // path within the log directory
  int64_t position = -1;   // -1: none
  int64_t offset = -1;     // -1: none
  std::string message;
};

struct VerifyProgress {
  std::string file;
  int64_t done_bytes = 0;
  int64_t total_bytes = 0;
};

class VerifySink {
 public:
  virtual ~VerifySink() = default;
  // Both: block while the receiver is behind; false: the receiver wants no more.
  virtual bool OnProgress(const VerifyProgress& progress) = 0;  // may be called often
  virtual bool OnAnomaly(const Anomaly& anomaly) = 0;
};

struct VerifySummary {
  int64_t partition_count = 0;
  int64_t segment_count = 0;
  int64_t batch_count = 0;
  int64_t record_count = 0;
  int64_t read_bytes = 0;
  int64_t warning_count = 0;
  int64_t error_count = 0;
};

class SegmentsPort {
 public:
  virtual ~SegmentsPort() = default;

  // By partition, then base offset; `partition` nullopt: all of the topic. Only segments above
  // `after` (partition, base offset) when that is given, and at most `limit`.
  struct Cursor {
    int32_t partition = 0;
    int64_t base_offset = 0;
  };
  virtual Outcome<std::vector<SegmentInfo>> List(const std::string& topic,
                                                 std::optional<int32_t> partition, SegmentView view,
                                                 std::optional<Cursor> after, size_t limit,
                                                 std::stop_token stop) = 0;
  virtual Outcome<SegmentInfo> Get(const std::string& topic, int32_t partition, int64_t base_offset,
                                   SegmentView view, std::stop_token stop) = 0;
  virtual Outcome<BatchSummary> ReadBatches(const BatchRange& range, BatchSink& sink,
                                            std::stop_token stop) = 0;
  virtual Outcome<VerifySummary> Verify(const VerifyScope& scope, VerifySink& sink,
                                        std::stop_token stop) = 0;
};

}  // namespace monkafka::admin
