// What a client of the group coordinator is told when the log refuses its records.
#pragma once

#include "common/error_code.h"

namespace monkafka::groups {

constexpr ErrorCode ToCoordinatorError(ErrorCode append_error) {
  switch (append_error) {
    case ErrorCode::kUnknownTopicOrPartition:
    case ErrorCode::kNotEnoughReplicas:
    case ErrorCode::kNotEnoughReplicasAfterAppend:
    case ErrorCode::kRequestTimedOut:
      return ErrorCode::kCoordinatorNotAvailable;
    case ErrorCode::kNotLeaderOrFollower:
    case ErrorCode::kKafkaStorageError:
      return ErrorCode::kNotCoordinator;
    case ErrorCode::kMessageTooLarge:
    case ErrorCode::kRecordListTooLarge:
    case ErrorCode::kInvalidFetchSize:
      return ErrorCode::kUnknownServerError;
    default:
      return append_error;
  }
}

// A response that says nothing else.
template <class Response>
Response ErrorResponse(ErrorCode error) {
  Response response;
  response.error_code = error;
  return response;
}

}  // namespace monkafka::groups
