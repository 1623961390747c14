#include "storage/inspect/segment_summary.h"

#include <algorithm>
#include <array>

#include "storage/inspect/batch_scanner.h"
#include "storage/inspect/interruptible_file.h"
#include "storage/names.h"
#include "storage/sparse_index.h"

namespace monkafka::storage {
namespace {

bool IsDamage(const Error& error) {
  return error.code == ErrorCode::kCorruptMessage ||
         error.code == ErrorCode::kUnsupportedForMessageFormat;
}

// The entries of an index file; one that cannot be read is as good as empty.
template <class Entry>
class Index {
 public:
  Index(FileSystem& file_system, const std::string& path, std::optional<int64_t> bytes,
        Offset base_offset, const std::stop_token& stop)
      : base_offset_(base_offset) {
    auto file = OpenInterruptible(file_system, path, stop);
    if (!file) return;
    file_ = *std::move(file);
    entries_ = bytes.value_or(0) / static_cast<int64_t>(Entry::kSize);
  }

  std::optional<Entry> Last() const { return Read(entries_ - 1); }

  // The last entry whose offset is not above this one.
  std::optional<Entry> Floor(Offset offset) const {
    int64_t low = 0;
    int64_t high = entries_;
    std::optional<Entry> floor;
    while (low < high) {
      const int64_t middle = low + (high - low) / 2;
      const std::optional<Entry> entry = Read(middle);
      if (!entry) return std::nullopt;
      if (entry->offset <= offset) {
        floor = entry;
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return floor;
  }

 private:
  std::optional<Entry> Read(int64_t index) const {
    if (index < 0) return std::nullopt;
    std::array<uint8_t, Entry::kSize> encoded;
    const Result<size_t> read = file_->ReadAt(index * static_cast<int64_t>(Entry::kSize), encoded);
    if (!read || *read != encoded.size()) return std::nullopt;
    return Entry::Decode(base_offset_, encoded.data());
  }

  const Offset base_offset_;
  std::shared_ptr<const ReadableFile> file_;
  int64_t entries_ = 0;
};

class Summarizer {
 public:
  Summarizer(FileSystem& file_system, const PartitionFiles& files, const SegmentFiles& segment,
             const std::stop_token& stop)
      : file_system_(file_system), files_(files), segment_(segment), stop_(stop) {
    summary_.files = segment;
    summary_.next_offset = segment.base_offset;
  }

  Result<SegmentSummary> Run(SegmentDetail detail) {
    if (segment_.log_bytes == 0) return Empty(detail);
    auto log = OpenInterruptible(file_system_, PathOf(kLogSuffix), stop_);
    if (!log) return Forward(std::move(log));
    log_ = *std::move(log);
    Status walked;
    if (detail == SegmentDetail::kCounts) {
      summary_.batch_count = summary_.record_count = 0;
      walked = Walk(0);
    } else {
      walked = WalkEnds();
    }
    if (!walked && !IsDamage(walked.error())) return Forward(std::move(walked));
    if (!walked) summary_.defect = walked.error().message;
    return std::move(summary_);
  }

 private:
  std::string PathOf(std::string_view suffix) const {
    return files_.PathOf(segment_.base_offset, suffix);
  }

  SegmentSummary Empty(SegmentDetail detail) {
    if (detail == SegmentDetail::kCounts) summary_.batch_count = summary_.record_count = 0;
    return std::move(summary_);
  }

  void Take(const BatchInfo& info) {
    summary_.next_offset = info.next_offset();
    summary_.max_timestamp = std::max(summary_.max_timestamp, info.max_timestamp);
    if (info.position == 0) summary_.first_timestamp = info.first_timestamp;
    if (summary_.batch_count) ++*summary_.batch_count;
    if (summary_.record_count) *summary_.record_count += info.record_count;
  }

  Status Walk(int64_t position) {
    HeaderScanner headers(log_, position, segment_.log_bytes);
    while (true) {
      Result<std::optional<BatchInfo>> info = headers.Next();
      if (!info) return Forward(std::move(info));
      if (!*info) return {};
      Take(**info);
    }
  }

  // The first batch, then what the indexes do not tell.
  Status WalkEnds() {
    Result<BatchInfo> first = ReadBatchInfo(*log_, 0, segment_.log_bytes);
    if (!first) return Forward(std::move(first));
    Take(*first);
    const Index<TimeIndexEntry> times(file_system_, PathOf(kTimeIndexSuffix),
                                      segment_.time_index_bytes, segment_.base_offset, stop_);
    const Index<OffsetIndexEntry> offsets(file_system_, PathOf(kOffsetIndexSuffix),
                                          segment_.offset_index_bytes, segment_.base_offset, stop_);
    const std::optional<TimeIndexEntry> largest = times.Last();
    if (largest) summary_.max_timestamp = std::max(summary_.max_timestamp, largest->timestamp);
    std::optional<OffsetIndexEntry> known = offsets.Last();
    // The time index of an active segment may know less than the offset index: not all of it is in
    // the file.
    if (segment_.active && known) {
      known = largest ? offsets.Floor(largest->offset) : std::nullopt;
    }
    return Walk(known && BeginsBatch(known->position) ? known->position : 0);
  }

  bool BeginsBatch(int64_t position) const {
    return position >= 0 && ReadBatchInfo(*log_, position, segment_.log_bytes).has_value();
  }

  FileSystem& file_system_;
  const PartitionFiles& files_;
  const SegmentFiles& segment_;
  const std::stop_token& stop_;
  std::shared_ptr<const ReadableFile> log_;
  SegmentSummary summary_;
};

}  // namespace

Result<SegmentSummary> SummarizeSegment(FileSystem& file_system, const PartitionFiles& files,
                                        const SegmentFiles& segment, SegmentDetail detail,
                                        const std::stop_token& stop) {
  return Summarizer(file_system, files, segment, stop).Run(detail);
}

}  // namespace monkafka::storage
