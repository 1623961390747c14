// listeners and advertised.listeners: "NAME://host:port,NAME2://[::1]:port".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace monkafka::config {

struct ListenerAddress {
  std::string name;
  std::string host;  // empty: every address
  int port = 0;      // 0: a free one
};

// INVALID_CONFIG naming the key and the entry: not of the form, a port out of range, a name twice.
Result<std::vector<ListenerAddress>> ParseListeners(std::string_view key, std::string_view value);

}  // namespace monkafka::config
