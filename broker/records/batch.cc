#include "records/batch.h"

#include <fmt/core.h>

#include "records/crc32c.h"

namespace monkafka::records {

Bytes BatchView::records() const {
  CHECK(is_whole());
  return bytes_.subspan(kBatchOverhead);
}

uint32_t BatchView::ComputeCrc() const {
  CHECK(is_whole());
  return Crc32c(bytes_.subspan(kAttributesAt));
}

void BatchEditor::SetMaxTimestamp(TimestampType type, TimestampMs timestamp) {
  const BatchView now = view();
  if (now.timestamp_type() == type && now.max_timestamp() == timestamp) return;
  const uint16_t others = now.attributes() & static_cast<uint16_t>(~kLogAppendTimeMask);
  const uint16_t mask = type == TimestampType::kLogAppendTime ? kLogAppendTimeMask : uint16_t{0};
  Store(kAttributesAt, static_cast<uint16_t>(others | mask));
  Store(kMaxTimestampAt, timestamp);
  UpdateCrc();
}

void BatchEditor::SetLastOffsetDelta(int32_t delta) {
  Store(kLastOffsetDeltaAt, delta);
  UpdateCrc();
}

void BatchEditor::SetProducer(ProducerId id, ProducerEpoch epoch, int32_t base_sequence) {
  Store(kProducerIdAt, id);
  Store(kProducerEpochAt, epoch);
  Store(kBaseSequenceAt, base_sequence);
  UpdateCrc();
}

void BatchEditor::UpdateCrc() { Store(kCrcAt, view().ComputeCrc()); }

BatchDefect CheckBatchHeader(Bytes bytes) {
  if (bytes.size() < kSizeUpToMagic) return BatchDefect::kTruncated;
  const auto length = LoadBig<int32_t>(bytes.data() + kBatchLengthAt);
  if (length < kMinLegacyLength) return BatchDefect::kInvalidLength;
  const auto magic = LoadBig<int8_t>(bytes.data() + kMagicAt);
  if (magic < 0 || magic > kMagic) return BatchDefect::kInvalidMagic;
  if (magic < kMagic) return BatchDefect::kUnsupportedMagic;
  if (length < static_cast<int32_t>(kBatchOverhead - kLogOverhead)) {
    return BatchDefect::kInvalidLength;
  }
  return bytes.size() < kBatchOverhead ? BatchDefect::kTruncated : BatchDefect::kNone;
}

namespace {

BatchDefect CheckBatch(Bytes bytes) {
  const BatchDefect defect = CheckBatchHeader(bytes);
  if (defect != BatchDefect::kNone) return defect;
  const int64_t size = BatchView(bytes).size_in_bytes();
  return size > static_cast<int64_t>(bytes.size()) ? BatchDefect::kTruncated : BatchDefect::kNone;
}

std::unexpected<Error> Describe(BatchDefect defect, Bytes bytes, int64_t position) {
  const auto length = [&] { return LoadBig<int32_t>(bytes.data() + kBatchLengthAt); };
  const auto magic = [&] { return LoadBig<int8_t>(bytes.data() + kMagicAt); };
  switch (defect) {
    case BatchDefect::kInvalidLength:
      return Fail(ErrorCode::kCorruptMessage,
                  fmt::format("batch at position {}: impossible length {}", position, length()));
    case BatchDefect::kInvalidMagic:
      return Fail(ErrorCode::kCorruptMessage,
                  fmt::format("batch at position {}: invalid magic {}", position, magic()));
    case BatchDefect::kUnsupportedMagic:
      return Fail(ErrorCode::kUnsupportedForMessageFormat,
                  fmt::format("batch at position {}: message format v{} (before Kafka 0.11) is not "
                              "supported",
                              position, magic()));
    case BatchDefect::kTruncated:
    case BatchDefect::kNone:
      break;
  }
  const int64_t wanted = bytes.size() < kLogOverhead ? static_cast<int64_t>(kBatchOverhead)
                                                     : length() + int64_t{kLogOverhead};
  return Fail(ErrorCode::kCorruptMessage, fmt::format("batch at position {}: only {} of {} bytes",
                                                      position, bytes.size(), wanted));
}

}  // namespace

Result<BatchView> ParseBatch(Bytes bytes, int64_t position) {
  const BatchDefect defect = CheckBatch(bytes);
  if (defect != BatchDefect::kNone) return Describe(defect, bytes, position);
  return BatchView(bytes.first(static_cast<size_t>(BatchView(bytes).size_in_bytes())));
}

Result<std::optional<BatchView>> BatchIterator::Next() {
  if (rest_.empty()) return std::nullopt;
  defect_ = CheckBatch(rest_);
  if (defect_ != BatchDefect::kNone) return Describe(defect_, rest_, position_);
  const auto size = static_cast<size_t>(BatchView(rest_).size_in_bytes());
  const BatchView batch(rest_.first(size));
  rest_ = rest_.subspan(size);
  position_ += static_cast<int64_t>(size);
  return batch;
}

}  // namespace monkafka::records
