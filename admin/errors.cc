#include "admin/errors.h"

#include <algorithm>
#include <string>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace monkafka::admin {
namespace {

grpc::StatusCode CodeOf(FailureKind kind) {
  switch (kind) {
    case FailureKind::kInvalidArgument:
      return grpc::StatusCode::INVALID_ARGUMENT;
    case FailureKind::kNotFound:
      return grpc::StatusCode::NOT_FOUND;
    case FailureKind::kAlreadyExists:
      return grpc::StatusCode::ALREADY_EXISTS;
    case FailureKind::kFailedPrecondition:
      return grpc::StatusCode::FAILED_PRECONDITION;
    case FailureKind::kAborted:
      return grpc::StatusCode::ABORTED;
    case FailureKind::kOutOfRange:
      return grpc::StatusCode::OUT_OF_RANGE;
    case FailureKind::kResourceExhausted:
      return grpc::StatusCode::RESOURCE_EXHAUSTED;
    case FailureKind::kUnauthenticated:
      return grpc::StatusCode::UNAUTHENTICATED;
    case FailureKind::kPermissionDenied:
      return grpc::StatusCode::PERMISSION_DENIED;
    case FailureKind::kUnavailable:
      return grpc::StatusCode::UNAVAILABLE;
    case FailureKind::kUnimplemented:
      return grpc::StatusCode::UNIMPLEMENTED;
    case FailureKind::kDataLoss:
      return grpc::StatusCode::DATA_LOSS;
    case FailureKind::kCancelled:
      return grpc::StatusCode::CANCELLED;
    case FailureKind::kDeadlineExceeded:
      return grpc::StatusCode::DEADLINE_EXCEEDED;
    case FailureKind::kInternal:
      break;
  }
  return grpc::StatusCode::INTERNAL;
}

// A status travels in HTTP/2 trailers, of which clients take 8 KB by default; a message is in it up
// to three times.
constexpr size_t kLongestMessage = 1000;
constexpr size_t kLongestField = 200;
constexpr size_t kMostFields = 5;

// Whole characters of UTF-8.
std::string Cut(const std::string& text, size_t longest) {
  if (text.size() <= longest) return text;
  size_t end = longest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

void AddFields(const std::vector<FieldViolation>& fields, google::rpc::Status& status) {
  google::rpc::BadRequest bad_request;
  for (size_t i = 0; i < std::min(fields.size(), kMostFields); ++i) {
    auto* added = bad_request.add_field_violations();
    added->set_field(Cut(fields[i].field, kLongestField));
    added->set_description(Cut(fields[i].description, kLongestField));
  }
  status.add_details()->PackFrom(bad_request);
}

}  // namespace

FailureKind KindOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kUnknownTopicOrPartition:
    case ErrorCode::kUnknownTopicId:
    case ErrorCode::kGroupIdNotFound:
    case ErrorCode::kUnknownMemberId:
    case ErrorCode::kResourceNotFound:
      return FailureKind::kNotFound;
    case ErrorCode::kTopicAlreadyExists:
      return FailureKind::kAlreadyExists;
    case ErrorCode::kInvalidTopicException:
    case ErrorCode::kInvalidPartitions:
    case ErrorCode::kInvalidReplicationFactor:
    case ErrorCode::kInvalidReplicaAssignment:
    case ErrorCode::kInvalidConfig:
    case ErrorCode::kInvalidRequest:
    case ErrorCode::kInvalidGroupId:
    case ErrorCode::kInvalidTimestamp:
    case ErrorCode::kInvalidRecord:
    case ErrorCode::kInvalidRequiredAcks:
    case ErrorCode::kInvalidCommitOffsetSize:
    case ErrorCode::kMessageTooLarge:
    case ErrorCode::kRecordListTooLarge:
    case ErrorCode::kOffsetMetadataTooLarge:
    case ErrorCode::kUnsupportedCompressionType:
      return FailureKind::kInvalidArgument;
    case ErrorCode::kNonEmptyGroup:
    case ErrorCode::kGroupSubscribedToTopic:
    case ErrorCode::kPolicyViolation:
    case ErrorCode::kTopicDeletionDisabled:
      return FailureKind::kFailedPrecondition;
    case ErrorCode::kOffsetOutOfRange:
      return FailureKind::kOutOfRange;
    case ErrorCode::kCorruptMessage:
      return FailureKind::kDataLoss;
    case ErrorCode::kRequestTimedOut:
      return FailureKind::kDeadlineExceeded;
    case ErrorCode::kThrottlingQuotaExceeded:
      return FailureKind::kResourceExhausted;
    case ErrorCode::kTopicAuthorizationFailed:
    case ErrorCode::kGroupAuthorizationFailed:
    case ErrorCode::kClusterAuthorizationFailed:
      return FailureKind::kPermissionDenied;
    case ErrorCode::kUnsupportedVersion:
      return FailureKind::kUnimplemented;
    case ErrorCode::kLeaderNotAvailable:
    case ErrorCode::kNotLeaderOrFollower:
    case ErrorCode::kBrokerNotAvailable:
    case ErrorCode::kReplicaNotAvailable:
    case ErrorCode::kCoordinatorLoadInProgress:
    case ErrorCode::kCoordinatorNotAvailable:
    case ErrorCode::kNotCoordinator:
    case ErrorCode::kNotController:
    case ErrorCode::kNotEnoughReplicas:
    case ErrorCode::kKafkaStorageError:
      return FailureKind::kUnavailable;
    default:
      return FailureKind::kInternal;
  }
}

FailureKind KindOf(const Failure& failure) {
  return failure.kind ? *failure.kind : KindOf(failure.code);
}

std::string ReasonOf(const Failure& failure) {
  if (!failure.reason.empty()) return failure.reason;
  return std::string(ErrorName(failure.code));
}

grpc::Status ToStatus(const Failure& failure) {
  const std::string reason = ReasonOf(failure);
  const std::string message =
      Cut(failure.message.empty() ? "the call was refused: " + reason : failure.message,
          kLongestMessage);
  google::rpc::Status status;
  status.set_code(CodeOf(KindOf(failure)));
  status.set_message(message);

  google::rpc::ErrorInfo info;
  info.set_reason(reason);
  info.set_domain(kErrorDomain);
  if (failure.code != ErrorCode::kNone) {
    auto& metadata = *info.mutable_metadata();
    metadata["kafka_error"] = std::string(ErrorName(failure.code));
    metadata["kafka_error_code"] = std::to_string(static_cast<int16_t>(failure.code));
  }
  status.add_details()->PackFrom(info);
  if (!failure.fields.empty()) AddFields(failure.fields, status);
  if (failure.resource) {
    google::rpc::ResourceInfo resource;
    resource.set_resource_type(failure.resource->type);
    resource.set_resource_name(Cut(failure.resource->name, kLongestField));
    resource.set_description(Cut(message, kLongestField));
    status.add_details()->PackFrom(resource);
  }
  return {CodeOf(KindOf(failure)), message, status.SerializeAsString()};
}

}  // namespace monkafka::admin
