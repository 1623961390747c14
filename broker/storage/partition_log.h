// One partition's log, whatever keeps it: files on this machine now, objects elsewhere later. The
// edge is asynchronous: the local log completes inline or after its group commit.
//
// Threads: every method may be called from any thread. A callback runs once, inline or on the
// thread that finished the work, with no lock held.
// Offsets, and what lies between them (single replica: the high watermark is the log end offset):
//
//     log start          last stable      high watermark   log end
//        |--- readable, committed ---|--- open txns ---|--- not yet visible ---|
#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "common/bytes.h"
#include "common/executor.h"
#include "common/rate_meter.h"
#include "common/types.h"
#include "storage/log_config.h"

namespace monkafka::storage {

enum class AppendOrigin {
  kClient,       // everything is validated; batches carry base offset 0
  kCoordinator,  // built by this broker: internal topics, control batches, metadata
};

struct AppendRequest {
  // One or more whole batches, for clients exactly one. Patched in place: base offset, leader
  // epoch, and where the topic asks for it the timestamps. The owner keeps the bytes alive.
  Frame batches;
  AppendOrigin origin = AppendOrigin::kClient;
  LeaderEpoch leader_epoch = 0;
  bool durable = false;         // complete only when the records would survive a power cut
  int16_t produce_version = 0;  // of the request; zstd needs 7. 0 for other origins
};

struct RecordError {
  int32_t batch_index = 0;
  std::string message;
};

struct AppendOutcome {
  ErrorCode error = ErrorCode::kNone;
  std::string message;                     // for the operator, or the client where it has a field
  std::vector<RecordError> record_errors;  // INVALID_RECORD names the records
  Offset base_offset = kNoOffset;
  Offset last_offset = kNoOffset;
  TimestampMs log_append_time = kNoTimestamp;  // set when the topic uses LogAppendTime
  Offset log_start_offset = kNoOffset;
  bool duplicate = false;  // a retry of one of the producer's last five batches
};

// An append with who waits for it.
struct PendingAppend {
  AppendRequest request;
  Callback<AppendOutcome> done;
};

struct ReadRequest {
  Offset offset = 0;
  int64_t max_bytes = 0;
  bool at_least_one_batch = false;  // the first batch comes whole even when larger than max_bytes
  Offset upper_bound = 0;           // exclusive: high watermark or last stable offset
};

struct AbortedTxn {
  ProducerId producer_id = kNoProducerId;
  Offset first_offset = kNoOffset;
};

struct ReadOutcome {
  Payload records;         // whole batches; the first may begin before the offset asked for
  Offset next_offset = 0;  // after the last record returned
};

struct LogOffsets {
  Offset log_start = 0;
  Offset last_stable = 0;
  Offset log_end = 0;
  Offset durable_end = 0;  // everything below survives a power cut
};

struct TimestampedOffset {
  TimestampMs timestamp = kNoTimestamp;
  Offset offset = kNoOffset;
  LeaderEpoch leader_epoch = kNoEpoch;
};

// A place where a segment begins, or the log's end, and when what lies there was last written.
struct SegmentOffset {
  Offset offset = kNoOffset;
  TimestampMs modified_at = kNoTimestamp;
};

struct EpochEnd {
  LeaderEpoch leader_epoch = kNoEpoch;
  Offset end_offset = kNoOffset;
};

struct ActiveProducer {
  ProducerId producer_id = kNoProducerId;
  ProducerEpoch producer_epoch = -1;
  int32_t last_sequence = -1;
  TimestampMs last_timestamp = kNoTimestamp;
  int32_t coordinator_epoch = -1;
  Offset current_txn_start_offset = kNoOffset;
};

// The files of a log at one moment, for whoever inspects them. They may be read, without a lock, as
// far as it says here; retention may remove sealed segments at any time.
struct LogFiles {
  struct Segment {
    Offset base_offset = 0;
    int64_t size_in_bytes = 0;  // whole batches; bytes behind it are not yet, or not any more, ours
    bool indexes_usable = true;  // false: being rebuilt
  };
  std::string directory;
  std::vector<Segment> segments;  // oldest first, the last one is active; none: it is offline
};

class PartitionLog {
 public:
  virtual ~PartitionLog() = default;

  virtual void Append(AppendRequest request, Callback<AppendOutcome> done) = 0;
  // The same for each, in their order, but written together as far as the log can. A write that
  // fails fails all that were in it, and those behind it are not tried. Takes requests and
  // callbacks; these may be called in any order.
  virtual void AppendAll(std::span<PendingAppend> appends) {
    for (PendingAppend& each : appends) Append(std::move(each.request), std::move(each.done));
  }
  // Completes once everything below log_end at the call is durable.
  virtual void Flush(Callback<Status> done) = 0;

  // OFFSET_OUT_OF_RANGE outside [log start, log end]; empty at or above the upper bound. Completes
  // at once unless that would mean to wait for a disk: then on a worker.
  virtual void Read(ReadRequest request, Callback<Result<ReadOutcome>> done) = 0;
  // Aborted transactions that overlap [from, to), for read_committed consumers.
  virtual Result<std::vector<AbortedTxn>> AbortedTxns(Offset from, Offset to) = 0;
  // The first record at or above the log start with timestamp >= the one given, below the bound.
  virtual void FindByTimestamp(TimestampMs timestamp, Offset upper_bound,
                               Callback<Result<std::optional<TimestampedOffset>>> done) = 0;
  // The record with the largest timestamp (KIP-734); nullopt when the log is empty.
  virtual void FindMaxTimestamp(Callback<Result<std::optional<TimestampedOffset>>> done) = 0;
  // The first offset of each segment (none below the log start) in order, with the time of its
  // file; then, unless the last segment is empty, the log end with the present time.
  virtual void ListSegmentOffsets(Callback<Result<std::vector<SegmentOffset>>> done) = 0;
  // KIP-101/320: the largest epoch not above the one asked for, and where it ends.
  virtual EpochEnd EndOfEpoch(LeaderEpoch epoch) = 0;
  virtual std::optional<LeaderEpoch> EpochAt(Offset offset) = 0;

  // Moves the log start forward (DeleteRecords); durable before it completes.
  virtual void DeleteRecordsBefore(Offset offset, Callback<Result<Offset>> done) = 0;

  virtual LogOffsets Offsets() const = 0;
  // OK, or why every call fails from now on: KAFKA_STORAGE_ERROR (offline, closed) or
  // UNKNOWN_TOPIC_OR_PARTITION (deleted). Offsets of such a log mean nothing.
  virtual Status Availability() const = 0;
  virtual std::vector<ActiveProducer> ActiveProducers() = 0;
  virtual int64_t SizeInBytes() const = 0;
  // What was appended per second lately.
  virtual RateMeter::Rate AppendRate() const = 0;
  // Also of a log that is offline because its files are damaged.
  virtual Result<LogFiles> Files() const = 0;
  virtual LogConfig Config() const = 0;
  virtual void Reconfigure(const LogConfig& config) = 0;
};

}  // namespace monkafka::storage
