#include "storage/segment.h"

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

#include "storage/names.h"

namespace monkafka::storage {

Segment::Segment(OpenFiles& files, std::shared_ptr<const std::string> directory, Offset base_offset,
                 int64_t size, bool has_txn_index, TimestampMs now)
    : files_(files),
      directory_(directory),
      base_offset_(base_offset),
      opened_at_(now),
      size_(size),
      log_(files, directory, base_offset, kLogSuffix),
      offset_index_(files, directory, base_offset, kOffsetIndexSuffix),
      time_index_(files, directory, base_offset, kTimeIndexSuffix),
      txn_index_(files, directory, base_offset, has_txn_index) {}

Result<std::shared_ptr<Segment>> Segment::Create(OpenFiles& files,
                                                 std::shared_ptr<const std::string> directory,
                                                 Offset base_offset, TimestampMs now) {
  auto segment = std::make_shared<Segment>(files, std::move(directory), base_offset, 0, false, now);
  segment->max_timestamp_ = TimeIndexEntry{kNoTimestamp, base_offset};
  // The indexes first: a `.log` without them would be rebuilt.
  for (SegmentFile* file :
       {&segment->offset_index_.file(), &segment->time_index_.file(), &segment->log_}) {
    Result<std::shared_ptr<File>> opened = file->Get(OpenMode::kCreateTruncate);
    if (!opened) return Forward(std::move(opened));
  }
  return segment;
}

std::expected<void, Segment::WriteFailure> Segment::Append(std::span<const Bytes> pieces,
                                                           int64_t total_size) {
  Result<std::shared_ptr<File>> file = log_.Get();
  if (!file) return std::unexpected(WriteFailure{std::move(file).error(), true});
  log_.MarkDirty();
  if (Status status = (*file)->WriteAt(size_, pieces); !status) {
    const bool undone = (*file)->Truncate(size_).has_value();
    return std::unexpected(WriteFailure{std::move(status).error(), undone});
  }
  size_ += total_size;
  return {};
}

void Segment::Index(const BatchInfo& batch, int32_t index_interval_bytes) {
  if (batch.position == 0) first_timestamp_ = batch.max_timestamp;
  if (max_timestamp_ && batch.max_timestamp > max_timestamp_->timestamp) {
    max_timestamp_ = TimeIndexEntry{batch.max_timestamp, batch.last_offset};
  }
  if (bytes_since_index_entry_ > index_interval_bytes) {
    offset_index_.Append({batch.last_offset, batch.position});
    const Result<std::optional<TimeIndexEntry>> last = time_index_.Last();
    if (last && max_timestamp_ &&
        max_timestamp_->timestamp > last->value_or(TimeIndexEntry{}).timestamp) {
      time_index_.Append(*max_timestamp_);
    }
    bytes_since_index_entry_ = 0;
  }
  bytes_since_index_entry_ += batch.size_in_bytes;
}

Result<bool> Segment::ShouldRoll(const Next& next, const LogConfig& config, TimestampMs now) {
  // Also makes the largest timestamp known, before Index() adds to it.
  if (Result<TimeIndexEntry> max = MaxTimestamp(); !max) return Forward(std::move(max));
  if (size_ == 0) return false;
  if (size_ > config.segment_bytes - next.size) return true;
  if (next.last_offset - base_offset_ > std::numeric_limits<int32_t>::max()) return true;
  Result<int64_t> offsets = offset_index_.Count();
  Result<int64_t> times = time_index_.Count();
  if (!offsets) return Forward(std::move(offsets));
  if (!times) return Forward(std::move(times));
  const int64_t index_bytes = config.segment_index_bytes;
  // Each batch may add an entry; those before the last one of them.
  const int64_t before = next.batches - 1;
  if (*offsets + before >= index_bytes / static_cast<int64_t>(OffsetIndexEntry::kSize)) return true;
  // One place is kept for the entry that sealing adds.
  if (*times + before >= index_bytes / static_cast<int64_t>(TimeIndexEntry::kSize) - 1) return true;
  if (!first_timestamp_) {
    Result<std::shared_ptr<File>> file = log_.Get();
    if (!file) return Forward(std::move(file));
    Result<BatchInfo> first = ReadBatchInfo(**file, 0, size_);
    if (!first) return Forward(std::move(first));
    first_timestamp_ = first->max_timestamp;
  }
  const TimestampMs waited =
      *first_timestamp_ >= 0 ? next.max_timestamp - *first_timestamp_ : now - opened_at_;
  return waited > config.segment_ms.count() - JitterMs(config);
}

// The same for the segment's whole life, different between segments.
TimestampMs Segment::JitterMs(const LogConfig& config) const {
  const int64_t range = std::min(config.segment_jitter_ms, config.segment_ms).count();
  if (range <= 0) return 0;
  const size_t mixed = std::hash<std::string>{}(log_.path());
  return static_cast<TimestampMs>(mixed % static_cast<size_t>(range));
}

Status Segment::Reserve(int64_t bytes) {
  Result<std::shared_ptr<File>> file = log_.Get();
  if (!file) return Forward(std::move(file));
  Status status = (*file)->Reserve(bytes);
  reserved_ = status.has_value();
  return status;
}

Status Segment::Seal() {
  if (reserved_) {
    // Nothing that would have to be synced: size and content stay.
    Result<std::shared_ptr<File>> file = log_.Get();
    if (!file) return Forward(std::move(file));
    if (Status status = (*file)->Truncate(size_); !status) return status;
    reserved_ = false;
  }
  if (!indexes_usable_) return {};
  if (max_timestamp_) {
    Result<std::optional<TimeIndexEntry>> last = time_index_.Last();
    if (!last) return Forward(std::move(last));
    if (max_timestamp_->timestamp > last->value_or(TimeIndexEntry{}).timestamp) {
      time_index_.Append(*max_timestamp_);
    }
  }
  if (Status status = offset_index_.WritePending(); !status) return status;
  if (Status status = time_index_.WritePending(); !status) return status;
  return txn_index_.WritePending();
}

Result<TimeIndexEntry> Segment::MaxTimestamp() {
  if (!max_timestamp_) {
    Result<std::optional<TimeIndexEntry>> last = time_index_.Last();
    if (!last) return Forward(std::move(last));
    max_timestamp_ = last->value_or(TimeIndexEntry{kNoTimestamp, base_offset_});
  }
  return *max_timestamp_;
}

Result<TimestampMs> Segment::RetentionTimestamp() {
  Result<TimeIndexEntry> max = MaxTimestamp();
  if (!max) return Forward(std::move(max));
  if (max->timestamp >= 0) return max->timestamp;
  if (!retention_timestamp_) {
    Result<std::shared_ptr<File>> file = log_.Get();
    if (!file) return Forward(std::move(file));
    Result<TimestampMs> modified = (*file)->ModifiedAt();
    if (!modified) return modified;
    retention_timestamp_ = *modified;
  }
  return *retention_timestamp_;
}

Status Segment::BeginIndexRebuild() {
  for (SegmentFile* file : {&offset_index_.file(), &time_index_.file()}) {
    Result<std::shared_ptr<File>> created = file->Get(OpenMode::kCreate);
    if (!created) return Forward(std::move(created));
  }
  if (Status status = offset_index_.Truncate(0); !status) return status;
  if (Status status = time_index_.Truncate(0); !status) return status;
  max_timestamp_ = TimeIndexEntry{kNoTimestamp, base_offset_};
  first_timestamp_.reset();
  bytes_since_index_entry_ = 0;
  return {};
}

Result<int64_t> Segment::ContinueIndexRebuild(int64_t position, int max_batches,
                                              int32_t index_interval_bytes) {
  Result<std::shared_ptr<File>> file = log_.Get();
  if (!file) return Forward(std::move(file));
  for (int i = 0; i < max_batches && position < size_; ++i) {
    Result<BatchInfo> batch = ReadBatchInfo(**file, position, size_);
    if (!batch) return Forward(std::move(batch));
    Index(*batch, index_interval_bytes);
    position = batch->end_position();
  }
  return position;
}

Status Segment::TruncateTo(int64_t position) {
  Result<std::shared_ptr<File>> file = log_.Get();
  if (!file) return Forward(std::move(file));
  log_.MarkDirty();
  if (Status status = (*file)->Truncate(position); !status) return status;
  size_ = position;
  return {};
}

Status Segment::Rewrite() {
  constexpr int64_t kChunk = 1 << 20;
  Result<std::shared_ptr<File>> file = log_.Get();
  if (!file) return Forward(std::move(file));
  log_.MarkDirty();
  std::vector<uint8_t> chunk;
  for (int64_t position = 0; position < size_;) {
    chunk.resize(static_cast<size_t>(std::min(kChunk, size_ - position)));
    Result<size_t> read = (*file)->ReadAt(position, chunk);
    if (!read) return Forward(std::move(read));
    if (*read == 0) return Fail(ErrorCode::kKafkaStorageError, log_.path() + ": got shorter");
    const Bytes piece = Bytes(chunk).first(*read);
    if (Status status = (*file)->WriteAt(position, std::span(&piece, 1)); !status) return status;
    position += static_cast<int64_t>(*read);
  }
  return {};
}

Status Segment::SyncLog() {
  Result<std::shared_ptr<File>> file = log_.Get();
  if (!file) return Forward(std::move(file));
  return (*file)->Sync();
}

Status Segment::SyncIndexes() {
  for (SegmentFile* index : {&offset_index_.file(), &time_index_.file(), &txn_index_.file()}) {
    if (!index->dirty()) continue;
    Result<std::shared_ptr<File>> file = index->Get();
    if (!file) return Forward(std::move(file));
    if (Status status = (*file)->Sync(); !status) return status;
    index->MarkSynced();
  }
  return {};
}

// The `.log` goes first: an index without its log is removed at the next start.
Status Segment::RenameToDeleted() {
  for (SegmentFile* file :
       {&log_, &offset_index_.file(), &time_index_.file(), &txn_index_.file()}) {
    if (Status status = file->RenameToDeleted(); !status) return status;
  }
  return {};
}

Status Segment::RemoveDeleted() {
  for (const SegmentFile* file :
       {&log_, &offset_index_.file(), &time_index_.file(), &txn_index_.file()}) {
    Status status = files_.file_system().Remove(file->path() + std::string(kDeletedSuffix));
    if (!status) return status;
  }
  return {};
}

void Segment::Release() {
  for (SegmentFile* file :
       {&log_, &offset_index_.file(), &time_index_.file(), &txn_index_.file()}) {
    file->Release();
  }
}

}  // namespace monkafka::storage
