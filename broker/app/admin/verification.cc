#include "app/admin/verification.h"

#include <fmt/core.h>

#include "storage/inspect/interruptible_file.h"
#include "storage/names.h"

namespace monkafka::app {
namespace {

admin::AnomalyKind ToKind(storage::AnomalyKind kind) {
  using From = storage::AnomalyKind;
  using To = admin::AnomalyKind;
  switch (kind) {
    case From::kBadCrc:
      return To::kBadCrc;
    case From::kNotABatch:
      return To::kNotABatch;
    case From::kTornTail:
      return To::kTornTail;
    case From::kOffsetGap:
      return To::kOffsetGap;
    case From::kOffsetRegression:
      return To::kOffsetRegression;
    case From::kBatchCountMismatch:
      return To::kBatchCountMismatch;
    case From::kUnreadableRecords:
      return To::kUnreadableRecords;
    case From::kTimestampMismatch:
      return To::kTimestampMismatch;
    case From::kLeaderEpochOrder:
      return To::kLeaderEpochOrder;
    case From::kUnreadableFile:
      return To::kUnreadableFile;
    case From::kMissingRecords:
      return To::kMissingRecords;
    case From::kIndexMismatch:
      return To::kIndexMismatch;
    case From::kIndexOutOfOrder:
      return To::kIndexOutOfOrder;
    case From::kTimeIndexMismatch:
      return To::kTimeIndexMismatch;
    case From::kTimeIndexOutOfOrder:
      return To::kTimeIndexOutOfOrder;
    case From::kTxnIndexMismatch:
      return To::kTransactionIndexMismatch;
    case From::kBadProducerSnapshot:
      return To::kBadProducerSnapshot;
    case From::kBadCheckpoint:
      return To::kBadCheckpoint;
    case From::kMissingFile:
      return To::kMissingFile;
    case From::kOrphanFile:
      return To::kOrphanFile;
  }
  return To::kUnreadableFile;
}

}  // namespace

std::optional<VerificationStart> ParseVerificationStart(std::string_view file) {
  const size_t slash = file.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  auto tp = storage::ParsePartitionDirectory(file.substr(0, slash));
  const auto name = storage::ParseSegmentFileName(file.substr(slash + 1));
  if (!tp || !name) return std::nullopt;
  return VerificationStart{*std::move(tp), name->base_offset};
}

Offset Verification::FirstSegment(const TopicPartition& tp) const {
  return start_ && start_->topic_partition == tp ? start_->base_offset : 0;
}

admin::VerifySummary Verification::Run(const std::vector<TopicPartition>& all) {
  std::vector<TopicPartition> partitions;
  for (const TopicPartition& tp : all) {
    if (!start_ || tp >= start_->topic_partition) partitions.push_back(tp);
  }
  for (const TopicPartition& tp : partitions) {
    const Result<SegmentSource::Partition> opened = source_.Open(tp);
    if (!opened) continue;
    for (const storage::SegmentFiles& segment : opened->files.segments) {
      if (segment.base_offset < FirstSegment(tp)) continue;
      if (scope_.segment_base_offset.value_or(segment.base_offset) == segment.base_offset) {
        total_bytes_ += segment.log_bytes;
      }
    }
  }
  if (!scope_.segment_base_offset) ReadCheckpoints();
  for (const TopicPartition& tp : partitions) {
    if (stopping_.stop_requested()) break;
    VerifyOne(tp);
  }
  return summary_;
}

void Verification::VerifyOne(const TopicPartition& tp) {
  current_ = tp;
  Result<SegmentSource::Partition> opened = source_.Open(tp);
  if (!opened && opened.error().code == ErrorCode::kUnknownTopicOrPartition) return;  // deleted
  ++summary_.partition_count;
  if (!opened) {
    OnAnomaly({storage::AnomalyKind::kUnreadableFile, source_.directory() + "/" + tp.ToString(), -1,
               kNoOffset, opened.error().message});
    return;
  }
  storage::VerifyOptions options;
  options.check_records = scope_.check_records;
  options.compacted = opened->compacted;
  options.segment = scope_.segment_base_offset;
  options.first_segment = FirstSegment(tp);
  storage::VerifyTotals totals;
  // Fails only when called off, or when the one segment was removed meanwhile.
  const Status verified = storage::VerifyPartition(source_.file_system(), opened->files, options,
                                                   stopping_.get_token(), *this, totals);
  summary_.segment_count += totals.segments;
  summary_.batch_count += totals.batches;
  summary_.record_count += totals.records;
  summary_.read_bytes += totals.bytes;
  if (!verified) return;
  done_bytes_ += totals.bytes;
  // Where a damaged log ends is not known.
  if (totals.anomalies == 0) CheckCheckpoints(tp, totals.next_offset);
}

void Verification::ReadCheckpoints() {
  for (const std::string_view name :
       {storage::kRecoveryPointFile, storage::kLogStartFile, storage::kHighWatermarkFile}) {
    const std::string path = source_.directory() + "/" + std::string(name);
    const Result<bool> exists = source_.file_system().Exists(path);
    if (exists && !*exists) continue;
    const auto content = storage::ReadWholeFile(source_.file_system(), path);
    auto parsed = content ? storage::ParseOffsetCheckpoint(AsText(Bytes(*content)))
                          : Result<storage::OffsetCheckpoint>(std::unexpected(content.error()));
    if (parsed) {
      checkpoints_[path] = *std::move(parsed);
    } else if (!start_) {  // what goes on has said it before
      OnAnomaly(
          {storage::AnomalyKind::kBadCheckpoint, path, -1, kNoOffset, parsed.error().message});
    }
  }
}

void Verification::CheckCheckpoints(const TopicPartition& tp, Offset log_end) {
  for (const auto& [path, entries] : checkpoints_) {
    const auto entry = entries.find(tp);
    if (entry == entries.end() || entry->second <= log_end) continue;
    OnAnomaly({storage::AnomalyKind::kBadCheckpoint, path, -1, entry->second,
               fmt::format("it says offset {} of {}, whose log ends at {}", entry->second,
                           tp.ToString(), log_end)});
  }
}

void Verification::OnAnomaly(storage::Anomaly anomaly) {
  admin::Anomaly shown;
  shown.kind = ToKind(anomaly.kind);
  const bool warning = storage::SeverityOf(anomaly.kind) == storage::Severity::kWarning;
  shown.severity = warning ? admin::AnomalySeverity::kWarning : admin::AnomalySeverity::kError;
  ++(warning ? summary_.warning_count : summary_.error_count);
  shown.topic = current_.topic;
  shown.partition = current_.partition;
  shown.file = Shown(anomaly.file);
  shown.position = anomaly.position;
  shown.offset = anomaly.offset;
  shown.message = std::move(anomaly.message);
  if (!sink_.OnAnomaly(shown)) stopping_.request_stop();
}

void Verification::OnProgress(const storage::VerifyProgress& progress) {
  const admin::VerifyProgress shown{Shown(progress.file), done_bytes_ + progress.bytes_done,
                                    total_bytes_};
  if (!sink_.OnProgress(shown)) stopping_.request_stop();
}

// Within the data directory.
std::string Verification::Shown(const std::string& path) const {
  const std::string prefix = source_.directory() + "/";
  return path.starts_with(prefix) ? path.substr(prefix.size()) : path;
}

}  // namespace monkafka::app
