// Compares the entries of a segment's indexes with the batches, while those are walked in order.
// The first entry that is wrong is reported, then the index is not judged any more: it has to be
// rebuilt as a whole.
//
// Rules (segment.h, sparse_index.h):
//   offset index: positions and offsets increase; a position is where a batch begins, the offset is
//                 that batch's last
//   time index:   timestamps increase, offsets do not decrease; the batch with the offset has the
//                 timestamp, and none before it a larger one; that of a sealed segment ends with
//                 the largest timestamp
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/batch_reader.h"
#include "storage/inspect/anomaly.h"
#include "storage/sparse_index.h"

namespace monkafka::storage {

// One index file and what is known of it.
struct IndexFile {
  std::string path;
  std::shared_ptr<const ReadableFile> file;
  int64_t bytes = 0;
  Offset base_offset = 0;
  // Kafka fills the active segment's index up with zeros, until it is closed.
  bool may_be_padded = false;
  // Entries for batches behind the walk's end are none of its business.
  bool live = false;
};

using AnomalyReport = std::function<void(Anomaly)>;

// The entries one by one, in order; stops at the first that is out of order.
template <class Entry>
class IndexEntries {
 public:
  IndexEntries(IndexFile file, AnomalyReport report);

  // The entry that is to be judged next; null at the end.
  const Entry* current() const { return current_ ? &*current_ : nullptr; }
  const std::optional<Entry>& last_passed() const { return last_; }
  // Errors are those of the file.
  Status Advance();
  // Reports the current entry, or the whole file at its end, and ends.
  void Condemn(AnomalyKind kind, Offset offset, std::string why);
  bool condemned() const { return condemned_; }
  const IndexFile& file() const { return file_; }

 private:
  static constexpr int64_t kEntriesPerRead = 4096;

  Status Fill();
  bool InOrder(const Entry& entry) const;

  IndexFile file_;  // as long as it is known to be
  const AnomalyReport report_;
  std::vector<uint8_t> bytes_;
  int64_t first_read_ = 0;  // entry that bytes_ begins with
  int64_t next_ = 0;        // entry that Advance brings
  std::optional<Entry> current_;
  std::optional<Entry> last_;
  bool condemned_ = false;
};

class OffsetIndexCheck {
 public:
  OffsetIndexCheck(IndexFile file, AnomalyReport report)
      : entries_(std::move(file), std::move(report)) {}

  Status Start() { return entries_.Advance(); }
  // `damaged_from`: where damage began that ends at this batch; -1: the one before ended here.
  Status OnBatch(const BatchInfo& info, int64_t damaged_from);
  // The walk ended at the position; `damaged`: something is wrong there.
  void OnEnd(int64_t position, bool damaged);

 private:
  IndexEntries<OffsetIndexEntry> entries_;
};

class TimeIndexCheck {
 public:
  TimeIndexCheck(IndexFile file, bool sealed, AnomalyReport report)
      : entries_(std::move(file), std::move(report)), sealed_(sealed) {}

  Status Start() { return entries_.Advance(); }
  Status OnBatch(const BatchInfo& info, int64_t damaged_from);
  // As of the offset index. Beside damage the entries are still held to their order and to the
  // batches that are whole.
  Status OnEnd(Offset next_offset, bool damaged);

 private:
  bool MayBeOfDamage(const TimeIndexEntry& entry) const;

  IndexEntries<TimeIndexEntry> entries_;
  const bool sealed_;
  TimestampMs largest_ = kNoTimestamp;
  bool saw_damage_ = false;
};

}  // namespace monkafka::storage
