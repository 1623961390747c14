// The admin service's sockets, and the reason why it costs nothing while nobody uses it: gRPC has
// threads that wake several times per second, so it only runs while there are connections. One
// thread sleeps in poll; the first connection makes the server, each is handed to it, and when the
// last one has been gone for a while the server is destroyed.
//
// Whether a connection still exists is seen on a duplicate of its descriptor, which hangs up when
// either side closes.
//
// Threads: Bind, Start and Stop from one thread; the factory and its server are called on the
// listener's own. Over kMaxConnections new ones are closed as they come.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "admin/listen_address.h"
#include "admin/transport.h"
#include "common/result.h"
#include "common/unique_fd.h"

namespace monkafka::admin {

// Serves connections that somebody else accepted. Destroyed: answers what is in flight with an
// error, closes everything.
class ConnectionServer {
 public:
  virtual ~ConnectionServer() = default;
  // The socket is non-blocking.
  virtual void Adopt(UniqueFd socket, Transport transport) = 0;
};

class Listener {
 public:
  using Factory = std::function<std::unique_ptr<ConnectionServer>()>;  // nullptr: not possible now
  static constexpr size_t kMaxConnections = 256;
  static constexpr std::chrono::seconds kKeepUnused{30};

  // Binds and listens. The error is one sentence that says which address, why, and what to do. A
  // unix socket is for its owner alone; one that a dead process left is replaced.
  static Result<std::unique_ptr<Listener>> Bind(std::vector<ListenAddress> addresses);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // With the ports that were free.
  const std::vector<ListenAddress>& addresses() const { return addresses_; }

  void Start(Factory factory, std::chrono::milliseconds keep_unused = kKeepUnused);
  // Nothing is accepted any more, the server is destroyed, unix sockets are removed.
  void Stop();

 private:
  Listener() = default;

  void Run();
  void Accept(size_t index);
  void Adopt(UniqueFd socket, Transport transport);
  int PollTimeout() const;

  std::vector<ListenAddress> addresses_;
  std::vector<UniqueFd> listening_;  // as addresses_
  UniqueFd wake_;                    // an eventfd, readable once Stop was called
  Factory factory_;
  std::chrono::milliseconds keep_unused_{kKeepUnused};
  std::thread thread_;

  // Of the thread alone.
  std::unique_ptr<ConnectionServer> server_;
  std::vector<UniqueFd> connections_;  // duplicates
  bool pause_accepting_ = false;       // no descriptors were left
};

}  // namespace monkafka::admin
