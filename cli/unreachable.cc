#include "cli/unreachable.h"

#include <fmt/format.h>
#include <unistd.h>

#include "cli/host_port.h"
#include "cli/kafka_probe.h"

namespace monkafka::cli {
namespace {

constexpr std::chrono::milliseconds kPatience{1'500};

bool UsesTls(const Context& context) {
  return !context.ca.empty() || !context.cert.empty() || !context.key.empty();
}

Unreachable ExplainSocket(const std::string& path) {
  if (access(path.c_str(), F_OK) != 0) {
    return {fmt::format("there is no socket {}", path),
            fmt::format("start the broker with --admin-listen unix:{}, or name another --endpoint",
                        path)};
  }
  if (access(path.c_str(), R_OK | W_OK) != 0) {
    return {fmt::format("the socket {} may not be opened by this user", path),
            "run it as the broker's user, or change who may open the socket"};
  }
  return {fmt::format("nobody answers at the socket {}", path),
          "is the broker running? The socket stays behind when it is killed"};
}

// The TCP connection came about, but no gRPC call.
Unreachable ExplainSilence(const Context& context, const std::string& host, int32_t port,
                           const std::string& said) {
  const std::string& endpoint = context.endpoint;
  const Probe kafka = ProbeKafka(host, port, kPatience);
  if (kafka.result == ProbeResult::kAnswered) {
    return {fmt::format("{} is a port for Kafka clients, not the admin service", endpoint),
            "--endpoint wants the port of --admin-listen, which is 9095 unless it was changed"};
  }
  const bool speaks_tls = ProbeTls(host, port, kPatience);
  if (speaks_tls && !UsesTls(context)) {
    return {fmt::format("{} wants TLS", endpoint),
            "add --ca FILE with the authority of the server's certificate (and --cert and --key if "
            "it wants a client certificate)"};
  }
  if (!speaks_tls && kafka.silent) {
    return {fmt::format("{} takes the connection, and gives no answer in time", endpoint),
            "is the broker stopped or overloaded? Or else --endpoint wants the port of "
            "--admin-listen, which is 9095 unless it was changed"};
  }
  if (!speaks_tls && UsesTls(context)) {
    return {fmt::format("{} does not speak TLS", endpoint),
            "leave out --ca, --cert and --key, or give the broker a certificate"};
  }
  if (speaks_tls && said.find("certificate verify failed") != std::string::npos) {
    return {fmt::format("the certificate of {} is not signed by the authority in {}", endpoint,
                        context.ca),
            "give the right authority with --ca"};
  }
  if (speaks_tls && said.find("is not in peer certificate") != std::string::npos) {
    return {fmt::format("the certificate of {} is for another name than {}", endpoint,
                        context.server_name.empty() ? host : context.server_name),
            "--server-name gives the name that is in the certificate"};
  }
  if (speaks_tls) {
    return {fmt::format("the TLS handshake with {} fails", endpoint),
            context.cert.empty()
                ? "does it want a client certificate? Give one with --cert and --key; --verbose "
                  "shows what TLS says"
                : "is the client certificate of --cert and --key signed by an authority that the "
                  "server trusts? --verbose shows what TLS says"};
  }
  return {fmt::format("what answers at {} is no admin service", endpoint),
          "--endpoint wants the port of --admin-listen, which is 9095 unless it was changed"};
}

}  // namespace

Unreachable ExplainUnreachable(const Context& context, const std::string& said) {
  const std::string& endpoint = context.endpoint;
  if (endpoint.starts_with("unix:")) return ExplainSocket(endpoint.substr(5));
  const auto [host, port] = ParseHostAndPort(endpoint).value();
  Probe probe = ProbeConnection(host, port, kPatience);
  switch (probe.result) {
    case ProbeResult::kAnswered:
      return ExplainSilence(context, host, port, said);
    case ProbeResult::kUnknownHost:
      return {fmt::format("the host {} is not known: {}", host, probe.error),
              "mend the name in --endpoint or in the context"};
    case ProbeResult::kRefused:
      return {fmt::format("nobody listens at {}", endpoint),
              fmt::format("start the broker with --admin-listen {}; or, if it runs with its admin "
                          "service elsewhere, say where with --endpoint or a context",
                          endpoint)};
    case ProbeResult::kTimedOut:
    case ProbeResult::kUnreachable:
    case ProbeResult::kNotKafka:
      break;
  }
  return {fmt::format("{} cannot be reached: {}", endpoint, probe.error),
          fmt::format("is the address right, and does the network let TCP port {} through?", port)};
}

}  // namespace monkafka::cli
