#include "net/server.h"

#include <future>
#include <utility>

#include "common/check.h"
#include "common/log.h"
#include "net/acceptor.h"
#include "net/context.h"
#include "net/listen_socket.h"
#include "net/network_thread.h"
#include "net/sweeper.h"

namespace monkafka::net {
namespace {

// Soon after a peer has received its last reply, which it may acknowledge 40 ms late.
constexpr std::chrono::milliseconds kDrainSweepInterval{20};

}  // namespace

// Destroyed in reverse: the sweeper and the acceptors refer to the threads, those to the context.
struct Server::Impl {
  Impl(ServerOptions options, RequestHandlerFactory make_handler, const Clock& clock,
       Timers& timers, Executor& workers)
      : context(std::move(options), std::move(make_handler), clock, timers, workers) {
    CHECK(context.options.network_threads > 0);
    for (int i = 0; i < context.options.network_threads; ++i) {
      threads.push_back(std::make_unique<NetworkThread>(context));
    }
    sweeper = MakeSweeper(Sweeper::IntervalFor(context.options.connections_max_idle));
  }

  std::shared_ptr<Sweeper> MakeSweeper(std::chrono::milliseconds interval) {
    return std::make_shared<Sweeper>(context.timers, interval, context.limits, [this] {
      for (const auto& thread : threads) thread->Sweep();
    });
  }

  Status Open(const Listener& listener);
  void Assign(UniqueFd socket, std::shared_ptr<Connection> connection,
              ConnectionLimits::Admission admission);

  const Context context;
  std::map<std::string, int> ports;
  std::vector<std::unique_ptr<NetworkThread>> threads;
  std::shared_ptr<Sweeper> sweeper;
  std::vector<std::shared_ptr<Acceptor>> acceptors;  // all live on the first thread
  size_t next_thread = 0;                            // used there
  bool started = false;
  bool stopped = false;
};

Status Server::Impl::Open(const Listener& listener) {
  Result<UniqueFd> socket = OpenListener(listener, context.options);
  if (!socket) return Forward(std::move(socket));
  ports[listener.name] = LocalPort(socket->get());
  acceptors.push_back(std::make_shared<Acceptor>(
      context, *threads.front(), listener.name, std::move(*socket),
      [this](UniqueFd fd, std::shared_ptr<Connection> connection,
             ConnectionLimits::Admission admission) {
        Assign(std::move(fd), std::move(connection), std::move(admission));
      }));
  return {};
}

// To the thread with the fewest connections; among equals they take turns.
void Server::Impl::Assign(UniqueFd socket, std::shared_ptr<Connection> connection,
                          ConnectionLimits::Admission admission) {
  size_t chosen = next_thread;
  for (size_t i = 1; i < threads.size(); ++i) {
    const size_t other = (next_thread + i) % threads.size();
    if (threads[other]->connections() < threads[chosen]->connections()) chosen = other;
  }
  next_thread = (chosen + 1) % threads.size();
  threads[chosen]->Adopt(std::move(socket), std::move(connection), std::move(admission));
  sweeper->Wake();
}

Result<std::unique_ptr<Server>> Server::Listen(ServerOptions options,
                                               RequestHandlerFactory make_handler,
                                               const Clock& clock, Timers& timers,
                                               Executor& workers) {
  auto impl =
      std::make_unique<Impl>(std::move(options), std::move(make_handler), clock, timers, workers);
  for (const Listener& listener : impl->context.options.listeners) {
    if (Status opened = impl->Open(listener); !opened) return Forward(std::move(opened));
  }
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() { Stop(); }

void Server::Start() {
  if (impl_->stopped || std::exchange(impl_->started, true)) return;
  for (size_t i = 0; i < impl_->threads.size(); ++i) impl_->threads[i]->Start(static_cast<int>(i));
  impl_->threads.front()->mailbox()->Post([acceptors = impl_->acceptors] {
    for (const auto& acceptor : acceptors) acceptor->Start();
  });
}

void Server::StopAccepting() {
  if (impl_->started && !impl_->stopped) {
    std::promise<void> closed;
    impl_->threads.front()->mailbox()->Post([this, &closed] {
      for (const auto& acceptor : impl_->acceptors) acceptor->Close();
      closed.set_value();
    });
    closed.get_future().wait();
  }
  impl_->acceptors.clear();
}

bool Server::Drain(std::chrono::milliseconds timeout) {
  if (impl_->stopped) return true;
  StopAccepting();
  for (const auto& thread : impl_->threads) thread->Drain();
  const Timers::Id timer = impl_->context.timers.Schedule(
      timeout, [limits = impl_->context.limits] { limits->Expire(); });
  const std::shared_ptr<Sweeper> sweeper = impl_->MakeSweeper(kDrainSweepInterval);
  sweeper->Wake();
  const bool drained = impl_->context.limits->WaitForNone();
  sweeper->Stop();
  impl_->context.timers.Cancel(timer);
  if (!drained) {
    LogWarning("stopping with {} connections that were not answered in time", connection_count());
  }
  Stop();
  return drained;
}

void Server::Stop() {
  if (impl_->stopped) return;
  StopAccepting();
  impl_->sweeper->Stop();
  for (const auto& thread : impl_->threads) thread->Stop();
  impl_->stopped = true;
}

const std::map<std::string, int>& Server::ports() const { return impl_->ports; }

int Server::connection_count() const { return impl_->context.limits->count(); }

std::vector<ConnectionStats> Server::Connections() const {
  std::vector<ConnectionStats> stats;
  for (const auto& thread : impl_->threads) thread->AppendStats(stats);
  return stats;
}

bool Server::CloseConnection(uint64_t id) {
  for (const auto& thread : impl_->threads) {
    if (thread->CloseConnection(id)) return true;
  }
  return false;
}

int64_t Server::receive_memory_used() const { return impl_->context.memory->used(); }

int Server::connections_without_memory() const { return impl_->context.memory->waiting(); }

}  // namespace monkafka::net
