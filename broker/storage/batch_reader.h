// Reads batches out of a segment's `.log`, header by header: 61 bytes per batch, never the records
// unless asked. Usable on any file, without a log or its lock.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "common/bytes.h"
#include "common/types.h"
#include "records/batch.h"

namespace monkafka::storage {

// What is known of a batch from its header.
struct BatchInfo {
  int64_t position = 0;  // in the file
  int64_t size_in_bytes = 0;
  Offset base_offset = 0;
  Offset last_offset = 0;
  LeaderEpoch leader_epoch = kNoEpoch;
  TimestampMs first_timestamp = kNoTimestamp;  // of the first record, if the header tells
  TimestampMs max_timestamp = kNoTimestamp;
  ProducerId producer_id = kNoProducerId;
  ProducerEpoch producer_epoch = records::kNoProducerEpoch;
  int32_t base_sequence = records::kNoSequence;
  int32_t last_sequence = records::kNoSequence;
  int32_t record_count = 0;
  bool transactional = false;
  bool control = false;

  int64_t end_position() const { return position + size_in_bytes; }
  Offset next_offset() const { return last_offset + 1; }
};

BatchInfo DescribeBatch(const records::BatchView& batch, int64_t position);

// The batch that begins at the position and ends at or below the limit. CORRUPT_MESSAGE when there
// is none.
Result<BatchInfo> ReadBatchInfo(const ReadableFile& file, int64_t position, int64_t limit);

// The first batch at or after `position`, a batch's beginning, whose last offset is at least
// `offset`; nullopt when the limit is reached.
Result<std::optional<BatchInfo>> ScanForOffset(const ReadableFile& file, int64_t position,
                                               int64_t limit, Offset offset);
// Where the last batch ends that ends at or below `until`; `position` when the first one does not.
struct Cut {
  int64_t position = 0;
  Offset next_offset = kNoOffset;  // after the last batch before the cut; kNoOffset: none passed
};
Result<Cut> ScanForCut(const ReadableFile& file, int64_t position, int64_t limit, int64_t until);

// The whole batch into `buffer`.
Result<records::BatchView> ReadBatch(const ReadableFile& file, const BatchInfo& info,
                                     std::vector<uint8_t>& buffer);

}  // namespace monkafka::storage
