// What the admin server is told at its start.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace monkafka::admin {

// Files that change are read again for the next connection; see tls_files.h.
struct TlsOptions {
  std::string certificate_file;  // PEM, the chain; empty: no TLS
  std::string key_file;          // PEM
  std::string client_ca_file;    // PEM; set: certificates of clients are verified against it
};

struct ServerOptions {
  TlsOptions tls;           // of TCP connections; a unix socket is guarded by its file mode 0600
  std::string tokens_file;  // see credentials.h; empty: no tokens

  size_t max_calls = 256;  // at once; more are RESOURCE_EXHAUSTED
  // Long reads at once, each with a thread; more are RESOURCE_EXHAUSTED. One that waits for its
  // receiver does not count, up to max_waiting of them.
  size_t max_scans = 16;
  // Of one connection, those that wait included; unix sockets count as one connection together.
  size_t max_scans_per_connection = 8;
  int unary_threads = 4;  // started when they are needed
  size_t max_waiting = 48;
  size_t max_request_bytes = 16 << 20;  // documents of some ten thousand topics
  size_t max_unsent_bytes = 256 << 10;  // per stream, before its producer has to wait
  // A call whose receiver takes nothing of what is sent for so long is ended, for it holds one of
  // max_calls, and perhaps a thread for long reads; 0: never. At twice this time at the latest, and
  // a second later for each 16 KB of the message that is being sent.
  std::chrono::milliseconds stall_timeout{60'000};
};

}  // namespace monkafka::admin
