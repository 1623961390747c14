// Asks an address as a Kafka client would: what becomes of a connection, and what the broker there
// tells its clients. For `doctor`; it connects anew for each question and waits no longer than
// told.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace monkafka::cli {

enum class ProbeResult {
  kAnswered,
  kUnknownHost,  // the name does not resolve
  kRefused,      // nobody listens
  kTimedOut,     // no answer, as behind a firewall
  kUnreachable,  // no route, or another network error
  kNotKafka,     // somebody answers, or hangs up, but not with Kafka's protocol
};

struct Probe {
  ProbeResult result = ProbeResult::kUnreachable;
  std::string error;    // in words
  bool silent = false;  // it took the connection, and said nothing in time

  struct Broker {
    int32_t node_id = 0;
    std::string host;
    int32_t port = 0;
  };
  // What Metadata answered.
  std::string cluster_id;
  int32_t controller_id = -1;
  std::vector<Broker> brokers;
};

// Connects and sends a Metadata request.
Probe ProbeKafka(const std::string& host, int32_t port, std::chrono::milliseconds timeout);

// Only connects: for listeners that want TLS or SASL first.
Probe ProbeConnection(const std::string& host, int32_t port, std::chrono::milliseconds timeout);

// Whether somebody there speaks TLS.
bool ProbeTls(const std::string& host, int32_t port, std::chrono::milliseconds timeout);

}  // namespace monkafka::cli
