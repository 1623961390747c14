// Small conversions that several services share.
#pragma once

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include <chrono>
#include <initializer_list>
#include <optional>
#include <string>

#include "admin/errors.h"
#include "admin/port/failure.h"
#include "admin/port/record.h"
#include "admin/port/topics.h"
#include "monkafka/admin/v1/common.pb.h"

namespace monkafka::admin {

google::protobuf::Timestamp ToProto(std::chrono::system_clock::time_point time);
google::protobuf::Timestamp TimeOfMs(int64_t timestamp_ms);
google::protobuf::Duration ToProto(std::chrono::milliseconds duration);
std::chrono::milliseconds FromProto(const google::protobuf::Duration& duration);

v1::Rates ToProto(const Rates& rates);
v1::CompressionType ToProto(Compression compression);
Compression FromProto(v1::CompressionType compression);
// max_field_bytes 0: whole.
void ToProto(const RecordView& record, int32_t max_field_bytes, v1::Record& out);

// INVALID_ARGUMENT when a required name is empty.
Outcome<void> RequireText(std::string_view value, std::string_view field);
// INVALID_ARGUMENT when a number that must not be is negative.
Outcome<void> RequireNotNegative(int64_t value, std::string_view field);

// The interval of a watch: 1 s when absent; from 100 ms to 1 h.
Outcome<std::chrono::milliseconds> WatchInterval(bool present,
                                                 const google::protobuf::Duration& interval);

// Which field of the request an error of Kafka's is about.
struct FieldOfError {
  ErrorCode code;
  const char* field;
};

// Names the field of such an error, unless the port has named one.
template <class T>
Outcome<T> WithFields(Outcome<T> outcome, std::initializer_list<FieldOfError> fields) {
  if (outcome || !outcome.error().fields.empty()) return outcome;
  for (const auto& [code, field] : fields) {
    if (outcome.error().code == code) {
      outcome.error().fields.push_back({field, outcome.error().message});
    }
  }
  return outcome;
}

// Whether there was nothing to delete.
template <class T>
bool IsNotFound(const Outcome<T>& outcome) {
  return !outcome && KindOf(outcome.error()) == FailureKind::kNotFound;
}

}  // namespace monkafka::admin
