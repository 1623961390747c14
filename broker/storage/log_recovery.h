// Checks the segments of a log from its recovery point on, after an unclean stop: see log_loader.h.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "storage/leader_epochs.h"
#include "storage/log_config.h"
#include "storage/producer_state.h"
#include "storage/segment.h"

namespace monkafka::storage {

class LogRecovery {
 public:
  LogRecovery(const LogConfig& config, Offset recovery_point,
              std::vector<std::shared_ptr<Segment>>& segments, LeaderEpochs& epochs,
              ProducerState& producers)
      : config_(config),
        recovery_point_(recovery_point),
        segments_(segments),
        epochs_(epochs),
        producers_(producers) {}

  // Segments are written again, not only synced: see kFailedSyncFile.
  void set_rewrite(bool rewrite) { rewrite_ = rewrite; }
  // From the segment with this index on. What must not be in the log any more is removed, the rest
  // is made durable. Returns the log's end.
  Result<Offset> Run(size_t first_segment);
  bool epochs_changed() const { return epochs_changed_; }

 private:
  struct Defect {
    int64_t position = 0;
    std::string why;
  };

  // Goes through one segment; stops at what is no batch.
  Result<std::optional<Defect>> Scan(Segment& segment);
  Result<std::optional<Defect>> ScanBatch(Segment& segment, const ReadableFile& file,
                                          const BatchInfo& info);
  Status TakeIn(Segment& segment, const BatchInfo& info, const records::BatchView* batch);
  // Decides whether the defect is the end of the log; an error when it is damage.
  Status Judge(size_t index, const Defect& defect);
  Result<bool> AnythingBehind(size_t index) const;
  // Cuts the log off after the position.
  Status CutOff(size_t index, int64_t position);
  Status Sync(size_t first_segment);
  Status MakeDurable(Segment& segment);

  const LogConfig& config_;
  const Offset recovery_point_;
  std::vector<std::shared_ptr<Segment>>& segments_;
  LeaderEpochs& epochs_;
  ProducerState& producers_;
  Offset next_offset_ = 0;  // that is expected
  bool epochs_changed_ = false;
  bool cut_off_ = false;
  bool rewrite_ = false;
  std::vector<uint8_t> buffer_;
};

// Applies one batch to the producers: what Append does when it is written. Control batches need
// their records, which are read when `batch` is null. The transaction it aborted, if any.
Result<std::optional<CompletedTxn>> ReplayProducer(ProducerState& producers,
                                                   const ReadableFile& file, const BatchInfo& info,
                                                   const records::BatchView* batch);

// Leaves the mark kFailedSyncFile, if it can.
void MarkFailedSync(FileSystem& file_system, const std::string& directory);

// Closes the files and removes them.
Status RemoveSegmentFiles(Segment& segment);

}  // namespace monkafka::storage
