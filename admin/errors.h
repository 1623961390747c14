// From a Failure to what gRPC carries: a status code, a sentence, and a google.rpc.Status with
// ErrorInfo, BadRequest and ResourceInfo.
#pragma once

#include <grpcpp/support/status.h>

#include "admin/port/failure.h"

namespace monkafka::admin {

// ErrorInfo's domain.
inline constexpr const char* kErrorDomain = "monkafka";

// What kind of failure a Kafka error is.
FailureKind KindOf(ErrorCode code);
FailureKind KindOf(const Failure& failure);

// UPPER_SNAKE_CASE, never empty.
std::string ReasonOf(const Failure& failure);

grpc::Status ToStatus(const Failure& failure);

// The status of a failed outcome, OK otherwise.
template <class T>
grpc::Status StatusOf(const Outcome<T>& outcome) {
  return outcome ? grpc::Status::OK : ToStatus(outcome.error());
}

}  // namespace monkafka::admin
