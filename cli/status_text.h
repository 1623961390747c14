// A refusal of the server in words: what was refused, why, what to do next.
#pragma once

#include <grpcpp/support/status.h>

#include <string>
#include <string_view>

#include "cli/failure.h"

namespace monkafka::cli {

// `what` completes "cannot ...". `endpoint` is whom we asked; "" when it was no broker. The details
// of the Failure are the gRPC code and every google.rpc detail, for --verbose.
Failure DescribeStatus(const grpc::Status& status, std::string_view what,
                       const std::string& endpoint);

// ErrorInfo.reason of the status' details, such as TOPIC_ALREADY_EXISTS; "" without one.
std::string ErrorReason(const grpc::Status& status);

}  // namespace monkafka::cli
