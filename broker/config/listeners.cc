#include "config/listeners.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "config/value.h"

namespace monkafka::config {
namespace {

Result<ListenerAddress> ParseOne(std::string_view key, std::string_view text) {
  const auto invalid = [&](std::string_view why) {
    return Fail(ErrorCode::kInvalidConfig,
                fmt::format("Invalid value {} for configuration {}: {}", text, key, why));
  };
  const size_t scheme = text.find("://");
  if (scheme == std::string_view::npos || scheme == 0) {
    return invalid("a listener is NAME://host:port");
  }
  const std::string_view address = text.substr(scheme + 3);
  const size_t colon = address.rfind(':');
  if (colon == std::string_view::npos) return invalid("the port is missing");
  std::string_view host = address.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const std::string_view port_text = address.substr(colon + 1);
  int port = -1;
  const auto [end, error] =
      std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
  if (error != std::errc{} || end != port_text.data() + port_text.size() || port < 0 ||
      port > 65535) {
    return invalid("the port is a number from 0 to 65535");
  }
  std::string name(text.substr(0, scheme));
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::toupper(c); });
  return ListenerAddress{std::move(name), std::string(host), port};
}

}  // namespace

Result<std::vector<ListenerAddress>> ParseListeners(std::string_view key, std::string_view value) {
  std::vector<ListenerAddress> listeners;
  for (const std::string& text : ParseList(value)) {
    Result<ListenerAddress> listener = ParseOne(key, text);
    if (!listener) return Forward(std::move(listener));
    for (const ListenerAddress& other : listeners) {
      if (other.name == listener->name) {
        return Fail(ErrorCode::kInvalidConfig,
                    fmt::format("Invalid value {} for configuration {}: the listener name {} "
                                "stands there twice",
                                value, key, other.name));
      }
      if (key == "listeners" && other.port != 0 && other.port == listener->port &&
          other.host == listener->host) {
        return Fail(ErrorCode::kInvalidConfig,
                    fmt::format("Invalid value {} for configuration {}: each listener needs a "
                                "port of its own",
                                value, key));
      }
    }
    listeners.push_back(*std::move(listener));
  }
  if (listeners.empty()) {
    return Fail(ErrorCode::kInvalidConfig,
                fmt::format("Invalid value {} for configuration {}: there must be at least one "
                            "listener",
                            value, key));
  }
  return listeners;
}

}  // namespace monkafka::config
