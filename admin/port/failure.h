// How the operations behind the ports fail. A monkafka::Error (a Kafka error code and a sentence)
// turns into a Failure by itself, and that is enough in most places; what Kafka has no code for
// has a reason of its own, and what a client can act on is named: the wrong field, the resource.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/result.h"

namespace monkafka::admin {

// What kind of failure it is, in gRPC's words. Absent in a Failure: what error_mapping.h says about
// the Kafka error.
enum class FailureKind {
  kInvalidArgument,
  kNotFound,
  kAlreadyExists,
  kFailedPrecondition,
  kAborted,
  kOutOfRange,
  kResourceExhausted,
  kUnauthenticated,
  kPermissionDenied,
  kUnavailable,
  kUnimplemented,
  kDataLoss,
  kCancelled,
  kDeadlineExceeded,
  kInternal,
};

struct FieldViolation {
  std::string field;  // path in the request, e.g. "topic.partition_count"
  std::string description;
};

struct ResourceName {
  std::string type;  // "topic", "partition", "segment", "group", "connection", "config"
  std::string name;
};

struct Failure {
  ErrorCode code = ErrorCode::kNone;  // kNone: Kafka has no error for it; `kind` is set then
  std::string message;                // what was refused, why, and what to do next
  std::string reason = {};            // UPPER_SNAKE_CASE; empty: the name of the Kafka error
  std::optional<FailureKind> kind = {};
  std::vector<FieldViolation> fields = {};
  std::optional<ResourceName> resource = {};

  Failure() = default;
  Failure(Error error)  // NOLINT(google-explicit-constructor): every Error is a Failure
      : code(error.code), message(std::move(error.message)) {}
  Failure(FailureKind failure_kind, std::string failure_reason, std::string text)
      : message(std::move(text)), reason(std::move(failure_reason)), kind(failure_kind) {}
};

// The reason of a call that ended before its change was known to be made: the change goes on.
inline constexpr char kCallerGaveUp[] = "CALLER_GAVE_UP";

template <class T>
using Outcome = std::expected<T, Failure>;

// A Kafka error about one resource: names it in the answer.
inline std::unexpected<Failure> FailWith(Error error, ResourceName resource) {
  Failure failure(std::move(error));
  failure.resource = std::move(resource);
  return std::unexpected(std::move(failure));
}

// A wrong field of the request.
inline std::unexpected<Failure> FailField(std::string field, std::string description) {
  Failure failure(FailureKind::kInvalidArgument, "INVALID_FIELD", field + ": " + description);
  failure.fields.push_back({std::move(field), std::move(description)});
  return std::unexpected(std::move(failure));
}

// The resource is not what the caller's etag says.
inline std::unexpected<Failure> FailEtag(ResourceName resource) {
  Failure failure(FailureKind::kAborted, "ETAG_MISMATCH",
                  resource.type + " " + resource.name +
                      " has changed since it was read; read it again and repeat the change");
  failure.resource = std::move(resource);
  return std::unexpected(std::move(failure));
}

}  // namespace monkafka::admin
