#include "storage/inspect/verify.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "storage/inspect/interruptible_file.h"
#include "storage/inspect/segment_verifier.h"
#include "storage/leader_epochs.h"
#include "storage/names.h"
#include "storage/producer_snapshot.h"
#include "storage/sparse_index.h"

namespace monkafka::storage {
namespace {

constexpr int64_t kProgressInterval = 8 << 20;

class PartitionVerifier {
 public:
  PartitionVerifier(FileSystem& file_system, const PartitionFiles& files,
                    const VerifyOptions& options, const std::stop_token& stop, VerifySink& sink,
                    VerifyTotals& totals)
      : file_system_(file_system),
        files_(files),
        options_(options),
        stop_(stop),
        sink_(sink),
        totals_(totals) {}

  Status Run() {
    for (const SegmentFiles& segment : files_.segments) {
      if (Wanted(segment)) progress_.bytes_total += segment.log_bytes;
    }
    for (const SegmentFiles& segment : files_.segments) {
      if (!Wanted(segment)) continue;
      if (Status verified = VerifySegment(segment); !verified) return verified;
    }
    if (files_.segments.empty() && !files_.live) totals_.next_offset = 0;
    if (options_.segment) return {};
    for (Status (PartitionVerifier::*check)() :
         {&PartitionVerifier::CheckSnapshots, &PartitionVerifier::CheckLeaderEpochs,
          &PartitionVerifier::CheckMetadata}) {
      if (stop_.stop_requested()) return std::unexpected(Interruption());
      if (Status checked = (this->*check)(); !checked) return checked;
    }
    for (const std::string& name : files_.orphans) ReportOrphan(name);
    return {};
  }

 private:
  bool Wanted(const SegmentFiles& segment) const {
    return segment.base_offset >= options_.first_segment &&
           options_.segment.value_or(segment.base_offset) == segment.base_offset;
  }

  void Report(AnomalyKind kind, std::string file, Offset offset, std::string message) {
    Report({kind, std::move(file), -1, offset, std::move(message)});
  }
  void Report(Anomaly anomaly) {
    ++totals_.anomalies;
    sink_.OnAnomaly(std::move(anomaly));
  }

  Status VerifySegment(const SegmentFiles& segment) {
    progress_.file = files_.PathOf(segment.base_offset, kLogSuffix);
    const int64_t before = progress_.bytes_done;
    SegmentVerifier verifier(
        file_system_, files_, segment, options_, stop_, cursor_, totals_,
        [this](Anomaly anomaly) { Report(std::move(anomaly)); },
        [this, before](int64_t position) {
          if (before + position - progress_.bytes_done < kProgressInterval) return;
          progress_.bytes_done = before + position;
          sink_.OnProgress(progress_);
        });
    const int64_t anomalies_before = totals_.anomalies;
    if (Status verified = verifier.Run(); !verified) return verified;
    log_damaged_ |= totals_.anomalies > anomalies_before;
    const bool last = segment.base_offset == files_.segments.back().base_offset;
    if (last && verifier.walked()) totals_.next_offset = cursor_.next_offset;
    progress_.bytes_done = before + segment.log_bytes;
    sink_.OnProgress(progress_);
    return {};
  }

  void ReportOrphan(const std::string& name) {
    const std::optional<SegmentFileNameParts> parts = ParseSegmentFileName(name);
    const bool is_index =
        parts && (parts->suffix == kOffsetIndexSuffix || parts->suffix == kTimeIndexSuffix ||
                  parts->suffix == kTxnIndexSuffix);
    if (is_index && HasEntries(files_.PathOf(name))) {
      Report(AnomalyKind::kMissingRecords, files_.PathOf(name), parts->base_offset,
             fmt::format("its entries lead to records of {}, which is not there",
                         SegmentFileName(parts->base_offset, kLogSuffix)));
      return;
    }
    Report(AnomalyKind::kOrphanFile, files_.PathOf(name), kNoOffset,
           "it belongs to no segment of the partition");
  }

  // The broker makes an index of zeros; its first entry that is one is not all zeros.
  bool HasEntries(const std::string& path) {
    auto file = OpenInterruptible(file_system_, path, stop_);
    if (!file) return false;
    std::array<uint8_t, TimeIndexEntry::kSize> first;
    const Result<size_t> read = (*file)->ReadAt(0, first);
    return read && std::any_of(first.begin(), first.begin() + static_cast<ptrdiff_t>(*read),
                               [](uint8_t byte) { return byte != 0; });
  }

  // A file that is gone from a live directory has no content to judge.
  std::optional<std::string> Content(const std::string& path) {
    Result<std::vector<uint8_t>> content = ReadWholeFile(file_system_, path);
    if (content) return std::string(AsText(Bytes(*content)));
    const Result<bool> exists = file_system_.Exists(path);
    if (files_.live && exists && !*exists) return std::nullopt;
    Report(AnomalyKind::kUnreadableFile, path, kNoOffset, content.error().message);
    return std::nullopt;
  }

