// Kafka's port: accepts connections, cuts what they send into requests, hands each to a handler
// and sends the replies back in the order of the requests. It knows nothing of what is inside a
// request.
//
//   Listen -> Start -> ... -> Drain or Stop -> destroy
//
// Threads: `network_threads` threads, each with its own reactor; a connection lives on one of them,
// the one that had the fewest when it came. (One thread accepts for all: with SO_REUSEPORT the
// kernel would spread by a hash of the addresses, which leaves the few long-lived connections of
// Kafka's clients uneven.) Each has a handler of its own, which must not block it.
// Responders may be completed from any thread, also after the connection, or the server, is gone.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/executor.h"
#include "common/request.h"
#include "common/result.h"

namespace monkafka::net {

struct Listener {
  std::string name;  // e.g. "PLAINTEXT"
  std::string host;  // name or numeric address; empty: all addresses
  int port = 0;      // 0: any free one, see Server::ports
};

// In parentheses the setting of Kafka's that it stands for.
struct ServerOptions {
  std::vector<Listener> listeners;
  int network_threads = 3;  // (num.network.threads)
  int backlog = 50;         // connections the kernel keeps for accept (socket.listen.backlog.size)
  int send_buffer_bytes = -1;     // -1: as the system tunes it (socket.send.buffer.bytes)
  int receive_buffer_bytes = -1;  // (socket.receive.buffer.bytes)

  // A larger, or negative, length closes the connection (socket.request.max.bytes).
  int32_t max_request_bytes = 100 * 1024 * 1024;
  // A connection over these is closed as soon as it is accepted (max.connections,
  // max.connections.per.ip).
  int max_connections = 10'000;
  int max_connections_per_ip = 10'000;
  // A connection with so many requests that are not answered, or so much memory in replies that its
  // peer does not read, is not read from.
  int max_in_flight_per_connection = 64;
  int64_t max_queued_reply_bytes = 8 * 1024 * 1024;
  // Held by the requests of all connections, whole or in part. When it is used up, reading waits
  // (queued.max.request.bytes). A single larger request still gets through.
  int64_t receive_memory_bytes = 256 * 1024 * 1024;
  // A connection over which nothing was sent for so long, while no reply of ours is due, is closed,
  // up to 1/16 of it (at least a second, at most 30 s) late; 0: never (connections.max.idle.ms).
  std::chrono::milliseconds connections_max_idle{600'000};

  // Requests up to 4 KB are copied out of the receive chunk. Larger ones view it, and keep all its
  // 256 KB while they live, unless this says true: for requests that may wait for long. Called on
  // the network threads; may be empty.
  std::function<bool(Bytes request)> copy_out;
};

struct ConnectionStats {
  uint64_t id = 0;
  std::string listener;
  std::string client_host;
  int client_port = 0;
  std::string principal;
  std::string client_id;
  std::string client_software_name;
  std::string client_software_version;
  TimestampMs connected_at = 0;
  std::chrono::milliseconds idle{0};  // since bytes were last sent or received
  int64_t requests = 0;
  int64_t in_flight = 0;  // requests that were not answered yet
  int64_t bytes_in = 0;
  int64_t bytes_out = 0;
};

class Server {
 public:
  // Binds and listens; connections wait in the kernel until Start. The error is a sentence that
  // names the listener and its address. `workers` reads what the page cache does not hold; it,
  // `clock` and `timers` must outlive the server.
  static Result<std::unique_ptr<Server>> Listen(ServerOptions options,
                                                RequestHandlerFactory make_handler,
                                                const Clock& clock, Timers& timers,
                                                Executor& workers);
  ~Server();  // stops
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Start, StopAccepting, Drain and Stop: from one thread, not a network thread. Each may be
  // repeated.

  void Start();
  // Closes the listening sockets; the connections go on.
  void StopAccepting();
  // Stops accepting and reading, waits until the requests in flight are answered and the replies
  // sent, but no longer than `timeout`; then stops. True: nothing was cut off.
  bool Drain(std::chrono::milliseconds timeout);
  // Closes everything at once. When it has returned no handler is running and none ever will.
  void Stop();

  // Safe from any thread:

  const std::map<std::string, int>& ports() const;  // by listener name
  int connection_count() const;
  std::vector<ConnectionStats> Connections() const;
  // Closes it soon, without waiting for its replies. False: there is none of that id.
  bool CloseConnection(uint64_t id);
  // Charged to receive_memory_bytes now; 0 when all connections are idle.
  int64_t receive_memory_used() const;
  // Connections that are not read from because it is used up; often above 0, it is too small.
  int connections_without_memory() const;

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace monkafka::net
