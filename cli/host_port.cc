#include "cli/host_port.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "cli/failure.h"
#include "cli/output/text.h"

namespace monkafka::cli {

std::string HostAndPort::Text() const {
  return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port)
                                             : fmt::format("[{}]:{}", host, port);
}

std::optional<HostAndPort> ParseHostAndPort(std::string_view text) {
  constexpr int kMostPort = 65'535;
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find_first_of(":/") != std::string_view::npos) {
    return std::nullopt;
  }
  const bool all_digits = digits.find_first_not_of("0123456789") == std::string_view::npos;
  int port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (host.empty() || !all_digits || error != std::errc() || port < 1 || port > kMostPort) {
    return std::nullopt;
  }
  return HostAndPort{std::string(host), port};
}

std::vector<HostAndPort> ParseHostAndPortList(const std::string& option, std::string_view text) {
  std::vector<HostAndPort> addresses;
  while (!text.empty()) {
    std::string_view part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    part.remove_prefix(std::min(part.size(), part.find_first_not_of(' ')));
    if (part.empty()) continue;
    part = part.substr(0, part.find_last_not_of(' ') + 1);
    const auto address = ParseHostAndPort(part);
    if (!address) {
      throw UsageError(fmt::format("{}: \"{}\" is no address", option, Printable(part)),
                       "give HOST:PORT, for example 127.0.0.1:9092; several with commas between");
    }
    addresses.push_back(*address);
  }
  if (addresses.empty()) {
    throw UsageError(fmt::format("{} names no address", option),
                     "give HOST:PORT, for example 127.0.0.1:9092");
  }
  return addresses;
}

}  // namespace monkafka::cli
