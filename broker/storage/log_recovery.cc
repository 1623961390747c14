#include "storage/log_recovery.h"

#include <fmt/core.h>

#include <limits>

#include "common/log.h"
#include "records/record.h"
#include "storage/damage.h"
#include "storage/names.h"

namespace monkafka::storage {

Result<Offset> LogRecovery::Run(size_t first_segment) {
  next_offset_ = segments_[first_segment]->base_offset();
  for (size_t i = first_segment; i < segments_.size(); ++i) {
    Segment& segment = *segments_[i];
    if (segment.base_offset() < next_offset_) {
      return Fail(ErrorCode::kKafkaStorageError,
                  fmt::format("{} begins below offset {}, where the segment before it ends",
                              segment.log_file().path(), next_offset_));
    }
    if (segment.base_offset() > next_offset_ && !config_.cleanup_compact) {
      // What lay between was never durable, so neither was this.
      LogWarning("{}: offsets {} to {} are missing before it; it was not durable and is removed",
                 segment.log_file().path(), next_offset_, segment.base_offset() - 1);
      if (Status status = CutOff(i - 1, segments_[i - 1]->size()); !status) {
        return Forward(std::move(status));
      }
      break;
    }
    next_offset_ = segment.base_offset();
    Result<std::optional<Defect>> scanned = Scan(segment);
    if (!scanned) return Forward(std::move(scanned));
    if (*scanned) {
      if (Status status = Judge(i, **scanned); !status) return Forward(std::move(status));
      break;
    }
  }
  if (Status status = Sync(first_segment); !status) return Forward(std::move(status));
  return next_offset_;
}

Status LogRecovery::Sync(size_t first_segment) {
  for (size_t i = first_segment; i < segments_.size(); ++i) {
    Segment& segment = *segments_[i];
    const bool sealed = i + 1 < segments_.size();
    if (!sealed && next_offset_ <= recovery_point_ && !cut_off_ && !rewrite_) break;
    Status status = MakeDurable(segment);
    // The active segment's are rebuilt again after the next unclean stop.
    if (status && sealed) status = segment.Seal();
    if (status && sealed) status = segment.SyncIndexes();
    if (!status) return status;
  }
  return {};
}

Status LogRecovery::MakeDurable(Segment& segment) {
  if (rewrite_) {
    if (Status status = segment.Rewrite(); !status) return status;
  }
  Status status = segment.SyncLog();
  if (status) segment.log_file().MarkSynced();
  return status;
}

Result<std::optional<LogRecovery::Defect>> LogRecovery::Scan(Segment& segment) {
  if (Status status = segment.BeginIndexRebuild(); !status) return Forward(std::move(status));
  if (Status status = segment.txn_index().Reset(); !status) return Forward(std::move(status));
  Result<std::shared_ptr<File>> file = segment.log_file().Get();
  if (!file) return Forward(std::move(file));
  for (int64_t position = 0; position < segment.size();) {
    Result<BatchInfo> info = ReadBatchInfo(**file, position, segment.size());
    if (!info && info.error().code != ErrorCode::kCorruptMessage) return Forward(std::move(info));
    if (!info) return Defect{position, std::move(info).error().message};
    Result<std::optional<Defect>> defect = ScanBatch(segment, **file, *info);
    if (!defect || *defect) return defect;
    position = info->end_position();
  }
  return std::nullopt;
}

Result<std::optional<LogRecovery::Defect>> LogRecovery::ScanBatch(Segment& segment,
                                                                  const ReadableFile& file,
                                                                  const BatchInfo& info) {
  const bool gap = info.base_offset > next_offset_ && !config_.cleanup_compact;
  if (info.base_offset < next_offset_ || gap ||
      info.last_offset - segment.base_offset() > std::numeric_limits<int32_t>::max()) {
    return Defect{info.position, fmt::format("a batch with base offset {}", info.base_offset)};
  }
  if (info.next_offset() <= recovery_point_) {
    Status status = TakeIn(segment, info, nullptr);
    if (!status) return Forward(std::move(status));
    return std::nullopt;
  }
  Result<records::BatchView> batch = ReadBatch(file, info, buffer_);
  if (!batch && batch.error().code == ErrorCode::kKafkaStorageError) {
    return Forward(std::move(batch));
  }
  if (!batch) return Defect{info.position, batch.error().message};
  if (!batch->CrcMatches()) return Defect{info.position, "a batch whose checksum is wrong"};
  if (Status status = TakeIn(segment, info, &*batch); !status) return Forward(std::move(status));
  return std::nullopt;
}

Status LogRecovery::TakeIn(Segment& segment, const BatchInfo& info,
                           const records::BatchView* batch) {
  segment.Index(info, config_.index_interval_bytes);
  if (info.leader_epoch > epochs_.latest()) {
    epochs_changed_ |= epochs_.Assign(info.leader_epoch, info.base_offset);
  }
  next_offset_ = info.next_offset();
  Result<std::shared_ptr<File>> file = segment.log_file().Get();
  if (!file) return Forward(std::move(file));
  Result<std::optional<CompletedTxn>> txn = ReplayProducer(producers_, **file, info, batch);
  if (!txn) return Forward(std::move(txn));
  if (!*txn || !(*txn)->aborted) return {};
  return segment.txn_index().Append(**txn);
}

Status LogRecovery::Judge(size_t index, const Defect& defect) {
  Segment& segment = *segments_[index];
  const std::string path = segment.log_file().path();
  Result<std::shared_ptr<File>> file = segment.log_file().Get();
  if (!file) return Forward(std::move(file));
  Result<std::optional<int64_t>> next =
      FindWholeBatch(**file, defect.position + 1, segment.size(), next_offset_);
  if (!next) return Forward(std::move(next));
  Result<bool> behind = AnythingBehind(index);
  if (!behind) return Forward(std::move(behind));
  Result<bool> hole =
      HasHole(**file, defect.position, next->value_or(segment.size()), next_offset_);
  if (!hole) return Forward(std::move(hole));
  // A batch that goes on behind the file's end, with no other in it: its rest was never written.
  const Result<BatchInfo> within =
      ReadBatchInfo(**file, defect.position, std::numeric_limits<int64_t>::max());
  const bool cut_short =
      !*next && (segment.size() - defect.position < static_cast<int64_t>(records::kBatchOverhead) ||
                 (within && within->end_position() > segment.size()));
  const bool is_end = (!*next && !*behind) || *hole || cut_short;
  if (next_offset_ < recovery_point_ || !is_end) {
    const std::string follows = *next ? fmt::format("valid records follow at position {}", **next)
                                : *behind
                                    ? std::string("later segments hold valid records")
                                    : fmt::format("offsets below {} were durable", recovery_point_);
    return Fail(ErrorCode::kKafkaStorageError,
                fmt::format("{} is damaged at position {}, where offset {} should be: {}; {}. "
                            "Restore the file, or delete the partition",
                            path, defect.position, next_offset_, defect.why, follows));
  }
  LogWarning("{}: cut off at position {} (offset {}), {} bytes that were not durable: {}", path,
             defect.position, next_offset_, segment.size() - defect.position, defect.why);
  return CutOff(index, defect.position);
}

Result<bool> LogRecovery::AnythingBehind(size_t index) const {
  for (size_t i = index + 1; i < segments_.size(); ++i) {
    Result<std::shared_ptr<File>> file = segments_[i]->log_file().Get();
    if (!file) return Forward(std::move(file));
    Result<std::optional<int64_t>> found =
        FindWholeBatch(**file, 0, segments_[i]->size(), next_offset_);
    if (!found) return Forward(std::move(found));
    if (*found) return true;
  }
  return false;
}

Status LogRecovery::CutOff(size_t index, int64_t position) {
  cut_off_ = true;
  while (segments_.size() > index + 1) {
    if (Status status = RemoveSegmentFiles(*segments_.back()); !status) return status;
    segments_.pop_back();
  }
  if (position == segments_[index]->size()) return {};
  return segments_[index]->TruncateTo(position);
}

Result<std::optional<CompletedTxn>> ReplayProducer(ProducerState& producers,
                                                   const ReadableFile& file, const BatchInfo& info,
                                                   const records::BatchView* batch) {
  if (info.producer_id == kNoProducerId) return std::nullopt;
  if (!info.control) {
    producers.ApplyData(info);
    return std::nullopt;
  }
  std::vector<uint8_t> buffer;
  std::optional<records::BatchView> own;
  if (batch == nullptr) {
    Result<records::BatchView> read = ReadBatch(file, info, buffer);
    if (!read) return Forward(std::move(read));
    own = *read;
    batch = &*own;
  }
  records::RecordIterator records(*batch);
  records::Record record;
  Result<bool> more = records.Next(record);
  if (!more) return Forward(std::move(more));
  if (!*more) return std::nullopt;  // compaction removed the transaction
  Result<records::EndTxnMarker> marker = records::ParseEndTxnMarker(record);
  if (!marker) return Forward(std::move(marker));
  return producers.ApplyMarker(info, *marker);
}

void MarkFailedSync(FileSystem& file_system, const std::string& directory) {
  const std::string path = directory + "/" + std::string(kFailedSyncFile);
  const auto mark = file_system.Open(path, OpenMode::kCreate);
  if (!mark) LogWarning("{}", mark.error().message);
}

Status RemoveSegmentFiles(Segment& segment) {
  segment.Release();
  for (SegmentFile* file : {&segment.log_file(), &segment.offset_index().file(),
                            &segment.time_index().file(), &segment.txn_index().file()}) {
    if (Status status = file->Remove(); !status) return status;
  }
  return {};
}

}  // namespace monkafka::storage
