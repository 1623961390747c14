#include "admin/listen_address.h"

#include <arpa/inet.h>
#include <fmt/core.h>

#include <charconv>
#include <optional>

namespace monkafka::admin {
namespace {

constexpr std::string_view kUnix = "unix:";
constexpr int kMaxPort = 65535;

std::string_view Trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::unexpected<Error> Wrong(std::string_view part, std::string_view what) {
  return Fail(ErrorCode::kInvalidConfig,
              fmt::format("the admin service cannot listen on '{}': {}; the form is HOST:PORT or "
                          "unix:PATH, several separated by commas, or off",
                          part, what));
}

std::optional<int> ParsePort(std::string_view text) {
  int port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (port < 0 || port > kMaxPort) return std::nullopt;
  return port;
}

Result<ListenAddress> ParseOne(std::string_view part) {
  ListenAddress address;
  if (part.starts_with(kUnix)) {
    address.unix_socket = true;
    address.host = part.substr(kUnix.size());
    if (address.host.empty()) return Wrong(part, "the path is empty");
    return address;
  }
  const size_t colon = part.rfind(':');
  if (colon == std::string_view::npos) return Wrong(part, "there is no port");
  const std::optional<int> port = ParsePort(part.substr(colon + 1));
  if (!port) return Wrong(part, "the port is no number from 0 to 65535");
  address.port = *port;
  std::string_view host = part.substr(0, colon);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (!bracketed && host.find(':') != std::string_view::npos) {
    return Wrong(part, "an IPv6 address is written in brackets");
  }
  address.host = host;
  return address;
}

}  // namespace

std::string ListenAddress::ToString() const {
  if (unix_socket) return std::string(kUnix) + host;
  const bool bracketed = host.find(':') != std::string::npos;
  return fmt::format(fmt::runtime(bracketed ? "[{}]:{}" : "{}:{}"), host, port);
}

bool ListenAddress::IsLocal() const {
  if (unix_socket || host == "localhost" || host == "::1") return true;
  in_addr ip4{};
  return inet_pton(AF_INET, host.c_str(), &ip4) == 1 && (ntohl(ip4.s_addr) >> 24) == 127;
}

Result<std::vector<ListenAddress>> ParseListenAddresses(std::string_view text) {
  text = Trim(text);
  std::vector<ListenAddress> addresses;
  if (text == "off") return addresses;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t comma = std::min(text.find(',', begin), text.size());
    Result<ListenAddress> address = ParseOne(Trim(text.substr(begin, comma - begin)));
    if (!address) return Forward(std::move(address));
    addresses.push_back(*std::move(address));
    begin = comma + 1;
  }
  return addresses;
}

}  // namespace monkafka::admin
