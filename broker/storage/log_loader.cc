#include "storage/log_loader.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "common/log.h"
#include "storage/log_recovery.h"
#include "storage/names.h"
#include "storage/new_segment.h"
#include "storage/producer_snapshot.h"

namespace monkafka::storage {
namespace {

class Loader {
 public:
  Loader(LogEnvironment& environment, const LoadOptions& options)
      : environment_(environment),
        files_(environment.file_system),
        options_(options),
        recovery_point_(std::max<Offset>(options.recovery_point, 0)) {}

  Result<LoadedLog> Load() {
    Status status = ListFiles();
    if (status) status = OpenSegments();
    if (status) status = LoadEpochs();
    if (status) status = options_.clean_shutdown ? LoadClean() : LoadUnclean();
    if (status) status = Settle();
    if (!status) return Forward(std::move(status));
    return std::move(log_);
  }

 private:
  struct Found {
    bool log = false;
    bool offset_index = false;
    bool time_index = false;
    bool txn_index = false;
  };

  std::string PathOf(std::string_view name) const {
    return *options_.directory + "/" + std::string(name);
  }

  Status ListFiles();
  Status OpenSegments();
  Status DropBelowLogStart();
  Status BeginAt(Offset offset);
  Status LoadEpochs();
  Status LoadClean();
  Status LoadUnclean();
  Status Settle();
  Result<Offset> FindEnd(Segment& segment);
  Status RebuildIndexes(Segment& segment);
  // Into log_.producers, from the newest good snapshot at or below the limit; returns its offset,
  // or kNoOffset.
  Result<Offset> LoadSnapshot(Offset limit);
  // After an unclean stop: removes torn snapshots, makes the others durable.
  Status SettleSnapshots(Offset from);
  Status ReplayProducers(Offset from, Offset to);
  Status RemoveSnapshots();

