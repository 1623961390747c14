// One segment of a partition: the `.log` with its offset index, time index and, when transactions
// were aborted in it, transaction index. The last segment of a log is active and grows, the others
// are sealed.
//
// Invariants:
//   1. Bytes [0, size()) of the `.log` are whole batches with increasing offsets, all of them at or
//      above the base offset.
//   2. An offset index entry is (last offset, position) of one batch. Whenever one is added, the
//      time index knows the largest timestamp up to and with that batch.
//   3. The last time index entry of a sealed segment is its largest timestamp.
//
// Threads: guarded by the log that owns it, except where it says otherwise.
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "storage/aborted_txn_index.h"
#include "storage/batch_reader.h"
#include "storage/log_config.h"
#include "storage/open_files.h"
#include "storage/sparse_index.h"

namespace monkafka::storage {

class Segment {
 public:
  // What lies on disk (or will, see Create). `now`: when it was created or opened.
  Segment(OpenFiles& files, std::shared_ptr<const std::string> directory, Offset base_offset,
          int64_t size, bool has_txn_index, TimestampMs now);
  // Makes an empty segment's files; what had their names is gone.
  static Result<std::shared_ptr<Segment>> Create(OpenFiles& files,
                                                 std::shared_ptr<const std::string> directory,
                                                 Offset base_offset, TimestampMs now);

  Offset base_offset() const { return base_offset_; }
  int64_t size() const { return size_; }

  struct WriteFailure {
    Error error;
    bool undone = false;  // false: bytes may be left behind the end of the log
  };
  // Writes whole batches, whose offsets and epochs are final, at the end.
  std::expected<void, WriteFailure> Append(std::span<const Bytes> pieces, int64_t total_size);
  // Takes a batch that lies in the log into the indexes; batches come in order.
  void Index(const BatchInfo& batch, int32_t index_interval_bytes);

  // Of all that comes in one write.
  struct Next {
    int64_t size = 0;
    Offset last_offset = 0;
    TimestampMs max_timestamp = kNoTimestamp;
    int64_t batches = 1;
  };
  // Whether a new segment must be begun for what comes next.
  Result<bool> ShouldRoll(const Next& next, const LogConfig& config, TimestampMs now);
  // Keeps room on the volume for a `.log` of so many bytes, until it is sealed.
  Status Reserve(int64_t bytes);
  // A process that died may have left room that it had reserved.
  void set_reserved() { reserved_ = true; }
  // Becomes sealed (or is closed): the indexes get their last entries, and what was reserved and
  // not used is given back. May be tried again.
  Status Seal();

  // The largest timestamp and where it is (last offset of its batch); kNoTimestamp without any.
  Result<TimeIndexEntry> MaxTimestamp();
  // The largest timestamp, or when the file was written if its records have none.
  Result<TimestampMs> RetentionTimestamp();

  // False while the offset and time index are being rebuilt; then reads start at the beginning.
  bool indexes_usable() const { return indexes_usable_; }
  void set_indexes_usable(bool usable) { indexes_usable_ = usable; }
  // Rebuilds the offset and the time index from the batch headers: Begin, then Continue with the
  // position that it returned until that is size().
  Status BeginIndexRebuild();
  Result<int64_t> ContinueIndexRebuild(int64_t position, int max_batches,
                                       int32_t index_interval_bytes);
  // Forgets everything behind the position. The indexes must not reach further.
  Status TruncateTo(int64_t position);

  OffsetIndex& offset_index() { return offset_index_; }
  TimeIndex& time_index() { return time_index_; }
  AbortedTxnIndex& txn_index() { return txn_index_; }

  // From here on from any thread, without a lock.
  SegmentFile& log_file() { return log_; }
  // Writes the `.log` with the bytes that it has, so that a sync has something to do.
  Status Rewrite();
  // Makes the `.log`, or the indexes, durable.
  Status SyncLog();
  Status SyncIndexes();
  // Closes all files for good and renames them to `.deleted`; RemoveDeleted removes those.
  Status RenameToDeleted();
  Status RemoveDeleted();
  // Closes all files for good.
  void Release();

 private:
  TimestampMs JitterMs(const LogConfig& config) const;

  OpenFiles& files_;
  const std::shared_ptr<const std::string> directory_;
  const Offset base_offset_;
  const TimestampMs opened_at_;
  int64_t size_;
  bool indexes_usable_ = true;
  bool reserved_ = false;
  int64_t bytes_since_index_entry_ = 0;
  std::optional<TimeIndexEntry> max_timestamp_;     // once known
  std::optional<TimestampMs> first_timestamp_;      // once known: of the first batch
  std::optional<TimestampMs> retention_timestamp_;  // of a sealed segment without timestamps
  SegmentFile log_;
  OffsetIndex offset_index_;
  TimeIndex time_index_;
  AbortedTxnIndex txn_index_;
};

}  // namespace monkafka::storage
