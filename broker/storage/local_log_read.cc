// Reading finds the piece of one segment's file that answers a request: where its first batch
// begins, and where the last one ends that still fits. Record bytes are not touched.
//
//     |---------------------- segment ----------------------|
//             start ^      cut ^ (max_bytes)   limit ^ (upper bound, or the end)
//
// At the tail, and for readers that go on where they stopped, all three come from memory. Otherwise
// the offset index says where to look, and batch headers are read from there on: at once when they
// are in the page cache; if not, a worker waits for the disk, not the network thread that asked.
#include <fmt/core.h>

#include <algorithm>

#include "common/log.h"
#include "common/stand_in.h"
#include "storage/local_log.h"

namespace monkafka::storage {

struct LocalLog::ReadPlan {
  SegmentPtr segment;
  std::shared_ptr<File> file;
  int64_t size = 0;       // of the file's part that may be read
  Offset end_offset = 0;  // where the segment ends (now)
  bool last = false;      // of the log
  std::optional<int64_t> start;
  std::optional<int64_t> limit;
  int64_t end = 0;         // where the answer ends
  Offset next_offset = 0;  // and the offset there
};

// A file as a read may use it.
class LocalLog::FileForRead final : public ReadableFile {
 public:
  FileForRead(const ReadableFile& file, DiskWait& wait) : file_(file), wait_(wait) {}

  Result<size_t> ReadAt(int64_t position, MutableBytes out) const override {
    if (wait_.allowed) return file_.ReadAt(position, out);
    if (!wait_.needed) {
      Result<std::optional<size_t>> read = file_.ReadCached(position, out);
      if (!read) return Forward(std::move(read));
      if (*read) return **read;
      wait_.needed = true;
    }
    return Fail(ErrorCode::kKafkaStorageError, "not in the page cache");
  }

