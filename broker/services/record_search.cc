#include "services/record_search.h"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "cluster/await.h"
#include "records/batch.h"
#include "services/aborted_filter.h"
#include "services/partition_lookup.h"
#include "storage/damage.h"
#include "storage/inspect/batch_scanner.h"
#include "storage/inspect/interruptible_file.h"

namespace monkafka::services {
namespace {

using records::BatchView;

// What the log is asked for at a time: whole batches, of which nothing is read yet.
constexpr int64_t kReadBytes = 64 << 20;
constexpr int64_t kProgressInterval = 1 << 20;

// A reply's bytes that are in memory, as a file.
class MemoryFile final : public ReadableFile {
 public:
  explicit MemoryFile(MemoryPiece piece) : piece_(std::move(piece)) {}
  Result<size_t> ReadAt(int64_t position, MutableBytes out) const override {
    const Bytes rest =
        piece_.bytes.subspan(std::min(static_cast<size_t>(position), piece_.bytes.size()));
    const size_t length = std::min(rest.size(), out.size());
    std::copy_n(rest.begin(), length, out.begin());
    return length;
  }

 private:
  const MemoryPiece piece_;
};

FilePiece AsFile(Payload::Piece piece) {
  if (auto* file = std::get_if<FilePiece>(&piece)) return std::move(*file);
  auto& memory = std::get<MemoryPiece>(piece);
  const auto length = static_cast<int64_t>(memory.bytes.size());
  return {std::make_shared<MemoryFile>(std::move(memory)), 0, length};
}

class Searcher {
 public:
  Searcher(const RecordSearch& search, const RecordMatcher& matcher, const std::stop_token& stop,
           RecordSink& sink)
      : search_(search), matcher_(matcher), stop_(stop), sink_(sink), ranges_(search.ranges) {}

  Status Open(const cluster::Cluster& cluster) {
    std::vector<RecordRange> readable;
    for (RecordRange& range : ranges_) {
      LedPartition led = FindLed(cluster, search_.topic, range.partition);
      if (!led) return Unreadable(range, {led.error(), std::string(ErrorName(led.error()))});
      if (Status ready = (*led)->log().Availability(); !ready) {
        if (LeaveOut(range, ready.error())) continue;
        return Unreadable(range, ready.error());
      }
      const storage::LogOffsets offsets = (*led)->log().Offsets();
      if (range.from > offsets.log_end) {
        return Fail(ErrorCode::kOffsetOutOfRange,
                    fmt::format("{}-{} ends at offset {}, the range begins at {}", search_.topic,
                                range.partition, offsets.log_end, range.from));
      }
      const bool open = range.to == kNoOffset;
      range.to = open ? offsets.last_stable : std::min(range.to, offsets.last_stable);
      range.from = std::max(range.from, offsets.log_start);
      readable_ends_.push_back(offsets.last_stable);
      partitions_.push_back(*std::move(led));
      readable.push_back(range);
    }
    ranges_ = std::move(readable);
    return {};
  }

  Result<SearchOutcome> Run() {
    while (current_ < ranges_.size() && !end_) {
      Status searched = SearchRange();
      bool left_out = false;
      if (!searched && storage::IsInterruption(searched.error())) {
        End(SearchEnd::kStopped);
      } else if (!searched) {
        left_out = LeaveOut(ranges_[current_], searched.error());
        if (!left_out) return Unreadable(ranges_[current_], searched.error());
        Drop(static_cast<std::ptrdiff_t>(current_));
      }
      // Not of empty ranges: a report names all of them, and there may be thousands.
      if (counters_.scanned_bytes > reported_bytes_) ReportProgress();
      if (!left_out && !end_) ++current_;
    }
    if (ranges_.empty() && !unreadable_.empty()) {
      return std::unexpected(std::move(unreadable_.front().error));
    }
    return SearchOutcome{end_.value_or(SearchEnd::kEnd), Progress(), std::move(unreadable_)};
  }

 private:
  // Names the partition, so that the others can be searched without it.
  std::unexpected<Error> Unreadable(const RecordRange& range, const Error& error) const {
    return Fail(error.code, fmt::format("partition {}-{} cannot be read: {}", search_.topic,
                                        range.partition, error.message));
  }

  // Whether the search goes on without the range, which is noted then.
  bool LeaveOut(const RecordRange& range, const Error& error) {
    if (!search_.leave_out_unreadable || error.code != ErrorCode::kKafkaStorageError) return false;
    unreadable_.push_back({range.partition, Unreadable(range, error).error()});
    return true;
  }

  void Drop(std::ptrdiff_t index) {
    ranges_.erase(ranges_.begin() + index);
    readable_ends_.erase(readable_ends_.begin() + index);
    partitions_.erase(partitions_.begin() + index);
  }

  // The present one.
  Status SearchRange() {
    RecordRange& range = ranges_[current_];
    storage::PartitionLog& log = partitions_[current_]->log();
    if (Status ready = log.Availability(); !ready) return ready;
    if (Status skipped = SkipByTime(log, range); !skipped) return skipped;
    // A log leaves out the batch that crosses its reader's bound. The range may end within one, so
    // the bound is where reading ends for everybody, and the range is kept to batch by batch.
    const Offset bound = readable_ends_[current_];
    while (range.from < range.to && !end_) {
      Result<storage::ReadOutcome> read = cluster::Await<Result<storage::ReadOutcome>>(
          [&](auto done) { log.Read({range.from, kReadBytes, true, bound}, std::move(done)); });
      const Offset log_start = log.Offsets().log_start;
      if (!read && read.error().code == ErrorCode::kOffsetOutOfRange && range.from < log_start) {
        range.from = log_start;  // retention was faster
        continue;
      }
      if (!read) return Forward(std::move(read));
      if (Status noted = NoteAborted(log, range.from, read->next_offset); !noted) return noted;
      for (Payload::Piece& piece : read->records.pieces()) {
        if (Status searched = SearchPiece(AsFile(std::move(piece)), range); !searched) {
          return searched;
        }
        if (end_) return {};
      }
      const Offset searched = read->records.empty() ? range.to : read->next_offset;
      range.from = std::max(range.from, std::min(searched, range.to));
    }
    return {};
  }

