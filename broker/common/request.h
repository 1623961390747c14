// What passes between the network and whoever answers: a Frame comes in with a Responder, a Reply
// goes out. The network knows no API beyond this.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "common/bytes.h"
#include "common/executor.h"

namespace monkafka {

// Who is at the other end. Created by net when a connection is accepted and alive while it, or any
// request of it, is. The constant fields may be read from any thread; the client fields are written
// and read only while one of the connection's requests is being dispatched (by whoever acts as its
// network thread).
struct Connection {
  uint64_t id = 0;
  std::string listener;     // listener name, e.g. "PLAINTEXT"
  std::string client_host;  // numeric address
  int client_port = 0;
  int local_port = 0;
  // Runs tasks on the connection's network thread, between its requests: what a waiting request
  // goes on with there needs no other thread to wake it. It runs tasks after the connection's end,
  // too, and drops them after its own, which is the server's.
  std::shared_ptr<Executor> executor;

  std::string principal = "User:ANONYMOUS";
  std::string client_id;  // of the latest request, at most 255 bytes of it; empty: none
  std::string client_software_name = "unknown";  // from ApiVersions v3+
  std::string client_software_version = "unknown";
};

struct Reply {
  enum class Kind {
    kSend,     // send the payload (net prepends the four bytes of length)
    kNothing,  // acks=0: nothing is sent
    kClose,    // send what was answered before, then close the connection
  };
  Kind kind = Kind::kSend;
  Payload payload;
  std::chrono::milliseconds throttle{0};  // after sending, read nothing for so long (KIP-219)

  static Reply Send(Payload payload) { return {Kind::kSend, std::move(payload), {}}; }
  static Reply Nothing() { return {Kind::kNothing, {}, {}}; }
  static Reply Close() { return {Kind::kClose, {}, {}}; }
};

// One-shot and movable: exactly one reply per request, from any thread, at once or later. The
// network sends replies in the order of their requests. Dropping it unanswered closes the
// connection, so that a forgotten reply is seen instead of hanging its successors.
class Responder {
 public:
  Responder() = default;
  explicit Responder(Callback<Reply> send) : send_(std::move(send)) {}
  Responder(Responder&& other) noexcept : send_(std::exchange(other.send_, nullptr)) {}
  Responder& operator=(Responder&& other) noexcept {
    if (this != &other) {
      Drop();
      send_ = std::exchange(other.send_, nullptr);
    }
    return *this;
  }
  ~Responder() { Drop(); }

  void Send(Reply reply) {
    if (send_) std::exchange(send_, nullptr)(std::move(reply));
  }
  bool pending() const { return static_cast<bool>(send_); }

 private:
  void Drop() {
    if (send_) std::exchange(send_, nullptr)(Reply::Close());
  }
  Callback<Reply> send_;
};

// Answers the requests of one network thread's connections, on that thread or on one that stands in
// for it while it sleeps, never on two at once; must not block.
// Requests of one connection arrive in order and may be in flight together (pipelining).
class RequestHandler {
 public:
  virtual ~RequestHandler() = default;
  virtual void Handle(const std::shared_ptr<Connection>& connection, Frame frame,
                      Responder responder) = 0;
  // Those that arrived together were all handed over: what was put off, so that it is done for
  // several at once, is done now.
  virtual void EndOfRun() {}
  // How much of requests is put off now, in bytes.
  virtual size_t PutOffBytes() const { return 0; }
};

// Makes the handler of each network thread; outlives them.
using RequestHandlerFactory = std::function<std::unique_ptr<RequestHandler>()>;

}  // namespace monkafka
