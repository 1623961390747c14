// The admin service's sockets, and the reason why it costs nothing while nobody uses it: gRPC has
// threads that wake several times per second, so it only runs while there are connections. One
// thread sleeps in poll; the first connection makes the server, each is handed to it, and when the
// last one has been gone for a while the server is destroyed.
//
// A connection counts once its client has said something, as every client does at once. Until then
// it has a few seconds, and there is room for some of them; where there are more the oldest goes.
// So whoever only connects keeps nobody out. Each address has limits of its own: what comes over
// the network leaves the unix socket alone. Over the limit clients are told so, as many at a time
// as there is room for, and closed.
//
// Whether a connection still exists is seen on a duplicate of its descriptor, which hangs up when
// either side closes.
//
// Threads: Bind, Start and Stop from one thread; the factory and its server are called on the
// listener's own.
#pragma once

#include <poll.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "admin/listen_address.h"
#include "admin/transport.h"
#include "common/log_limiter.h"
#include "common/result.h"
#include "common/unique_fd.h"

namespace monkafka::admin {

// Serves connections that somebody else accepted. Destroyed: answers what is in flight with an
// error, closes everything.
class ConnectionServer {
 public:
  virtual ~ConnectionServer() = default;
  // The socket is non-blocking.
  virtual void Adopt(UniqueFd socket, Transport transport, Admission admission) = 0;
};

// Of connections; the counts are of each address.
struct ListenerLimits {
  size_t served = 256;
  size_t silent = 64;   // that have said nothing yet
  size_t refused = 16;  // that are told that there are too many
  std::chrono::milliseconds silent_for{5'000};
  std::chrono::milliseconds refused_for{2'000};
};

class Listener {
 public:
  using Factory = std::function<std::unique_ptr<ConnectionServer>()>;  // nullptr: not possible now
  static constexpr std::chrono::seconds kKeepUnused{30};

  // Binds and listens. The error is one sentence that says which address, why, and what to do. A
  // unix socket is for its owner alone; one that a dead process left is replaced.
  static Result<std::unique_ptr<Listener>> Bind(std::vector<ListenAddress> addresses);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // With the ports that were free.
  const std::vector<ListenAddress>& addresses() const { return addresses_; }

  void Start(Factory factory, std::chrono::milliseconds keep_unused = kKeepUnused,
             const ListenerLimits& limits = {});
  // Nothing is accepted any more, the server is destroyed, unix sockets are removed.
  void Stop();

 private:
  using Time = std::chrono::steady_clock::time_point;
  enum class State { kSilent, kServed, kRefused };
  struct Connection {
    UniqueFd socket;  // a duplicate, unless it is silent
    size_t listener = 0;
    State state = State::kSilent;
    Time until = Time::max();  // it is closed then
  };

  Listener() = default;

  void Run();
  void Accept(size_t index, Time now);
  // polled: what poll saw of each of connections_.
  void AttendAll(std::span<const pollfd> polled, Time now);
  // Hands one that is no more silent to the server.
  void Adopt(Connection connection, Time now);
  // Closes the oldest ones of this state where there is no room for one more.
  void MakeRoom(size_t listener, State state, size_t most);
  size_t Count(size_t listener, State state) const;
  void DropServerIfUnused(Time now);
  int PollTimeout(Time now) const;

  std::vector<ListenAddress> addresses_;
  std::vector<UniqueFd> listening_;  // as addresses_
  UniqueFd wake_;                    // an eventfd, readable once Stop was called
  Factory factory_;
  std::chrono::milliseconds keep_unused_{kKeepUnused};
  ListenerLimits limits_;
  std::thread thread_;

  // Of the thread alone.
  std::unique_ptr<ConnectionServer> server_;
  std::vector<Connection> connections_;  // the oldest first
  std::optional<Time> accept_again_;     // no descriptors were left
  std::optional<Time> unused_since_;     // set: the server has no connection
  LogLimiter refusals_log_;
};

}  // namespace monkafka::admin
