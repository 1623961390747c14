#include "storage/inspect/segment_verifier.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "records/control_records.h"
#include "records/record.h"
#include "storage/aborted_txn_index.h"
#include "storage/damage.h"
#include "storage/inspect/batch_check.h"
#include "storage/inspect/interruptible_file.h"
#include "storage/names.h"

namespace monkafka::storage {

using records::BatchView;

SegmentVerifier::SegmentVerifier(FileSystem& file_system, const PartitionFiles& files,
                                 const SegmentFiles& segment, const VerifyOptions& options,
                                 const std::stop_token& stop, LogCursor& cursor,
                                 VerifyTotals& totals, AnomalyReport report,
                                 std::function<void(int64_t)> advance)
    : file_system_(file_system),
      files_(files),
      segment_(segment),
      options_(options),
      stop_(stop),
      cursor_(cursor),
      totals_(totals),
      report_(std::move(report)),
      advance_(std::move(advance)) {}

std::string SegmentVerifier::PathOf(std::string_view suffix) const {
  return files_.PathOf(segment_.base_offset, suffix);
}

void SegmentVerifier::Report(AnomalyKind kind, int64_t position, Offset offset,
                             std::string message) {
  report_({kind, PathOf(kLogSuffix), position, offset, std::move(message)});
}

// Retention takes sealed segments from a live log at any time.
bool SegmentVerifier::WasRemoved(std::string_view suffix) {
  if (!files_.live) return false;
  const Result<bool> exists = file_system_.Exists(PathOf(suffix));
  return exists && !*exists;
}

Status SegmentVerifier::Unreadable(Error error, std::string_view suffix) {
  if (IsInterruption(error)) return std::unexpected(std::move(error));
  if (WasRemoved(kLogSuffix)) {
    // The segments before it are gone by now, too, though some of them were still read.
    cursor_.gap_explained = true;
    return {};
  }
  report_({AnomalyKind::kUnreadableFile, PathOf(suffix), -1, segment_.base_offset, error.message});
  return {};
}

Status SegmentVerifier::Run() {
  if (stop_.stop_requested()) return std::unexpected(Interruption());
  auto log = OpenInterruptible(file_system_, PathOf(kLogSuffix), stop_);
  if (!log) return Unreadable(std::move(log).error(), kLogSuffix);
  log_ = *std::move(log);
  if (Status opened = OpenIndexes(); !opened) return opened;
  ++totals_.segments;
  BatchScanner scanner(log_, 0, segment_.log_bytes);
  Status walked = Walk(scanner);
  if (!walked) return Unreadable(std::move(walked).error(), kLogSuffix);
  walked_ = true;
  if (Status finished = Finish(); !finished) return finished;
  totals_.bytes += segment_.log_bytes;
  return CheckTxnIndex();
}

// Null when there is none; what is missing is reported.
Result<std::shared_ptr<const ReadableFile>> SegmentVerifier::OpenIndex(
    std::string_view suffix, const std::optional<int64_t>& bytes) {
  if (!segment_.indexes_usable) return nullptr;
  if (!bytes) {
    if (!segment_.unsettled && !WasRemoved(kLogSuffix)) {
      report_({AnomalyKind::kMissingFile, PathOf(suffix), -1, segment_.base_offset,
               fmt::format("segment {} has no {}", segment_.base_offset, suffix)});
    }
    return nullptr;
  }
  auto file = OpenInterruptible(file_system_, PathOf(suffix), stop_);
  if (file) return file;
  if (Status passed = Unreadable(std::move(file).error(), suffix); !passed) {
    return Forward(std::move(passed));
  }
  return nullptr;
}

IndexFile SegmentVerifier::Describe(std::string_view suffix,
                                    std::shared_ptr<const ReadableFile> file, int64_t bytes) const {
  IndexFile index;
  index.path = PathOf(suffix);
  index.file = std::move(file);
  index.bytes = bytes;
  index.base_offset = segment_.base_offset;
  index.may_be_padded = segment_.active || segment_.unsettled;
  index.live = files_.live && index.may_be_padded;
  return index;
}

Status SegmentVerifier::OpenIndexes() {
  auto offsets = OpenIndex(kOffsetIndexSuffix, segment_.offset_index_bytes);
  if (!offsets) return Forward(std::move(offsets));
  if (*offsets) {
    offset_index_.emplace(
        Describe(kOffsetIndexSuffix, *std::move(offsets), *segment_.offset_index_bytes), report_);
    if (Status started = offset_index_->Start(); !started) {
      offset_index_.reset();
      if (Status passed = Unreadable(std::move(started).error(), kOffsetIndexSuffix); !passed) {
        return passed;
      }
    }
  }
  auto times = OpenIndex(kTimeIndexSuffix, segment_.time_index_bytes);
  if (!times) return Forward(std::move(times));
  if (!*times) return {};
  time_index_.emplace(Describe(kTimeIndexSuffix, *std::move(times), *segment_.time_index_bytes),
                      !segment_.active && !segment_.unsettled, report_);
  Status started = time_index_->Start();
  if (started) return {};
  time_index_.reset();
  return Unreadable(std::move(started).error(), kTimeIndexSuffix);
}

Status SegmentVerifier::Walk(BatchScanner& scanner) {
  if (!cursor_.next_offset) cursor_.next_offset = segment_.base_offset;
  if (segment_.base_offset < *cursor_.next_offset) {
    Report(AnomalyKind::kOffsetRegression, 0, segment_.base_offset,
           fmt::format("the segment begins below offset {}, where the one before it ends",
                       *cursor_.next_offset));
  }
  while (true) {
    Result<std::optional<BatchView>> batch = scanner.Next();
    if (batch && !*batch) return {};
    if (batch) {
      if (Status judged = OnBatch(scanner, **batch); !judged) return judged;
      advance_(scanner.position());
      continue;
    }
    if (batch.error().code != ErrorCode::kCorruptMessage &&
        batch.error().code != ErrorCode::kUnsupportedForMessageFormat) {
      return Forward(std::move(batch));
    }
    Result<bool> more = PassDamage(scanner, batch.error().message);
    if (!more) return Forward(std::move(more));
    if (!*more) return {};
  }
}

Status SegmentVerifier::OnBatch(BatchScanner& scanner, const BatchView& batch) {
  const BatchInfo info = DescribeBatch(batch, scanner.position());
  const std::optional<BatchDefectFound> defect =
      CheckBatch(batch, options_.compacted, options_.check_records);
  ++totals_.batches;
  totals_.records += std::max(info.record_count, 0);
  if (defect) Report(defect->kind, info.position, info.base_offset, defect->message);
  if (defect && defect->kind == AnomalyKind::kBadCrc) {
    // Nothing in its header can be trusted, maybe not even where it ends.
    cursor_.gap_explained = true;
    if (damaged_from_ < 0) damaged_from_ = info.position;
    Result<bool> follows = FollowsBatch(scanner, info.end_position());
    if (!follows) return Forward(std::move(follows));
    if (*follows) return {};
    scanner.SkipTo(info.position);
    Result<bool> more = PassDamage(scanner, {});
    return more ? Status() : Forward(std::move(more));
  }
  CheckOrder(info);
  NoteMarker(batch);
  return FeedIndexes(info);
}

void SegmentVerifier::CheckOrder(const BatchInfo& info) {
  const Offset expected = *cursor_.next_offset;
  if (info.base_offset < expected || info.last_offset < info.base_offset) {
    Report(AnomalyKind::kOffsetRegression, info.position, info.base_offset,
           fmt::format("a batch with offsets {} to {}, offset {} should follow", info.base_offset,
                       info.last_offset, expected));
  } else if (info.base_offset > expected && !options_.compacted && !cursor_.gap_explained) {
    Report(AnomalyKind::kOffsetGap, info.position, expected,
           fmt::format("offsets {} to {} are missing", expected, info.base_offset - 1));
  }
  cursor_.gap_explained = false;
  cursor_.next_offset = std::max(expected, info.next_offset());
  if (info.leader_epoch < 0) return;
  if (info.leader_epoch < cursor_.leader_epoch) {
    Report(AnomalyKind::kLeaderEpochOrder, info.position, info.base_offset,
           fmt::format("leader epoch {} follows {}", info.leader_epoch, cursor_.leader_epoch));
  } else if (info.leader_epoch > cursor_.leader_epoch) {
    cursor_.leader_epoch = info.leader_epoch;
    cursor_.epochs.push_back({info.leader_epoch, info.last_offset});
  }
}

void SegmentVerifier::NoteMarker(const BatchView& batch) {
  if (!batch.is_control() || !batch.is_transactional()) return;
  records::RecordIterator records(batch);
  records::Record record;
  const Result<bool> more = records.Next(record);
  if (!more || !*more) return;
  const Result<records::EndTxnMarker> marker = records::ParseEndTxnMarker(record);
  if (marker && !marker->committed) aborts_.emplace(batch.last_offset(), batch.producer_id());
}

Status SegmentVerifier::FeedIndexes(const BatchInfo& info) {
  const int64_t damaged_from = std::exchange(damaged_from_, -1);
  if (offset_index_) {
    Status fed = offset_index_->OnBatch(info, damaged_from);
    if (!fed) {
      offset_index_.reset();
      if (fed = Unreadable(std::move(fed).error(), kOffsetIndexSuffix); !fed) return fed;
    }
  }
  if (!time_index_) return {};
  Status fed = time_index_->OnBatch(info, damaged_from);
  if (fed) return {};
  time_index_.reset();
  return Unreadable(std::move(fed).error(), kTimeIndexSuffix);
}

Result<bool> SegmentVerifier::FollowsBatch(const BatchScanner& scanner, int64_t position) const {
  if (position == segment_.log_bytes) return true;
  const Result<BatchInfo> next = ReadBatchInfo(scanner.file(), position, segment_.log_bytes);
  if (!next && IsInterruption(next.error())) return std::unexpected(next.error());
  return next.has_value();
}

// `why` is empty when it was reported already.
Result<bool> SegmentVerifier::PassDamage(BatchScanner& scanner, const std::string& why) {
  const int64_t position = scanner.position();
  Result<std::optional<int64_t>> next =
      FindWholeBatch(*log_, position + 1, segment_.log_bytes, cursor_.next_offset.value_or(0));
  if (!next) return Forward(std::move(next));
  if (damaged_from_ < 0) damaged_from_ = position;
  cursor_.gap_explained = true;
  const int64_t end = next->value_or(segment_.log_bytes);
  Result<bool> torn = false;
  if (!*next && (segment_.active || segment_.unsettled)) {
    torn = IsTorn(position);
    if (!torn) return torn;
  }
  if (!*next && segment_.unsettled && *torn) {
    // It is being written.
  } else if (!why.empty() && *torn) {
    Report(AnomalyKind::kTornTail, position, *cursor_.next_offset,
           fmt::format("the log ends within a batch, {} bytes after it began: {}", end - position,
                       why));
  } else if (!why.empty()) {
    Report(AnomalyKind::kNotABatch, position, *cursor_.next_offset,
           fmt::format("{} bytes are no batch, offset {} should be there: {}", end - position,
                       *cursor_.next_offset, why));
  }
  if (!*next) {
    ends_damaged_ = true;
    scanner.SkipTo(segment_.log_bytes);
    return false;
  }
  scanner.SkipTo(**next);
  return true;
}

// As a crash leaves it: something was written before, and what begins here goes on behind the end
// or has blocks that were never written. Bytes that are there, but wrong, are no crash's.
Result<bool> SegmentVerifier::IsTorn(int64_t position) const {
  if (*cursor_.next_offset == 0 && !segment_.unsettled) return false;
  Result<bool> hole = HasHole(*log_, position, segment_.log_bytes, *cursor_.next_offset);
  if (!hole || *hole) return hole;
  std::array<uint8_t, records::kBatchOverhead> header;
  const Result<size_t> read = log_->ReadAt(position, header);
  if (!read) return std::unexpected(read.error());
  const int64_t left = segment_.log_bytes - position;
  const Bytes bytes = Bytes(header).first(std::min(*read, static_cast<size_t>(left)));
  switch (records::CheckBatchHeader(bytes)) {
    case records::BatchDefect::kTruncated:
      return true;
    case records::BatchDefect::kNone:
      return BatchView(bytes).size_in_bytes() > left &&
             BatchView(bytes).size_in_bytes() <= BatchScanner::kLargestBatch;
    default:
      return false;
  }
}

Status SegmentVerifier::Finish() {
  const bool damaged = ends_damaged_ || damaged_from_ >= 0;
  if (offset_index_) offset_index_->OnEnd(segment_.log_bytes, damaged);
  if (!time_index_) return {};
  Status ended = time_index_->OnEnd(*cursor_.next_offset, damaged);
  return ended ? Status() : Unreadable(std::move(ended).error(), kTimeIndexSuffix);
}

Status SegmentVerifier::CheckTxnIndex() {
  const std::string path = PathOf(kTxnIndexSuffix);
  std::set<std::pair<Offset, ProducerId>> listed;
  if (segment_.txn_index_bytes) {
    if (stop_.stop_requested()) return std::unexpected(Interruption());
    Result<std::vector<uint8_t>> content = ReadWholeFile(file_system_, path);
    if (!content) return Unreadable(std::move(content).error(), kTxnIndexSuffix);
    const Result<std::vector<CompletedTxn>> txns = DecodeAbortedTxns(Bytes(*content));
    if (!txns) {
      report_(
          {AnomalyKind::kTxnIndexMismatch, path, -1, segment_.base_offset, txns.error().message});
      return {};
    }
    for (const CompletedTxn& txn : *txns) listed.emplace(txn.last_offset, txn.producer_id);
  }
  // What the broker wrote since the walk began, or has in memory only.
  const bool moving = (files_.live && segment_.active) || segment_.unsettled;
  if (listed == aborts_ || moving || ends_damaged_) return {};
  report_({AnomalyKind::kTxnIndexMismatch, path, -1, segment_.base_offset,
           fmt::format("it lists {} aborted transactions, the segment has the markers of {}{}",
                       listed.size(), aborts_.size(),
                       listed.size() == aborts_.size() ? ", of others" : "")});
  return {};
}

}  // namespace monkafka::storage