  Status CheckSnapshots() {
    for (const Offset offset : files_.producer_snapshots) {
      if (stop_.stop_requested()) return std::unexpected(Interruption());
      const std::string path = files_.PathOf(offset, kSnapshotSuffix);
      const std::optional<std::string> content = Content(path);
      if (!content) continue;
      const auto entries = DecodeProducerSnapshot(AsBytes(*content));
      if (!entries) {
        Report(AnomalyKind::kBadProducerSnapshot, path, offset, entries.error().message);
        continue;
      }
      CheckSnapshot(path, offset, *entries);
    }
    return {};
  }

  void CheckSnapshot(const std::string& path, Offset offset,
                     const std::vector<ProducerEntry>& entries) {
    for (const ProducerEntry& entry : entries) {
      const ProducerBatch* const last = entry.last_batch();
      if (last == nullptr || last->last_offset < offset) continue;
      Report(AnomalyKind::kBadProducerSnapshot, path, offset,
             fmt::format("producer {} has a batch up to offset {}, not below {}", entry.producer_id,
                         last->last_offset, offset));
      return;
    }
    // Behind the end it tells of records that are gone; if it is known why, that was reported.
    if (!files_.live && !log_damaged_ && cursor_.next_offset && offset > *cursor_.next_offset) {
      Report(AnomalyKind::kBadProducerSnapshot, path, offset,
             fmt::format("it is of offset {}, the log ends at {}", offset, *cursor_.next_offset));
    }
  }

  Status CheckLeaderEpochs() {
    if (!files_.has_leader_epochs) return {};
    const std::string path = files_.PathOf(kLeaderEpochFile);
    const std::optional<std::string> content = Content(path);
    if (!content) return {};
    const Result<std::vector<EpochEntry>> parsed = ParseLeaderEpochs(*content);
    if (!parsed) {
      Report({AnomalyKind::kBadCheckpoint, path, -1, kNoOffset, parsed.error().message, true});
      return {};
    }
    for (size_t i = 1; i < parsed->size(); ++i) {
      const EpochEntry& before = (*parsed)[i - 1];
      const EpochEntry& entry = (*parsed)[i];
      if (entry.epoch > before.epoch && entry.start_offset > before.start_offset) continue;
      Report(AnomalyKind::kLeaderEpochOrder, path, entry.start_offset,
             fmt::format("epoch {} from offset {} follows epoch {} from offset {}", entry.epoch,
                         entry.start_offset, before.epoch, before.start_offset));
      return {};
    }
    CompareEpochs(path, *parsed);
    return {};
  }

  // With the batches'. The file may lack the newest epochs (it is written now and then) and what
  // lies below the log start.
  void CompareEpochs(const std::string& path, const std::vector<EpochEntry>& entries) {
    if (entries.empty()) return;
    const LeaderEpochs epochs(entries);
    for (const SeenEpoch& seen : cursor_.epochs) {
      if (seen.epoch > epochs.latest() || seen.offset < entries.front().start_offset) continue;
      const std::optional<LeaderEpoch> epoch = epochs.EpochAt(seen.offset);
      if (epoch == seen.epoch) continue;
      Report(AnomalyKind::kBadCheckpoint, path, seen.offset,
             fmt::format("it says leader epoch {} for offset {}, the batch there has {}",
                         epoch.value_or(kNoEpoch), seen.offset, seen.epoch));
      return;
    }
  }

  Status CheckMetadata() {
    if (!files_.has_partition_metadata) return {};
    const std::string path = files_.PathOf(kPartitionMetadataFile);
    const std::optional<std::string> content = Content(path);
    if (!content) return {};
    const Result<Uuid> id = ParsePartitionMetadata(*content);
    if (!id) Report({AnomalyKind::kBadCheckpoint, path, -1, kNoOffset, id.error().message, true});
    return {};
  }

  FileSystem& file_system_;
  const PartitionFiles& files_;
  const VerifyOptions& options_;
  const std::stop_token& stop_;
  VerifySink& sink_;
  VerifyTotals& totals_;
  VerifyProgress progress_;
  LogCursor cursor_;
  bool log_damaged_ = false;
};

}  // namespace

Status VerifyPartition(FileSystem& file_system, const PartitionFiles& files,
                       const VerifyOptions& options, const std::stop_token& stop, VerifySink& sink,
                       VerifyTotals& totals) {
  if (options.segment && files.FindSegment(*options.segment) == nullptr) {
    return Fail(ErrorCode::kOffsetOutOfRange, fmt::format("no segment of {} has base offset {}",
                                                          files.directory, *options.segment));
  }
  return PartitionVerifier(file_system, files, options, stop, sink, totals).Run();
}

}  // namespace monkafka::storage
