#include "records/batch_builder.h"

#include <algorithm>
#include <limits>

#include "common/check.h"
#include "common/endian.h"
#include "records/crc32c.h"
#include "records/varint.h"

namespace monkafka::records {
namespace {

constexpr size_t kLargestBatch = static_cast<size_t>(std::numeric_limits<int32_t>::max());

size_t SizeOfNullable(const std::optional<Bytes>& bytes) {
  if (!bytes) return SizeOfVarint(-1);
  return SizeOfVarint(static_cast<int32_t>(bytes->size())) + bytes->size();
}

void AppendNullable(std::vector<uint8_t>& out, const std::optional<Bytes>& bytes) {
  AppendVarint(out, bytes ? static_cast<int32_t>(bytes->size()) : -1);
  if (bytes) out.insert(out.end(), bytes->begin(), bytes->end());
}

int64_t WrappingSubtract(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
}

uint16_t AttributesOf(const BatchOptions& options, Codec codec) {
  uint16_t attributes = static_cast<uint16_t>(codec);
  if (options.timestamp_type == TimestampType::kLogAppendTime) attributes |= kLogAppendTimeMask;
  if (options.transactional) attributes |= kTransactionalMask;
  if (options.control) attributes |= kControlMask;
  if (options.delete_horizon) attributes |= kDeleteHorizonMask;
  return attributes;
}

}  // namespace

BatchBuilder::BatchBuilder(BatchOptions options) : options_(options), bytes_(kBatchOverhead) {
  CHECK(IsKnown(options_.codec));
}

void BatchBuilder::Append(TimestampMs timestamp, std::optional<Bytes> key,
                          std::optional<Bytes> value, std::span<const RecordHeader> headers) {
  AppendAt(last_offset_delta_ + 1, timestamp, key, value, headers);
}

void BatchBuilder::AppendAt(int32_t offset_delta, TimestampMs timestamp, std::optional<Bytes> key,
                            std::optional<Bytes> value, std::span<const RecordHeader> headers) {
  const auto count = static_cast<int32_t>(headers.size());
  size_t headers_size = 0;
  for (const RecordHeader& header : headers) {
    headers_size += SizeOfNullable(AsBytes(header.key)) + SizeOfNullable(header.value);
  }
  AppendFields(offset_delta, timestamp, key, value, count, headers_size);
  for (const RecordHeader& header : headers) {
    AppendNullable(bytes_, AsBytes(header.key));
    AppendNullable(bytes_, header.value);
  }
}

void BatchBuilder::AppendAt(int32_t offset_delta, TimestampMs timestamp, const RecordView& record) {
  const Bytes headers = record.headers.bytes();
  AppendFields(offset_delta, timestamp, record.key, record.value, record.headers.size(),
               headers.size());
  bytes_.insert(bytes_.end(), headers.begin(), headers.end());
}

// Everything of a record up to its headers, of which there will be `headers_size` bytes.
void BatchBuilder::AppendFields(int32_t offset_delta, TimestampMs timestamp,
                                const std::optional<Bytes>& key, const std::optional<Bytes>& value,
                                int32_t header_count, size_t headers_size) {
  CHECK(offset_delta > last_offset_delta_);
  if (record_count_ == 0) base_timestamp_ = options_.delete_horizon.value_or(timestamp);
  last_offset_delta_ = offset_delta;
  max_record_timestamp_ = std::max(max_record_timestamp_, timestamp);
  ++record_count_;

  const int64_t timestamp_delta = WrappingSubtract(timestamp, base_timestamp_);
  const size_t body = 1 + SizeOfVarlong(timestamp_delta) + SizeOfVarint(offset_delta) +
                      SizeOfNullable(key) + SizeOfNullable(value) + SizeOfVarint(header_count) +
                      headers_size;
  AppendVarint(bytes_, static_cast<int32_t>(body));
  bytes_.push_back(0);  // attributes
  AppendVarlong(bytes_, timestamp_delta);
  AppendVarint(bytes_, offset_delta);
  AppendNullable(bytes_, key);
  AppendNullable(bytes_, value);
  AppendVarint(bytes_, header_count);
}

void BatchBuilder::SetLastOffsetDelta(int32_t delta) {
  CHECK(delta >= last_offset_delta_);
  last_offset_delta_ = delta;
}

Result<std::vector<uint8_t>> BatchBuilder::Build() && {
  CHECK(last_offset_delta_ >= 0);
  const Codec codec = record_count_ == 0 ? Codec::kNone : options_.codec;
  std::vector<uint8_t> batch;
  if (codec == Codec::kNone) {
    batch = std::move(bytes_);
  } else {
    batch.resize(kBatchOverhead);
    Status compressed = Compress(codec, options_.level.value_or(LevelsOf(codec).default_level),
                                 Bytes(bytes_).subspan(kBatchOverhead), batch);
    if (!compressed) return Forward(std::move(compressed));
  }
  if (batch.size() > kLargestBatch) {
    return Fail(ErrorCode::kMessageTooLarge, "the batch would have more than 2 GiB");
  }
  WriteHeader(batch, codec);
  return batch;
}

void BatchBuilder::WriteHeader(std::vector<uint8_t>& batch, Codec codec) const {
  uint8_t* const to = batch.data();
  StoreBig<int64_t>(to + kBaseOffsetAt, options_.base_offset);
  StoreBig<int32_t>(to + kBatchLengthAt, static_cast<int32_t>(batch.size() - kLogOverhead));
  StoreBig<int32_t>(to + kPartitionLeaderEpochAt, options_.partition_leader_epoch);
  StoreBig<int8_t>(to + kMagicAt, kMagic);
  StoreBig<uint16_t>(to + kAttributesAt, AttributesOf(options_, codec));
  StoreBig<int32_t>(to + kLastOffsetDeltaAt, last_offset_delta_);
  StoreBig<int64_t>(to + kBaseTimestampAt, record_count_ == 0
                                               ? options_.delete_horizon.value_or(kNoTimestamp)
                                               : base_timestamp_);
  StoreBig<int64_t>(to + kMaxTimestampAt, options_.max_timestamp.value_or(max_record_timestamp_));
  StoreBig<int64_t>(to + kProducerIdAt, options_.producer_id);
  StoreBig<int16_t>(to + kProducerEpochAt, options_.producer_epoch);
  StoreBig<int32_t>(to + kBaseSequenceAt, options_.base_sequence);
  StoreBig<int32_t>(to + kRecordCountAt, record_count_);
  StoreBig<uint32_t>(to + kCrcAt, Crc32c(Bytes(batch).subspan(kAttributesAt)));
}

}  // namespace monkafka::records
