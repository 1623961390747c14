// Builds record batches of format v2: for coordinators' records, the metadata log, compaction,
// recompression and tests. Not for the Produce path, whose batches arrive built.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "common/bytes.h"
#include "common/result.h"
#include "common/types.h"
#include "records/batch.h"
#include "records/codec.h"
#include "records/record.h"

namespace monkafka::records {

struct BatchOptions {
  Offset base_offset = 0;
  LeaderEpoch partition_leader_epoch = kNoEpoch;
  Codec codec = Codec::kNone;
  std::optional<int> level = {};  // absent: the codec's default
  TimestampType timestamp_type = TimestampType::kCreateTime;
  // Absent: the largest of the records'. Given for LogAppendTime batches and for empty ones.
  std::optional<TimestampMs> max_timestamp = {};
  ProducerId producer_id = kNoProducerId;
  ProducerEpoch producer_epoch = kNoProducerEpoch;
  int32_t base_sequence = kNoSequence;
  bool transactional = false;
  bool control = false;
  // Compaction (KIP-534): stored in place of the base timestamp, which deltas then count from.
  std::optional<TimestampMs> delete_horizon = {};
};

// Collects records, then makes the batch. One thread at a time; one batch per builder.
class BatchBuilder {
 public:
  explicit BatchBuilder(BatchOptions options);

  // The next record, one offset after the last. Views are copied.
  void Append(TimestampMs timestamp, std::optional<Bytes> key, std::optional<Bytes> value,
              std::span<const RecordHeader> headers = {});

  // A record at a given distance from the base offset, greater than the last one's: compaction
  // leaves gaps.
  void AppendAt(int32_t offset_delta, TimestampMs timestamp, std::optional<Bytes> key,
                std::optional<Bytes> value, std::span<const RecordHeader> headers = {});

  // A record of another batch (its headers are copied as they lie).
  void AppendAt(int32_t offset_delta, TimestampMs timestamp, const RecordView& record);

  // The batch spans offsets up to this distance even if its last record lies before: compaction
  // keeps a batch's last offset and sequence. At least the last record's delta.
  void SetLastOffsetDelta(int32_t delta);

  int32_t record_count() const { return record_count_; }
  // What the batch would have now, uncompressed, header included.
  size_t uncompressed_size() const { return bytes_.size(); }

  // The whole batch with its CRC. Without records it is an empty, uncompressed batch, as compaction
  // leaves it to remember a producer's last sequence: then SetLastOffsetDelta must have been
  // called. MESSAGE_TOO_LARGE if it would be larger than a batch can be.
  Result<std::vector<uint8_t>> Build() &&;

 private:
  void AppendFields(int32_t offset_delta, TimestampMs timestamp, const std::optional<Bytes>& key,
                    const std::optional<Bytes>& value, int32_t header_count, size_t headers_size);
  void WriteHeader(std::vector<uint8_t>& batch, Codec codec) const;

  const BatchOptions options_;
  std::vector<uint8_t> bytes_;  // room for the header, then the records uncompressed
  int32_t record_count_ = 0;
  int32_t last_offset_delta_ = -1;
  TimestampMs base_timestamp_ = kNoTimestamp;
  TimestampMs max_record_timestamp_ = kNoTimestamp;
};

}  // namespace monkafka::records
