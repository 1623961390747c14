#include "admin/services/convert.h"

#include <fmt/format.h>

#include <algorithm>

#include "admin/utf8.h"

namespace monkafka::admin {
namespace {

constexpr std::chrono::milliseconds kDefaultInterval{1000};
constexpr std::chrono::milliseconds kShortestInterval{100};
constexpr std::chrono::milliseconds kLongestInterval{3'600'000};

std::string_view Cut(std::string_view bytes, int32_t max_field_bytes) {
  return max_field_bytes > 0 ? bytes.substr(0, static_cast<size_t>(max_field_bytes)) : bytes;
}

int32_t SizeOf(const std::optional<std::string_view>& bytes) {
  return bytes ? static_cast<int32_t>(bytes->size()) : -1;
}

}  // namespace

google::protobuf::Timestamp ToProto(std::chrono::system_clock::time_point time) {
  return TimeOfMs(
      std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count());
}

google::protobuf::Timestamp TimeOfMs(int64_t timestamp_ms) {
  google::protobuf::Timestamp out;
  int64_t seconds = timestamp_ms / 1000;
  int64_t millis = timestamp_ms % 1000;
  if (millis < 0) {
    --seconds;
    millis += 1000;
  }
  out.set_seconds(seconds);
  out.set_nanos(static_cast<int32_t>(millis * 1'000'000));
  return out;
}

google::protobuf::Duration ToProto(std::chrono::milliseconds duration) {
  google::protobuf::Duration out;
  out.set_seconds(duration.count() / 1000);
  out.set_nanos(static_cast<int32_t>(duration.count() % 1000 * 1'000'000));
  return out;
}

// Past what a duration may be (AIP: 10,000 years) it stays there, so that nothing overflows.
std::chrono::milliseconds FromProto(const google::protobuf::Duration& duration) {
  constexpr int64_t kMaxSeconds = 315'576'000'000;
  const int64_t seconds = std::clamp(duration.seconds(), -kMaxSeconds, kMaxSeconds);
  return std::chrono::milliseconds(seconds * 1000 + duration.nanos() / 1'000'000);
}

v1::Rates ToProto(const Rates& rates) {
  v1::Rates out;
  out.set_records_per_second(rates.records_per_second);
  out.set_bytes_per_second(rates.bytes_per_second);
  return out;
}

v1::CompressionType ToProto(Compression compression) {
  switch (compression) {
    case Compression::kNone:
      return v1::COMPRESSION_TYPE_NONE;
    case Compression::kGzip:
      return v1::COMPRESSION_TYPE_GZIP;
    case Compression::kSnappy:
      return v1::COMPRESSION_TYPE_SNAPPY;
    case Compression::kLz4:
      return v1::COMPRESSION_TYPE_LZ4;
    case Compression::kZstd:
      return v1::COMPRESSION_TYPE_ZSTD;
    case Compression::kUnknown:
      break;
  }
  return v1::COMPRESSION_TYPE_UNSPECIFIED;
}

Compression FromProto(v1::CompressionType compression) {
  switch (compression) {
    case v1::COMPRESSION_TYPE_UNSPECIFIED:
    case v1::COMPRESSION_TYPE_NONE:
      return Compression::kNone;
    case v1::COMPRESSION_TYPE_GZIP:
      return Compression::kGzip;
    case v1::COMPRESSION_TYPE_SNAPPY:
      return Compression::kSnappy;
    case v1::COMPRESSION_TYPE_LZ4:
      return Compression::kLz4;
    case v1::COMPRESSION_TYPE_ZSTD:
      return Compression::kZstd;
    default:
      return Compression::kUnknown;
  }
}

void ToProto(const RecordView& record, int32_t max_field_bytes, v1::Record& out) {
  out.set_offset(record.offset);
  out.set_timestamp_ms(record.timestamp_ms);
  if (record.key) *out.mutable_key() = Cut(*record.key, max_field_bytes);
  if (record.value) *out.mutable_value() = Cut(*record.value, max_field_bytes);
  for (const HeaderView& header : record.headers) {
    v1::Header& added = *out.add_headers();
    added.set_key(ToUtf8(header.key));
    if (header.value) *added.mutable_value() = Cut(*header.value, max_field_bytes);
  }
  out.set_key_size_bytes(SizeOf(record.key));
  out.set_value_size_bytes(SizeOf(record.value));
  switch (record.control) {
    case ControlType::kNone:
      break;
    case ControlType::kCommit:
      out.set_control_type(v1::CONTROL_TYPE_COMMIT);
      break;
    case ControlType::kAbort:
      out.set_control_type(v1::CONTROL_TYPE_ABORT);
      break;
    case ControlType::kOther:
      out.set_control_type(v1::CONTROL_TYPE_OTHER);
      break;
  }
}

Outcome<void> RequireText(std::string_view value, std::string_view field) {
  if (!value.empty()) return {};
  return FailField(std::string(field), "required");
}

Outcome<void> RequireNotNegative(int64_t value, std::string_view field) {
  if (value >= 0) return {};
  return FailField(std::string(field), fmt::format("must not be negative, is {}", value));
}

Outcome<std::chrono::milliseconds> WatchInterval(bool present,
                                                 const google::protobuf::Duration& interval) {
  if (!present) return kDefaultInterval;
  const std::chrono::milliseconds chosen = FromProto(interval);
  if (chosen < kShortestInterval || chosen > kLongestInterval) {
    return FailField("interval", "from 100 ms to 1 h");
  }
  return chosen;
}

}  // namespace monkafka::admin