 private:
  const ReadableFile& file_;
  DiskWait& wait_;
};

void LocalLog::Read(ReadRequest request, Callback<Result<ReadOutcome>> done) {
  DiskWait wait{.allowed = false};
  Result<ReadOutcome> outcome = ReadNow(request, wait);
  if (!wait.needed) return done(std::move(outcome));
  environment_->workers.Post(
      [self = shared_from_this(), request, done = std::move(done)]() mutable {
        DiskWait patient;
        Result<ReadOutcome> patient_outcome = self->ReadNow(request, patient);
        const StandIn stand_in;
        done(std::move(patient_outcome));
      });
}

Result<ReadOutcome> LocalLog::ReadNow(const ReadRequest& request, DiskWait& wait) {
  // Compaction may leave no batch between the offset and its segment's end: then the next one has
  // it.
  for (Offset from = request.offset;;) {
    ReadPlan plan;
    {
      MutexLock lock(mutex_);
      Result<bool> anything = PlanRead(request, from, plan);
      if (!anything) return Forward(std::move(anything));
      if (!*anything) return ReadOutcome{{}, request.offset};
    }
    Result<bool> found = FindStart(from, plan, wait);
    if (!found) return Forward(std::move(found));
    if (!*found) {
      if (plan.last) return ReadOutcome{{}, request.offset};
      from = plan.end_offset;
      continue;
    }
    if (Status status = FindLimit(request.upper_bound, plan, wait); !status) {
      return Forward(std::move(status));
    }
    if (Status status = FindCut(request, plan, wait); !status) return Forward(std::move(status));
    if (plan.end <= *plan.start) return ReadOutcome{{}, request.offset};
    ReadOutcome outcome;
    outcome.records.Add(FilePiece{plan.file, *plan.start, plan.end - *plan.start});
    outcome.next_offset = plan.next_offset;
    if (plan.end < plan.size) {
      MutexLock lock(mutex_);
      positions_.NoteRead(plan.next_offset, plan.segment->base_offset(), plan.end);
    }
    return outcome;
  }
}

// False: there is nothing to read below the upper bound.
Result<bool> LocalLog::PlanRead(const ReadRequest& request, Offset from, ReadPlan& plan) {
  if (Status status = CheckOpen(); !status) return Forward(std::move(status));
  if (request.offset < log_start_ || request.offset > log_end_) {
    return Fail(ErrorCode::kOffsetOutOfRange,
                fmt::format("offset {} is not in [{}, {}]", request.offset, log_start_, log_end_));
  }
  const Offset upper_bound = std::min(request.upper_bound, log_end_);
  if (from >= upper_bound) return false;
  const size_t index = SegmentIndexOf(from);
  plan.segment = segments_[index];
  plan.size = plan.segment->size();
  plan.end_offset = EndOffsetOf(index);
  plan.last = index + 1 == segments_.size();
  Result<std::shared_ptr<File>> file = plan.segment->log_file().Get();
  if (!file) return Forward(std::move(file));
  plan.file = *std::move(file);
  const Offset base = plan.segment->base_offset();
  plan.start = from == base ? std::optional<int64_t>(0) : positions_.Find(from, base);
  if (upper_bound >= plan.end_offset) {
    plan.limit = plan.size;
    plan.next_offset = plan.end_offset;
  } else {
    plan.limit = positions_.Find(upper_bound, base);
    if (plan.limit) plan.next_offset = upper_bound;
  }
  return true;
}

// False: no batch of this segment reaches the offset.
Result<bool> LocalLog::FindStart(Offset from, ReadPlan& plan, DiskWait& wait) {
  if (plan.start) return *plan.start < plan.size;
  Result<std::optional<BatchInfo>> batch =
      LocateBatch(plan.segment, *plan.file, plan.size, from, wait);
  if (!batch) return Forward(std::move(batch));
  if (!*batch) return false;
  plan.start = (*batch)->position;
  return true;
}

// Batches below the limit end below the upper bound.
Status LocalLog::FindLimit(Offset upper_bound, ReadPlan& plan, DiskWait& wait) {
  if (plan.limit) return {};
  Result<std::optional<BatchInfo>> batch =
      LocateBatch(plan.segment, *plan.file, plan.size, upper_bound, wait);
  if (!batch) return Forward(std::move(batch));
  plan.limit = *batch ? (*batch)->position : plan.size;
  plan.next_offset = *batch ? (*batch)->base_offset : plan.end_offset;
  return {};
}

Status LocalLog::FindCut(const ReadRequest& request, ReadPlan& plan, DiskWait& wait) {
  plan.end = *plan.limit;
  if (plan.end - *plan.start <= request.max_bytes) return {};
  const FileForRead file(*plan.file, wait);
  const int64_t until = *plan.start + std::max<int64_t>(request.max_bytes, 0);
  Result<int64_t> floor = FloorPosition(plan, until, wait);
  if (!floor) return Forward(std::move(floor));
  Result<Cut> cut = ScanForCut(file, *floor, *plan.limit, until);
  if (!cut) return Forward(std::move(cut));
  if (cut->position == *plan.start) {
    if (!request.at_least_one_batch) {
      plan.end = *plan.start;
      return {};
    }
    Result<BatchInfo> first = ReadBatchInfo(file, *plan.start, *plan.limit);
    if (!first) return Forward(std::move(first));
    cut = Cut{first->end_position(), first->next_offset()};
  } else if (cut->next_offset == kNoOffset) {
    // The floor itself is where the next batch does not fit any more.
    Result<BatchInfo> next = ReadBatchInfo(file, cut->position, *plan.limit);
    if (!next) return Forward(std::move(next));
    cut->next_offset = next->base_offset;
  }
  plan.end = cut->position;
  plan.next_offset = cut->next_offset;
  return {};
}

// The first batch of the segment whose last offset is at least `offset`.
Result<std::optional<BatchInfo>> LocalLog::LocateBatch(const SegmentPtr& segment,
                                                       const ReadableFile& log_file, int64_t size,
                                                       Offset offset, DiskWait& wait) {
  const FileForRead file(log_file, wait);
  const auto precedes = [&](const OffsetIndexEntry& entry) { return entry.offset <= offset; };
  std::optional<OffsetIndexEntry> entry;
  Result<OffsetIndex::View> view = Fail(ErrorCode::kKafkaStorageError);
  {
    MutexLock lock(mutex_);
    entry = segment->offset_index().FindPending(precedes);
    if (!entry && segment->indexes_usable()) view = segment->offset_index().OpenView();
  }
  if (view) {
    Result<std::optional<OffsetIndexEntry>> found =
        OffsetIndex::Find(*view, FileForRead(*view->file, wait), precedes);
    if (found) entry = *found;
  }
  if (entry) {
    Result<BatchInfo> batch = ReadBatchInfo(file, entry->position, size);
    if (wait.needed) return Forward(std::move(batch));
    if (batch && batch->last_offset == entry->offset) {
      return ScanForOffset(file, entry->position, size, offset);
    }
    ReportDamagedIndex(segment,
                       fmt::format("offset {} at position {}", entry->offset, entry->position));
  }
  return ScanForOffset(file, 0, size, offset);
}

// A batch's beginning at or before `until`, at or after the start; as near as the index tells.
Result<int64_t> LocalLog::FloorPosition(const ReadPlan& plan, int64_t until, DiskWait& wait) {
  const auto precedes = [&](const OffsetIndexEntry& entry) { return entry.position <= until; };
  std::optional<OffsetIndexEntry> entry;
  Result<OffsetIndex::View> view = Fail(ErrorCode::kKafkaStorageError);
  {
    MutexLock lock(mutex_);
    entry = plan.segment->offset_index().FindPending(precedes);
    if (!entry && plan.segment->indexes_usable()) view = plan.segment->offset_index().OpenView();
  }
  if (view) {
    Result<std::optional<OffsetIndexEntry>> found =
        OffsetIndex::Find(*view, FileForRead(*view->file, wait), precedes);
    if (found) entry = *found;
  }
  if (!entry || entry->position <= *plan.start) return *plan.start;
  Result<BatchInfo> batch =
      ReadBatchInfo(FileForRead(*plan.file, wait), entry->position, *plan.limit);
  if (wait.needed) return Forward(std::move(batch));
  if (batch && batch->last_offset == entry->offset) return entry->position;
  // An entry behind the limit is none of this read's business.
  if (entry->position < *plan.limit) {
    ReportDamagedIndex(plan.segment,
                       fmt::format("offset {} at position {}", entry->offset, entry->position));
  }
  return *plan.start;
}

Result<std::vector<AbortedTxn>> LocalLog::AbortedTxns(Offset from, Offset to) {
  std::vector<AbortedTxn> aborted;
  MutexLock lock(mutex_);
  if (Status status = CheckOpen(); !status) return Forward(std::move(status));
  for (size_t i = SegmentIndexOf(from); i < segments_.size(); ++i) {
    Result<std::vector<CompletedTxn>> txns = segments_[i]->txn_index().ReadAll();
    if (!txns) return Forward(std::move(txns));
    for (const CompletedTxn& txn : *txns) {
      if (txn.last_offset >= from && txn.first_offset < to) {
        aborted.push_back({txn.producer_id, txn.first_offset});
      }
      // Everything below was decided by then: later markers are of later transactions.
      if (txn.last_stable_offset >= to) return aborted;
    }
  }
  return aborted;
}

}  // namespace monkafka::storage
