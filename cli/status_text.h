// A refusal of the server in words: what was refused, why, what to do next.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/support/status.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "cli/failure.h"

namespace monkafka::cli {

// The size of a message and the most that its receiver takes, when gRPC itself refused it for that.
struct RefusedSize {
  int64_t bytes = 0;
  int64_t most = 0;
};
std::optional<RefusedSize> ReadRefusedSize(const grpc::Status& status);

// `what` completes "cannot ...". `endpoint` is whom we asked; "" when it was no broker. The details
// of the Failure are the gRPC code and every google.rpc detail, for --verbose.
Failure DescribeStatus(const grpc::Status& status, std::string_view what,
                       const std::string& endpoint);

// Whether there was a connection that broke, or a server that ended, before it could answer.
// `channel` was used for the call: it has tried in vain when no connection came about at all. Not
// for a call that was cancelled here.
bool IsLost(const grpc::Status& status, grpc::Channel& channel);

// Whether no admin service had a say in it.
bool IsUnreachable(const grpc::Status& status);

// What was refused, as ResourceInfo names it: {"topic", "orders"}; empty when it does not say.
std::pair<std::string, std::string> ConcernedResource(const grpc::Status& status);

// What does not exist, as ResourceInfo names it: {"topic", "ordres"}; empty unless it is NOT_FOUND.
std::pair<std::string, std::string> MissingResource(const grpc::Status& status);

}  // namespace monkafka::cli
