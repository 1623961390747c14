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
  if (totals.anomalies > 0 || !totals.next_offset) return;
  CheckCheckpoints(tp, *totals.next_offset, opened->files.live);
}

Result<storage::OffsetCheckpoint> Verification::ReadCheckpoint(const std::string& path) const {
  auto content = storage::ReadWholeFile(source_.file_system(), path);
  if (!content) return Forward(std::move(content));
  return storage::ParseOffsetCheckpoint(AsText(Bytes(*content)));
}

void Verification::ReadCheckpoints() {
  for (const std::string_view name :
       {storage::kRecoveryPointFile, storage::kLogStartFile, storage::kHighWatermarkFile}) {
    const std::string path = source_.directory() + "/" + std::string(name);
    const Result<bool> exists = source_.file_system().Exists(path);
    if (exists && !*exists) continue;
    auto parsed = ReadCheckpoint(path);
    if (parsed) {
      checkpoints_[path] = *std::move(parsed);
    } else if (!start_) {  // what goes on has said it before
      // The others are written anew.
      const bool prevents_start = name == storage::kLogStartFile;
      OnAnomaly({storage::AnomalyKind::kBadCheckpoint, path, -1, kNoOffset, parsed.error().message,
                 prevents_start});
    }
  }
}

void Verification::CheckCheckpoints(const TopicPartition& tp, Offset log_end, bool live) {
  for (const auto& [path, entries] : checkpoints_) {
    const auto entry = entries.find(tp);
    if (entry == entries.end() || entry->second <= log_end) continue;
    if (live) {
      // It may have been of a log of this name that was deleted since: a new one is begun without.
      const auto now = ReadCheckpoint(path);
      const auto still = now ? now->find(tp) : entries.end();
      if (!now || still == now->end() || still->second != entry->second) continue;
    }
    // What was durable is not there: the log stays offline. The others give way to the log.
    const bool prevents_start = path.ends_with(storage::kRecoveryPointFile);
    OnAnomaly({storage::AnomalyKind::kBadCheckpoint, path, -1, entry->second,
               fmt::format("it says offset {} of {}, whose log ends at {}", entry->second,
                           tp.ToString(), log_end),
               prevents_start});
  }
}

void Verification::OnAnomaly(storage::Anomaly anomaly) {
  admin::Anomaly shown;
  shown.kind = ToKind(anomaly.kind);
  const bool warning = storage::SeverityOf(anomaly) == storage::Severity::kWarning;
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
