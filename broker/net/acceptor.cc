#include "net/acceptor.h"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

#include "common/log.h"
#include "net/listen_socket.h"

namespace monkafka::net {
namespace {

// Accepted per turn, so that a storm of connections leaves the thread to its sessions too.
constexpr int kAcceptedPerTurn = 64;
constexpr std::chrono::seconds kPause{1};

uint64_t NextConnectionId() {
  static std::atomic<uint64_t> last = 0;
  return ++last;
}

}  // namespace

Acceptor::Acceptor(const Context& context, NetworkThread& home, std::string listener,
                   UniqueFd listening, Assign assign)
    : context_(context),
      home_(home),
      listener_(std::move(listener)),
      local_port_(LocalPort(listening.get())),
      listening_(home.io(), listening.Release()),
      assign_(std::move(assign)) {}

void Acceptor::Start() { Wait(); }

void Acceptor::Close() {
  boost::system::error_code ignored;
  listening_.close(ignored);
}

void Acceptor::Wait() {
  listening_.async_wait(listening_.wait_read,
                        [self = shared_from_this()](const boost::system::error_code& error) {
                          if (error) return;
                          self->home_.Turn([&self] {
                            if (self->listening_.is_open()) self->AcceptWaiting();
                          });
                        });
}

void Acceptor::AcceptWaiting() {
  for (int i = 0; i < kAcceptedPerTurn; ++i) {
    if (!AcceptOne()) return;
  }
  Wait();
}

bool Acceptor::AcceptOne() {
  Endpoint peer;
  UniqueFd socket = AcceptConnection(listening_.native_handle(), context_.options, peer);
  if (socket.valid()) {
    Admit(std::move(socket), peer);
    return true;
  }
  switch (errno) {
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
      Pause(errno);
      return false;
    case EAGAIN:
      Wait();
      return false;
    default:
      return true;  // that connection failed before it was accepted: on to the next
  }
}

// The connection stays in the kernel's queue, so waiting for it would return at once and for ever.
void Acceptor::Pause(int error) {
  if (const auto left_out = paused_log_.Allow(home_.now())) {
    LogError(
        "listener {}: cannot accept connections: {}; trying again every second (raise the "
        "limit of open files, e.g. `ulimit -n`)",
        listener_, std::strerror(error));
  }
  context_.timers.Schedule(kPause, [mailbox = home_.mailbox(), weak = weak_from_this()] {
    mailbox->Post([weak] {
      const auto self = weak.lock();
      if (self && self->listening_.is_open()) self->AcceptWaiting();
    });
  });
}

void Acceptor::Admit(UniqueFd socket, const Endpoint& peer) {
  ConnectionLimits::Admission admission;
  const ConnectionLimits::Verdict verdict = context_.limits->Admit(peer.host, admission);
  if (verdict == ConnectionLimits::Verdict::kAdmitted) {
    auto connection = std::make_shared<Connection>();
    connection->id = NextConnectionId();
    connection->listener = listener_;
    connection->client_host = peer.host;
    connection->client_port = peer.port;
    connection->local_port = local_port_;
    assign_(std::move(socket), std::move(connection), std::move(admission));
    return;
  }
  if (const auto left_out = refused_log_.Allow(home_.now())) {
    const bool from_address = verdict == ConnectionLimits::Verdict::kTooManyFromAddress;
    LogWarning(
        "listener {}: connection from {} refused: there are {} ({}) ({} more not logged)",
        listener_, peer.host,
        from_address ? context_.options.max_connections_per_ip : context_.options.max_connections,
        from_address ? "max.connections.per.ip" : "max.connections", *left_out);
  }
}

}  // namespace monkafka::net
