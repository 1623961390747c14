// gRPC's own log, in the broker's: one sentence per line, its warnings and errors as warnings (none
// of them ends the service), the rest for --verbose. A client can cause such lines at will, so only
// a few of them are told at a time.
//
// gRPC does not say whose TLS handshake failed. It is one of the connections on which nobody has
// called anything yet, most often the only one: RouteGrpcLog's lines name it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace monkafka::admin {

// Of the process, from now on; again is no harm. Threads: any.
void RouteGrpcLog();

// A connection was taken over, somebody has called something. Peers as gRPC writes them:
// "ipv4:127.0.0.1:5000". Threads: any.
void NoteConnected(int socket);
void NoteCalled(std::string_view peer);

// Which lines are told: the first few within a while. Not thread-safe.
class LineLimit {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr int kLines = 10;
  static constexpr std::chrono::seconds kWhile{10};

  // Whether this one is.
  bool Admit(Time now);
  // How many were not since the last that was; from then on 0.
  uint64_t TakeLeftOut();

 private:
  Time since_{};
  int lines_ = 0;
  uint64_t left_out_ = 0;
};

// The sentence for a line of gRPC's. `silent`: peers that have called nothing yet.
std::string SentenceOf(std::string_view grpc_message, const std::vector<std::string>& silent);

}  // namespace monkafka::admin
