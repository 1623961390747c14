// Holds connections open that ask nothing, each known to the broker by one request. Says so on
// stdout, then stays until stdin ends.
#include <fmt/core.h>
#include <sys/resource.h>

#include <cstdio>
#include <memory>
#include <vector>

#include "bench/loader/commands.h"
#include "bench/loader/connection.h"
#include "protocol/api_versions.h"

namespace monkafka::bench {

void Idle(const Options& options) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  std::vector<std::unique_ptr<Connection>> connections;
  for (int i = 0; i < options.connections; ++i) {
    connections.push_back(std::make_unique<Connection>(options.port, 1024));
    connections.back()->Call<protocol::ApiVersionsResponse>(protocol::ApiVersionsRequest{}, 0);
  }
  fmt::print("{{\"connections\": {}}}\n", connections.size());
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
}

}  // namespace monkafka::bench