  Status SkipByTime(storage::PartitionLog& log, RecordRange& range) {
    if (search_.from_timestamp <= 0 || range.from >= range.to) return {};
    using Found = Result<std::optional<storage::TimestampedOffset>>;
    Found first = cluster::Await<Found>(
        [&](auto done) { log.FindByTimestamp(search_.from_timestamp, range.to, std::move(done)); });
    if (!first) return Forward(std::move(first));
    range.from = std::max(range.from, *first ? (*first)->offset : range.to);
    return {};
  }

  Status NoteAborted(storage::PartitionLog& log, Offset from, Offset to) {
    Result<std::vector<storage::AbortedTxn>> aborted = log.AbortedTxns(from, to);
    if (!aborted) return Forward(std::move(aborted));
    aborted_ = AbortedFilter(*std::move(aborted));
    return {};
  }

  Status SearchPiece(FilePiece piece, RecordRange& range) {
    const int64_t limit = piece.position + piece.length;
    storage::BatchScanner scanner(
        std::make_shared<storage::InterruptibleFile>(std::move(piece.file), stop_), piece.position,
        limit);
    while (!end_ && range.from < range.to) {
      if (stop_.stop_requested()) return std::unexpected(storage::Interruption());
      const Result<std::optional<BatchView>> batch = scanner.Next();
      if (batch && (!*batch || (*batch)->base_offset() >= range.to)) return {};
      if (batch) {
        SearchBatch(**batch, range);
        if (counters_.scanned_bytes - reported_bytes_ >= kProgressInterval) ReportProgress();
        continue;
      }
      if (batch.error().code != ErrorCode::kCorruptMessage) return std::unexpected(batch.error());
      ++counters_.damaged_batches;
      Result<std::optional<int64_t>> next =
          storage::FindWholeBatch(scanner.file(), scanner.position() + 1, limit, range.from);
      if (!next) return Forward(std::move(next));
      scanner.SkipTo(next->value_or(limit));
    }
    return {};
  }

  void SearchBatch(const BatchView& batch, RecordRange& range) {
    counters_.scanned_bytes += batch.size_in_bytes();
    if (!batch.CrcMatches()) {
      ++counters_.damaged_batches;
    } else if (MayHold(batch, range)) {
      SearchRecords(batch, range);
      if (end_) return;
    }
    range.from = std::max(range.from, std::min(batch.next_offset(), range.to));
    if (counters_.scanned_bytes >= search_.max_scanned_bytes) End(SearchEnd::kBudget);
  }

  bool MayHold(const BatchView& batch, const RecordRange& range) {
    if (aborted_.Drops(batch) || batch.last_offset() < range.from) return false;
    if (batch.max_timestamp() < search_.from_timestamp) return false;
    return batch.timestamp_type() != records::TimestampType::kLogAppendTime ||
           batch.max_timestamp() < search_.to_timestamp;
  }

  void SearchRecords(const BatchView& batch, RecordRange& range) {
    records::RecordIterator records(batch);
    while (!end_) {
      const Result<bool> more = records.Next(record_);
      if (!more) {
        ++counters_.damaged_batches;
        return;
      }
      if (!*more || record_.offset >= range.to) return;
      if (record_.offset < range.from) continue;
      ++counters_.scanned_records;
      range.from = record_.offset + 1;
      Judge(range.partition);
    }
  }

  void Judge(int32_t partition) {
    if (record_.timestamp >= search_.from_timestamp && record_.timestamp < search_.to_timestamp &&
        matcher_.Matches(record_)) {
      ++counters_.matches;
      if (!sink_.OnRecord(partition, record_)) return End(SearchEnd::kStopped);
      if (counters_.matches >= search_.max_matches) return End(SearchEnd::kMatches);
    }
    if (counters_.scanned_records >= search_.max_scanned_records) End(SearchEnd::kBudget);
  }

  void End(SearchEnd end) { end_ = end; }

  void ReportProgress() {
    if (end_) return;
    reported_bytes_ = counters_.scanned_bytes;
    if (!sink_.OnProgress(Progress())) End(SearchEnd::kStopped);
  }

  SearchProgress Progress() const { return {counters_, ranges_, current_}; }

  const RecordSearch& search_;
  const RecordMatcher& matcher_;
  const std::stop_token& stop_;
  RecordSink& sink_;
  std::vector<RecordRange> ranges_;    // what is left of them
  std::vector<Offset> readable_ends_;  // of their partitions when the search began
  std::vector<std::shared_ptr<cluster::Partition>> partitions_;
  size_t current_ = 0;  // of ranges_
  std::vector<UnreadablePartition> unreadable_;
  AbortedFilter aborted_;
  records::Record record_;
  SearchCounters counters_;
  int64_t reported_bytes_ = 0;
  std::optional<SearchEnd> end_;
};

}  // namespace

Result<SearchOutcome> SearchRecords(const cluster::Cluster& cluster, const RecordSearch& search,
                                    const RecordMatcher& matcher, const std::stop_token& stop,
                                    RecordSink& sink) {
  Searcher searcher(search, matcher, stop, sink);
  if (Status opened = searcher.Open(cluster); !opened) return Forward(std::move(opened));
  return searcher.Run();
}

}  // namespace monkafka::services
