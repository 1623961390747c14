// Walks one segment for verification (verify.h): its batches and the indexes beside them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "storage/inspect/batch_scanner.h"
#include "storage/inspect/index_check.h"
#include "storage/inspect/verify.h"

namespace monkafka::storage {

struct SeenEpoch {
  LeaderEpoch epoch = kNoEpoch;
  Offset offset = kNoOffset;  // the last of its first batch
};

// What a walk knows of the log so far; goes from segment to segment.
struct LogCursor {
  std::optional<Offset> next_offset;  // nothing was seen yet
  bool gap_explained = false;         // by damage that was reported
  LeaderEpoch leader_epoch = kNoEpoch;
  std::vector<SeenEpoch> epochs;  // each larger than the one before
};

class SegmentVerifier {
 public:
  // Everything given outlives it. `advance` is told the position within the segment.
  SegmentVerifier(FileSystem& file_system, const PartitionFiles& files, const SegmentFiles& segment,
                  const VerifyOptions& options, const std::stop_token& stop, LogCursor& cursor,
                  VerifyTotals& totals, AnomalyReport report,
                  std::function<void(int64_t position)> advance);

  // Fails only when it was called off.
  Status Run();
  // Whether Run got to the segment's end: it was not removed meanwhile, and could be read.
  bool walked() const { return walked_; }

 private:
  std::string PathOf(std::string_view suffix) const;
  void Report(AnomalyKind kind, int64_t position, Offset offset, std::string message);
  // An interruption is passed on, anything else reported of the file.
  Status Unreadable(Error error, std::string_view suffix);
  bool WasRemoved(std::string_view suffix);

  Result<std::shared_ptr<const ReadableFile>> OpenIndex(std::string_view suffix,
                                                        const std::optional<int64_t>& bytes);
  Status OpenIndexes();
  IndexFile Describe(std::string_view suffix, std::shared_ptr<const ReadableFile> file,
                     int64_t bytes) const;
  Status Walk(BatchScanner& scanner);
  Status OnBatch(BatchScanner& scanner, const records::BatchView& batch);
  void CheckOrder(const BatchInfo& info);
  void NoteMarker(const records::BatchView& batch);
  Status FeedIndexes(const BatchInfo& info);
  // Reports what is no batch and goes on behind it; false: there is nothing behind it.
  Result<bool> PassDamage(BatchScanner& scanner, const std::string& why);
  // Whether the segment's last bytes are a batch that was not written to its end, or reserved.
  Result<bool> IsTorn(int64_t position) const;
  Result<bool> FollowsBatch(const BatchScanner& scanner, int64_t position) const;
  Status CheckTxnIndex();
  Status Finish();

  FileSystem& file_system_;
  const PartitionFiles& files_;
  const SegmentFiles& segment_;
  const VerifyOptions& options_;
  const std::stop_token& stop_;
  LogCursor& cursor_;
  VerifyTotals& totals_;
  const AnomalyReport report_;
  const std::function<void(int64_t)> advance_;

  std::shared_ptr<const ReadableFile> log_;
  std::optional<OffsetIndexCheck> offset_index_;
  std::optional<TimeIndexCheck> time_index_;
  std::set<std::pair<Offset, ProducerId>> aborts_;  // markers that were seen
  int64_t damaged_from_ = -1;                       // where the present damage began
  bool ends_damaged_ = false;
  bool walked_ = false;
};

}  // namespace monkafka::storage
