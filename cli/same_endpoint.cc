#include "cli/same_endpoint.h"

#include <netdb.h>
#include <strings.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "cli/host_port.h"

namespace monkafka::cli {
namespace {

constexpr std::string_view kUnix = "unix:";

std::string SocketPath(const std::string& endpoint) {
  std::error_code ignored;
  const auto path = std::filesystem::absolute(endpoint.substr(kUnix.size()), ignored);
  return std::filesystem::weakly_canonical(path, ignored).string();
}

// One spelling for all that leads to the same place.
std::string Normal(std::string address) {
  constexpr std::string_view kMapped = "::ffff:";
  if (address.starts_with(kMapped) && address.find('.') != std::string::npos) {
    address = address.substr(kMapped.size());
  }
  const bool here =
      address.starts_with("127.") || address == "::1" || address == "0.0.0.0" || address == "::";
  return here ? "loopback" : address;
}

}  // namespace

std::vector<std::string> ResolveHost(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return {};
  std::vector<std::string> addresses;
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    char text[NI_MAXHOST];
    if (getnameinfo(at->ai_addr, at->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST) ==
        0) {
      addresses.emplace_back(text);
    }
  }
  freeaddrinfo(found);
  return addresses;
}

bool SameEndpoint(const std::string& left, const std::string& right, const Resolver& resolve) {
  if (left == right) return true;
  if (left.starts_with(kUnix) || right.starts_with(kUnix)) {
    return left.starts_with(kUnix) && right.starts_with(kUnix) &&
           SocketPath(left) == SocketPath(right);
  }
  HostAndPort a = ParseHostAndPort(left).value();
  HostAndPort b = ParseHostAndPort(right).value();
  for (std::string* host : {&a.host, &b.host}) {
    if (host->ends_with('.')) host->pop_back();
  }
  if (a.port != b.port) return false;
  if (strcasecmp(a.host.c_str(), b.host.c_str()) == 0) return true;
  std::vector<std::string> of_a = resolve(a.host);
  std::transform(of_a.begin(), of_a.end(), of_a.begin(), Normal);
  const std::vector<std::string> of_b = resolve(b.host);
  return std::any_of(of_b.begin(), of_b.end(), [&](const std::string& address) {
    return std::find(of_a.begin(), of_a.end(), Normal(address)) != of_a.end();
  });
}

}  // namespace monkafka::cli
