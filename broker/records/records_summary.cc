#include "records/records_summary.h"

#include <algorithm>
#include <cstddef>
#include <limits>

#include "records/varint.h"

namespace monkafka::records {
namespace {

// Takes numbers and bytes off the front. Those of one byte, nearly all, are inlined; those of two
// are the lengths of most records.
class Skimmer {
 public:
  Skimmer(const uint8_t* at, const uint8_t* end) : at_(at), end_(end) {}

  bool Varint(int32_t& value) {
    const std::ptrdiff_t left = end_ - at_;
    if (left > 0 && at_[0] < 0x80) {
      value = UnZigZag(uint32_t{*at_++});
      return true;
    }
    if (left > 1 && at_[1] < 0x80) {
      value = UnZigZag(uint32_t{at_[0]} - 0x80U + (uint32_t{at_[1]} << 7));
      at_ += 2;
      return true;
    }
    return Advance(ReadVarint({at_, end_}, value));
  }
  bool Varlong(int64_t& value) {
    if (at_ != end_ && *at_ < 0x80) {
      value = UnZigZag(uint64_t{*at_++});
      return true;
    }
    return Advance(ReadVarlong({at_, end_}, value));
  }
  bool Skip(int32_t bytes) {
    if (bytes < 0 || bytes > end_ - at_) return false;
    at_ += bytes;
    return true;
  }
  // A length, then as many bytes; a negative one stands for null.
  bool SkipNullable(bool& null) {
    int32_t length = 0;
    if (!Varint(length)) return false;
    null = length < 0;
    return null || Skip(length);
  }
  // A length, then as many bytes, which `within` is to take apart.
  bool Enter(Skimmer& within) {
    int32_t length = 0;
    if (!Varint(length)) return false;
    const uint8_t* begin = at_;
    if (!Skip(length)) return false;
    within = Skimmer(begin, at_);
    return true;
  }
  bool done() const { return at_ == end_; }

 private:
  bool Advance(size_t used) {
    at_ += used;
    return used > 0;
  }

  const uint8_t* at_;
  const uint8_t* end_;
};

bool SkipHeaders(Skimmer& record) {
  int32_t count = 0;
  if (!record.Varint(count) || count < 0) return false;
  bool null = false;
  for (int32_t i = 0; i < count; ++i) {
    if (!record.SkipNullable(null) || null || !record.SkipNullable(null)) return false;
  }
  return true;
}

}  // namespace

std::optional<RecordsSummary> SummarizeRecords(const BatchView& batch) {
  const int32_t count = batch.record_count();
  if (batch.is_compressed() || count <= 0 ||
      batch.timestamp_type() == TimestampType::kLogAppendTime) {
    return std::nullopt;
  }
  const TimestampMs base_timestamp = batch.base_timestamp();
  const Bytes bytes = batch.records();
  Skimmer records(bytes.data(), bytes.data() + bytes.size());
  RecordsSummary summary;
  summary.min_timestamp = std::numeric_limits<TimestampMs>::max();
  for (int32_t i = 0; i < count; ++i) {
    Skimmer record(nullptr, nullptr);
    int64_t timestamp_delta = 0;
    int32_t offset_delta = 0;
    bool null_key = false;
    bool null_value = false;
    if (!records.Enter(record) || !record.Skip(1) || !record.Varlong(timestamp_delta) ||
        !record.Varint(offset_delta) || !record.SkipNullable(null_key) ||
        !record.SkipNullable(null_value) || !SkipHeaders(record) || !record.done()) {
      return std::nullopt;
    }
    const TimestampMs timestamp = WrappingAdd(base_timestamp, timestamp_delta);
    summary.min_timestamp = std::min(summary.min_timestamp, timestamp);
    if (timestamp > summary.max_timestamp) {
      summary.max_timestamp = timestamp;
      summary.index_of_max_timestamp = i;
    }
    summary.has_dense_offsets &= offset_delta == i;
    summary.all_have_keys &= !null_key;
  }
  if (!records.done()) return std::nullopt;
  return summary;
}

}  // namespace monkafka::records
