// Which admin service to talk to, and the channel to it.
#pragma once

#include <grpcpp/channel.h>

#include <memory>
#include <string>

#include "cli/contexts.h"
#include "cli/files.h"
#include "cli/same_endpoint.h"

namespace monkafka::cli {

constexpr const char* kDefaultEndpoint = "127.0.0.1:9095";
constexpr const char* kEndpointVariable = "MONKAFKACTL_ENDPOINT";
constexpr const char* kContextVariable = "MONKAFKACTL_CONTEXT";

// What the options say; "" where they say nothing.
struct TargetOptions {
  std::string endpoint, context;
  std::string ca, cert, key, server_name, token_file;
};

struct Target {
  std::string context_name;  // "" when no context was used
  Context context;           // endpoint and credentials as they are in force
  std::string passed_over;   // the current, protected context, when the endpoint is not its own
};

// The endpoint is --endpoint's, or else MONKAFKACTL_ENDPOINT's, or else that of the context, which
// is --context's, MONKAFKACTL_CONTEXT's or the current one; or else kDefaultEndpoint. An endpoint
// that is given wins over the context with its credentials, but not over its protection: that holds
// when the context is named, and for every endpoint that is a protected context's own, however it
// is spelled. Credentials given as options win over the context's.
Target ResolveTarget(const TargetOptions& options, const Contexts& contexts,
                     const Environment& environment, const Resolver& resolve = ResolveHost);

// Throws a usage Failure unless it is HOST:PORT, [IPV6]:PORT or unix:PATH.
void CheckEndpoint(const std::string& endpoint);

// Doesn't connect yet. Reads the certificates. Throws Failure when they can't be read.
std::shared_ptr<grpc::Channel> OpenChannel(const Context& context);

// The header "authorization" for the context; "" when it has no token.
std::string AuthorizationHeader(const Context& context);

}  // namespace monkafka::cli
