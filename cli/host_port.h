// TCP addresses as people write them: HOST:PORT, or [IPV6]:PORT.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace monkafka::cli {

struct HostAndPort {
  std::string host;  // an IPv6 address without its brackets
  int port = 0;

  // As it is written.
  std::string Text() const;
};

// Nothing unless it is one, with a port from 1 to 65535. What else the resolver of gRPC takes, as
// dns:///HOST:PORT, would hide whose address it is, and is none.
std::optional<HostAndPort> ParseHostAndPort(std::string_view text);

// "A:1, B:2", as clients have it in bootstrap.servers; `option` is named in the usage Failure.
std::vector<HostAndPort> ParseHostAndPortList(const std::string& option, std::string_view text);

}  // namespace monkafka::cli
