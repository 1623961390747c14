#include "cli/target.h"

#include <fmt/format.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <algorithm>

#include "cli/failure.h"
#include "cli/host_port.h"
#include "cli/key_pair.h"
#include "cli/output/text.h"

namespace monkafka::cli {
namespace {

void Override(std::string& value, const std::string& with) {
  if (!with.empty()) value = with;
}

std::string Variable(const Environment& environment, const char* name) {
  return environment(name).value_or("");
}

const Context& FindContext(const Contexts& contexts, const std::string& name) {
  auto found = contexts.by_name.find(name);
  if (found != contexts.by_name.end()) return found->second;
  std::vector<std::string_view> names;
  names.reserve(contexts.by_name.size());
  for (const auto& [known, context] : contexts.by_name) names.push_back(known);
  std::string_view nearest = Nearest(name, names);
  throw UsageError(fmt::format("there is no context {}", name),
                   nearest.empty() ? "`monkafkactl context list` shows those that exist"
                                   : fmt::format("did you mean {}?", nearest));
}

bool IsProtectedAt(const Context& context, const Resolver& resolve, const Target& target) {
  return context.is_protected && SameEndpoint(context.endpoint, target.context.endpoint, resolve);
}

void ProtectAs(const std::string& whose, Target& target) {
  target.context_name = whose;
  target.context.is_protected = true;
}

// The protection of any context but `name` whose endpoint it is. False: there is none.
bool ProtectAsAnyOther(const Contexts& contexts, const std::string& name, const Resolver& resolve,
                       Target& target) {
  for (const auto& [other, context] : contexts.by_name) {
    if (other == name || !IsProtectedAt(context, resolve, target)) continue;
    ProtectAs(other, target);
    return true;
  }
  return false;
}

// The protection of a context whose endpoint another one was given for: the one that is named, or
// else any whose own it is, however it is spelled.
void Protect(const Contexts& contexts, const std::string& name, bool is_named,
             const Resolver& resolve, Target& target) {
  if (is_named && FindContext(contexts, name).is_protected) return ProtectAs(name, target);
  const auto current = contexts.by_name.find(name);
  if (current != contexts.by_name.end() && IsProtectedAt(current->second, resolve, target)) {
    return ProtectAs(name, target);
  }
  if (ProtectAsAnyOther(contexts, name, resolve, target)) return;
  if (current != contexts.by_name.end() && current->second.is_protected) target.passed_over = name;
}

// The file that a context or an option names; `option` and what the file `holds` are said when it
// is of no use.
std::string ReadNamed(const std::string& path, const char* option, const char* holds) {
  const std::string whose =
      fmt::format("{}, or the context, names the file with {}", option, holds);
  try {
    return ReadFile(path);
  } catch (const Failure& failure) {
    throw Failure(failure.what(), failure.next().empty() ? whose : whose + ": " + failure.next());
  }
}

std::string ReadPem(const std::string& path, const char* option, const char* holds) {
  if (path.empty()) return "";
  std::string text = ReadNamed(path, option, holds);
  if (text.find("-----BEGIN ") != std::string::npos) return text;
  throw Failure(fmt::format("{}: is no PEM file", path),
                fmt::format("{}, or the context, names the file with {}; it begins with -----BEGIN",
                            option, holds));
}

grpc::SslCredentialsOptions ReadCertificates(const Context& context) {
  if (context.cert.empty() != context.key.empty()) {
    throw UsageError("a client's certificate and its key go together",
                     context.key.empty() ? "add --key FILE" : "add --cert FILE");
  }
  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs = ReadPem(context.ca, "--ca", "the authority of the server's certificate");
  tls.pem_cert_chain = ReadPem(context.cert, "--cert", "the client's certificate");
  tls.pem_private_key = ReadPem(context.key, "--key", "the client's key");
  if (IsKeyOfAnother(tls.pem_cert_chain, tls.pem_private_key)) {
    throw Failure(
        fmt::format("the key {} does not belong to the certificate {}", context.key, context.cert),
        "give the two that were made together with --cert and --key, or in the context");
  }
  return tls;
}

}  // namespace

Target ResolveTarget(const TargetOptions& options, const Contexts& contexts,
                     const Environment& environment, const Resolver& resolve) {
  Target target;
  std::string context_name = options.context;
  std::string endpoint = options.endpoint;
  if (endpoint.empty() && context_name.empty()) endpoint = Variable(environment, kEndpointVariable);
  if (context_name.empty()) context_name = Variable(environment, kContextVariable);
  const bool is_named = !context_name.empty();
  if (context_name.empty()) context_name = contexts.current;

  if (!endpoint.empty()) {
    CheckEndpoint(endpoint);
    target.context.endpoint = endpoint;
    Protect(contexts, context_name, is_named, resolve, target);
  } else if (!context_name.empty()) {
    target.context_name = context_name;
    target.context = FindContext(contexts, context_name);
    // Who names a context means it; that which happens to be the current one may be forgotten.
    if (!is_named && !target.context.is_protected) {
      ProtectAsAnyOther(contexts, context_name, resolve, target);
    }
  } else {
    target.context.endpoint = kDefaultEndpoint;
  }
  Override(target.context.ca, options.ca);
  Override(target.context.cert, options.cert);
  Override(target.context.key, options.key);
  Override(target.context.server_name, options.server_name);
  Override(target.context.token_file, options.token_file);
  CheckEndpoint(target.context.endpoint);
  return target;
}

void CheckEndpoint(const std::string& endpoint) {
  const bool is_socket = endpoint.starts_with("unix:") && endpoint.size() > 5;
  if (is_socket || ParseHostAndPort(endpoint)) return;
  throw UsageError(fmt::format("\"{}\" is no endpoint", endpoint),
                   "give HOST:PORT, for example 127.0.0.1:9095, or unix:PATH");
}

std::shared_ptr<grpc::Channel> OpenChannel(const Context& context) {
  constexpr int kLargestMessage = 64 << 20;
  constexpr int kLargestStatus = 1 << 20;  // of an error's message and details
  constexpr int kConnectMs = 5'000;
  grpc::ChannelArguments arguments;
  arguments.SetInt("grpc.enable_http_proxy", 0);
  arguments.SetInt("grpc.service_config_disable_resolution", 1);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kConnectMs);
  arguments.SetInt(GRPC_ARG_MAX_METADATA_SIZE, kLargestStatus);
  arguments.SetMaxReceiveMessageSize(kLargestMessage);

  std::shared_ptr<grpc::ChannelCredentials> credentials;
  if (context.ca.empty() && context.cert.empty() && context.key.empty()) {
    credentials = grpc::InsecureChannelCredentials();
  } else {
    credentials = grpc::SslCredentials(ReadCertificates(context));
    if (!context.server_name.empty()) {
      arguments.SetSslTargetNameOverride(context.server_name);
    }
  }
  return grpc::CreateCustomChannel(context.endpoint, credentials, arguments);
}

std::string AuthorizationHeader(const Context& context) {
  if (context.token_file.empty()) return "";
  std::string token = ReadNamed(context.token_file, "--token-file", "the bearer token");
  token = token.substr(0, token.find_first_of("\r\n"));
  if (token.empty()) {
    throw Failure(fmt::format("{}: holds no token", context.token_file),
                  "the token stands in the first line of the file");
  }
  return "Bearer " + token;
}

}  // namespace monkafka::cli
