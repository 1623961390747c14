// A record as ports hand it out. Its bytes are views that are valid only during the call of the
// sink: whoever keeps a record copies what it needs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace monkafka::admin {

enum class ControlType { kNone, kCommit, kAbort, kOther };

struct HeaderView {
  std::string_view key;
  std::optional<std::string_view> value;  // nullopt: null
};

struct RecordView {
  int64_t offset = -1;
  int64_t timestamp_ms = -1;
  std::optional<std::string_view> key;  // nullopt: null
  std::optional<std::string_view> value;
  std::vector<HeaderView> headers;
  ControlType control = ControlType::kNone;
};

enum class Compression { kUnknown, kNone, kGzip, kSnappy, kLz4, kZstd };

}  // namespace monkafka::admin
