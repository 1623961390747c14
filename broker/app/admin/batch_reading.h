// Streams the batches of a partition's files, as they lie there, to the admin service.
#pragma once

#include <optional>
#include <stop_token>

#include "admin/port/segments.h"
#include "storage/inspect/batch_scanner.h"
#include "storage/inspect/partition_files.h"

namespace monkafka::app {

// One reading; what is given outlives it.
class BatchReading {
 public:
  BatchReading(storage::FileSystem& file_system, const storage::PartitionFiles& files,
               const admin::BatchRange& range, admin::BatchSink& sink, const std::stop_token& stop)
      : file_system_(file_system), files_(files), range_(range), sink_(sink), stop_(stop) {}

  // Ends early, not complete, when it was called off or the sink wants no more. OFFSET_OUT_OF_RANGE
  // when the range begins beyond the end of the log, or of the one segment. CORRUPT_MESSAGE
  // where something in the range is no batch; which file, where, and what follows is in the
  // message.
  Result<admin::BatchSummary> Run();

 private:
  // False: no segment after this one is wanted.
  Result<bool> ReadSegment(const storage::SegmentFiles& segment, Offset next_base);
  Status PassDamage(storage::BatchScanner& scanner, const storage::SegmentFiles& segment,
                    const Error& why);
  bool Wanted(const records::BatchView& batch) const;
  bool Give(const records::BatchView& batch, int64_t position, Offset segment);

  storage::FileSystem& file_system_;
  const storage::PartitionFiles& files_;
  const admin::BatchRange& range_;
  admin::BatchSink& sink_;
  const std::stop_token& stop_;
  admin::BatchSummary summary_;
  Offset expected_ = 0;        // the offset after the last batch that was seen
  std::optional<Offset> end_;  // of the last segment that was passed or read to its end
};

}  // namespace monkafka::app
