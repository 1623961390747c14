// Records and codecs in the admin service's words.
#pragma once

#include <optional>
#include <string_view>

#include "admin/port/record.h"
#include "records/control_records.h"
#include "records/record.h"

namespace monkafka::app {

inline std::optional<std::string_view> AsOptionalText(const std::optional<Bytes>& bytes) {
  return bytes ? std::optional(AsText(*bytes)) : std::nullopt;
}

// Reuses what `view` has allocated.
inline void FillView(const records::Record& record, admin::RecordView& view) {
  view.offset = record.offset;
  view.timestamp_ms = record.timestamp;
  view.key = AsOptionalText(record.key);
  view.value = AsOptionalText(record.value);
  view.headers.clear();
  for (const records::RecordHeader& header : record.headers) {
    view.headers.push_back({header.key, AsOptionalText(header.value)});
  }
}

inline admin::ControlType ControlTypeOf(const records::RecordView& record) {
  const Result<records::ControlRecordType> type = records::ParseControlKey(record.key);
  if (type && *type == records::ControlRecordType::kCommit) return admin::ControlType::kCommit;
  if (type && *type == records::ControlRecordType::kAbort) return admin::ControlType::kAbort;
  return admin::ControlType::kOther;
}

inline admin::Compression ToCompression(records::Codec codec) {
  switch (codec) {
    case records::Codec::kNone:
      return admin::Compression::kNone;
    case records::Codec::kGzip:
      return admin::Compression::kGzip;
    case records::Codec::kSnappy:
      return admin::Compression::kSnappy;
    case records::Codec::kLz4:
      return admin::Compression::kLz4;
    case records::Codec::kZstd:
      return admin::Compression::kZstd;
  }
  return admin::Compression::kUnknown;
}

inline std::optional<records::Codec> ToCodec(admin::Compression compression) {
  switch (compression) {
    case admin::Compression::kNone:
      return records::Codec::kNone;
    case admin::Compression::kGzip:
      return records::Codec::kGzip;
    case admin::Compression::kSnappy:
      return records::Codec::kSnappy;
    case admin::Compression::kLz4:
      return records::Codec::kLz4;
    case admin::Compression::kZstd:
      return records::Codec::kZstd;
    case admin::Compression::kUnknown:
      break;
  }
  return std::nullopt;
}

}  // namespace monkafka::app
