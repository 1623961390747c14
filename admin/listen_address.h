// Where the admin service listens: "127.0.0.1:9095", "[::1]:9095", ":9095" (every address),
// "unix:/run/monkafka.sock"; several separated by commas; "off".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace monkafka::admin {

struct ListenAddress {
  bool unix_socket = false;
  std::string host;  // or the path of a unix socket
  int port = 0;      // 0: a free one

  std::string ToString() const;  // as it is written above, and as gRPC clients take it
  // Only this machine can reach it. Names count by what they are called: "localhost" alone.
  bool IsLocal() const;
  bool operator==(const ListenAddress&) const = default;
};

// Empty for "off". INVALID_CONFIG says what is wrong with which part.
Result<std::vector<ListenAddress>> ParseListenAddresses(std::string_view text);

}  // namespace monkafka::admin