  LogEnvironment& environment_;
  FileSystem& files_;
  const LoadOptions& options_;
  const Offset recovery_point_;
  std::map<Offset, Found> found_;
  std::set<Offset> snapshots_;
  bool directory_changed_ = false;
  bool sync_failed_ = false;
  LoadedLog log_;
};

Status Loader::ListFiles() {
  Result<std::vector<std::string>> names = files_.List(*options_.directory);
  if (!names) return Forward(std::move(names));
  for (const std::string& name : *names) {
    if (name.ends_with(kDeletedSuffix) || name.ends_with(".cleaned") || name.ends_with(".tmp")) {
      if (Status status = files_.Remove(PathOf(name)); !status) return status;
      continue;
    }
    if (name == kFailedSyncFile) sync_failed_ = true;
    if (name.ends_with(".swap")) {
      return Fail(ErrorCode::kKafkaStorageError,
                  fmt::format("{}: an interrupted compaction; start and stop the broker that "
                              "began it once",
                              PathOf(name)));
    }
    const std::optional<SegmentFileNameParts> parts = ParseSegmentFileName(name);
    if (!parts) continue;
    if (parts->suffix == kLogSuffix) found_[parts->base_offset].log = true;
    if (parts->suffix == kOffsetIndexSuffix) found_[parts->base_offset].offset_index = true;
    if (parts->suffix == kTimeIndexSuffix) found_[parts->base_offset].time_index = true;
    if (parts->suffix == kTxnIndexSuffix) found_[parts->base_offset].txn_index = true;
    if (parts->suffix == kSnapshotSuffix) snapshots_.insert(parts->base_offset);
  }
  return {};
}

Status Loader::OpenSegments() {
  const TimestampMs now = environment_.clock.WallMs();
  for (const auto& [base_offset, found] : found_) {
    if (!found.log) {
      for (const std::string_view suffix :
           {kOffsetIndexSuffix, kTimeIndexSuffix, kTxnIndexSuffix}) {
        Status status = files_.Remove(PathOf(SegmentFileName(base_offset, suffix)));
        if (!status) return status;
      }
      continue;
    }
    Result<int64_t> size = files_.SizeOf(PathOf(SegmentFileName(base_offset, kLogSuffix)));
    if (!size) return Forward(std::move(size));
    log_.segments.push_back(std::make_shared<Segment>(environment_.open_files, options_.directory,
                                                      base_offset, *size, found.txn_index, now));
  }
  if (Status status = DropBelowLogStart(); !status) return status;
  log_.log_start = std::max<Offset>(options_.log_start_checkpoint, 0);
  if (log_.segments.empty()) return BeginAt(log_.log_start);
  log_.log_start = std::max(log_.log_start, log_.segments.front()->base_offset());
  return {};
}

// They were deleted; the power cut was faster than the removal of their files.
Status Loader::DropBelowLogStart() {
  std::vector<std::shared_ptr<Segment>>& segments = log_.segments;
  while (segments.size() > 1 && segments[1]->base_offset() <= options_.log_start_checkpoint) {
    if (Status status = RemoveSegmentFiles(*segments.front()); !status) return status;
    segments.erase(segments.begin());
    directory_changed_ = true;
  }
  return {};
}

Status Loader::BeginAt(Offset offset) {
  Result<std::shared_ptr<Segment>> created =
      BeginSegment(environment_, options_.directory, offset, options_.config);
  if (!created) return Forward(std::move(created));
  log_.segments.push_back(*std::move(created));
  found_[offset] = {true, true, true, false};
  directory_changed_ = true;
  return {};
}

Status Loader::LoadEpochs() {
  const std::string path = PathOf(kLeaderEpochFile);
  Result<bool> exists = files_.Exists(path);
  if (!exists) return Forward(std::move(exists));
  if (!*exists) return {};
  Result<std::vector<uint8_t>> content = ReadWholeFile(files_, path);
  if (!content) return Forward(std::move(content));
  Result<std::vector<EpochEntry>> entries = ParseLeaderEpochs(AsText(*content));
  if (!entries) {
    return Fail(entries.error().code, fmt::format("{}: {}", path, entries.error().message));
  }
  log_.epochs = LeaderEpochs(*entries);
  return {};
}

Status Loader::LoadClean() {
  for (const std::shared_ptr<Segment>& segment : log_.segments) {
    const Found& found = found_[segment->base_offset()];
    if (found.offset_index && found.time_index) continue;
    LogWarning("{}: an index is missing and is rebuilt", segment->log_file().path());
    if (Status status = RebuildIndexes(*segment); !status) return status;
  }
  Result<Offset> end = FindEnd(*log_.segments.back());
  if (!end) return Forward(std::move(end));
  log_.log_end = *end;
  Result<Offset> snapshot = LoadSnapshot(log_.log_end);
  if (!snapshot) return Forward(std::move(snapshot));
  log_.snapshot_offset = *snapshot;
  // As for Kafka: without any snapshot nobody ever wrote with a producer id.
  if (*snapshot == kNoOffset) return {};
  return ReplayProducers(*snapshot, log_.log_end);
}

Status Loader::LoadUnclean() {
  std::vector<std::shared_ptr<Segment>>& segments = log_.segments;
  // A segment that ends at the recovery point may have been sealed after it: its last index entries
  // need not be on disk.
  const auto after = std::partition_point(segments.begin(), segments.end(),
                                          [&](const std::shared_ptr<Segment>& segment) {
                                            return segment->base_offset() < recovery_point_;
                                          });
  const size_t first =
      after == segments.begin() ? 0 : static_cast<size_t>(after - segments.begin()) - 1;
  const Offset begin = segments[first]->base_offset();
  for (size_t i = 0; i < first; ++i) {
    const Found& found = found_[segments[i]->base_offset()];
    if (found.offset_index && found.time_index) continue;
    if (Status status = RebuildIndexes(*segments[i]); !status) return status;
  }
  Result<Offset> snapshot = LoadSnapshot(begin);
  if (!snapshot) return Forward(std::move(snapshot));
  if (Status status = ReplayProducers(*snapshot, begin); !status) return status;
  if (options_.config.preallocate) {
    for (size_t i = first; i < segments.size(); ++i) segments[i]->set_reserved();
  }
  LogRecovery recovery(options_.config, recovery_point_, segments, log_.epochs, log_.producers);
  recovery.set_rewrite(sync_failed_);
  Result<Offset> end = recovery.Run(first);
  if (!end) {
    MarkFailedSync(files_, *options_.directory);
    return Forward(std::move(end));
  }
  log_.log_end = *end;
  log_.snapshot_offset = *snapshot;
  log_.epochs_dirty |= recovery.epochs_changed();
  // Names of files, too, may be in memory alone.
  directory_changed_ = true;
  if (Status status = SettleSnapshots(*snapshot); !status) return status;
  return sync_failed_ ? files_.Remove(PathOf(kFailedSyncFile)) : Status();
}

Status Loader::Settle() {
  if (log_.log_end < log_.log_start) {
    LogWarning("{}: the log ends at {}, below its start {}: it begins anew there",
               *options_.directory, log_.log_end, log_.log_start);
    for (const std::shared_ptr<Segment>& segment : log_.segments) {
      if (Status status = RemoveSegmentFiles(*segment); !status) return status;
    }
    log_.segments.clear();
    log_.producers.Clear();
    log_.epochs = {};
    log_.epochs_dirty = true;
    log_.log_end = log_.log_start;
    if (Status status = BeginAt(log_.log_start); !status) return status;
  } else if (log_.log_end < recovery_point_) {
    return Fail(ErrorCode::kKafkaStorageError,
                fmt::format("{} ends at offset {}, but offsets below {} were durable: files are "
                            "missing. Restore them, or delete the partition",
                            *options_.directory, log_.log_end, recovery_point_));
  }
  log_.epochs_dirty |= log_.epochs.TruncateFromEnd(log_.log_end);
  log_.epochs_dirty |= log_.epochs.TruncateFromStart(log_.log_start);
  log_.producers.RemoveExpired(environment_.clock.WallMs(), options_.producer_id_expiration);
  if (Status status = RemoveSnapshots(); !status) return status;
  return directory_changed_ ? files_.SyncDirectory(*options_.directory) : Status();
}

// After a clean stop: from the last index entry on, a few batch headers.
Result<Offset> Loader::FindEnd(Segment& segment) {
  if (segment.size() == 0) return segment.base_offset();
  Result<std::shared_ptr<File>> file = segment.log_file().Get();
  if (!file) return Forward(std::move(file));
  Result<std::optional<OffsetIndexEntry>> last = segment.offset_index().Last();
  if (!last) return Forward(std::move(last));
  int64_t position = 0;
  if (*last) {
    Result<BatchInfo> indexed = ReadBatchInfo(**file, (*last)->position, segment.size());
    if (indexed && indexed->last_offset == (*last)->offset) {
      position = indexed->position;
    } else {
      LogWarning("{}: contradicts the log and is rebuilt", segment.offset_index().file().path());
      if (Status status = RebuildIndexes(segment); !status) return Forward(std::move(status));
    }
  }
  Offset end = segment.base_offset();
  while (position < segment.size()) {
    Result<BatchInfo> batch = ReadBatchInfo(**file, position, segment.size());
    if (!batch) {
      return Fail(ErrorCode::kKafkaStorageError,
                  fmt::format("{} is damaged, although the last shutdown was clean: {}, where "
                              "offset {} should be",
                              segment.log_file().path(), batch.error().message, end));
    }
    position = batch->end_position();
    end = batch->next_offset();
  }
  return end;
}

Status Loader::RebuildIndexes(Segment& segment) {
  if (Status status = segment.BeginIndexRebuild(); !status) return status;
  for (int64_t position = 0; position < segment.size();) {
    Result<int64_t> next = segment.ContinueIndexRebuild(position, std::numeric_limits<int>::max(),
                                                        options_.config.index_interval_bytes);
    if (!next) {
      return Fail(
          ErrorCode::kKafkaStorageError,
          fmt::format("{} is damaged: {}", segment.log_file().path(), next.error().message));
    }
    position = *next;
  }
  if (Status status = segment.Seal(); !status) return status;
  directory_changed_ = true;
  return segment.SyncIndexes();
}

// What a process wrote before it died is not durable because it can be read, and what it could not
// sync is not written by another sync.
Status Loader::SettleSnapshots(Offset from) {
  for (auto it = snapshots_.lower_bound(from); it != snapshots_.end() && *it <= log_.log_end;) {
    const std::string path = PathOf(SegmentFileName(*it, kSnapshotSuffix));
    Result<std::vector<uint8_t>> content = ReadWholeFile(files_, path);
    if (!content) return Forward(std::move(content));
    if (DecodeProducerSnapshot(*content)) {
      Result<std::shared_ptr<File>> file = files_.Open(path, OpenMode::kReadWrite);
      if (!file) return Forward(std::move(file));
      const Bytes piece(*content);
      if (Status status = (*file)->WriteAt(0, std::span(&piece, 1)); !status) return status;
      if (Status status = (*file)->Sync(); !status) return status;
      ++it;
    } else {
      if (Status status = files_.Remove(path); !status) return status;
      it = snapshots_.erase(it);
    }
  }
  return {};
}

Result<Offset> Loader::LoadSnapshot(Offset limit) {
  for (auto it = snapshots_.upper_bound(limit); it != snapshots_.begin();) {
    --it;
    const std::string path = PathOf(SegmentFileName(*it, kSnapshotSuffix));
    Result<std::vector<uint8_t>> content = ReadWholeFile(files_, path);
    if (!content) return Forward(std::move(content));
    Result<std::vector<ProducerEntry>> entries = DecodeProducerSnapshot(*content);
    if (entries) {
      for (const ProducerEntry& entry : *entries) log_.producers.Load(entry);
      return *it;
    }
    LogWarning("{}: {}; an older one is used", path, entries.error().message);
    if (Status status = files_.Remove(path); !status) return Forward(std::move(status));
    directory_changed_ = true;
    it = snapshots_.erase(it);
  }
  return kNoOffset;
}

// Reads the headers of the batches in [from, to).
Status Loader::ReplayProducers(Offset from, Offset to) {
  for (size_t i = 0; i < log_.segments.size(); ++i) {
    Segment& segment = *log_.segments[i];
    if (segment.base_offset() >= to) break;
    const bool below = i + 1 < log_.segments.size() && log_.segments[i + 1]->base_offset() <= from;
    if (below || segment.size() == 0 || from >= to) continue;
    Result<std::shared_ptr<File>> file = segment.log_file().Get();
    if (!file) return Forward(std::move(file));
    for (int64_t position = 0; position < segment.size();) {
      Result<BatchInfo> info = ReadBatchInfo(**file, position, segment.size());
      if (!info) {
        return Fail(
            ErrorCode::kKafkaStorageError,
            fmt::format("{} is damaged: {}", segment.log_file().path(), info.error().message));
      }
      if (info->base_offset >= to) break;
      position = info->end_position();
      if (info->base_offset < from) continue;
      Result<std::optional<CompletedTxn>> txn =
          ReplayProducer(log_.producers, **file, *info, nullptr);
      if (!txn) return Forward(std::move(txn));
    }
  }
  return {};
}

// Those of offsets that are not in the log (any more) would lie about what is written there next;
// others are of no use.
Status Loader::RemoveSnapshots() {
  const auto above = snapshots_.upper_bound(log_.log_end);
  const Offset newest = above == snapshots_.begin() ? kNoOffset : *std::prev(above);
  for (const Offset offset : snapshots_) {
    const bool at_segment =
        std::any_of(log_.segments.begin(), log_.segments.end(),
                    [&](const auto& segment) { return segment->base_offset() == offset; });
    const bool stale = offset > log_.log_end || offset < log_.log_start;
    if (!stale && (at_segment || offset == newest)) continue;
    Status status = files_.Remove(PathOf(SegmentFileName(offset, kSnapshotSuffix)));
    if (!status) return status;
    directory_changed_ |= stale;
  }
  return {};
}

}  // namespace

Result<LoadedLog> LoadLog(LogEnvironment& environment, const LoadOptions& options) {
  return Loader(environment, options).Load();
}

}  // namespace monkafka::storage
