#include "admin/server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "admin/grpc_log.h"

namespace monkafka::admin {
namespace {

constexpr size_t kMaxMemoryBytes = 64 << 20;  // of gRPC's buffers, for all connections
constexpr int kMaxStreamsPerConnection = 128;
constexpr int kKeepaliveMs = 60'000;
constexpr int kKeepaliveTimeoutMs = 20'000;
constexpr int kShortestPingIntervalMs = 10'000;  // of a client

// Longer than the listener lets a refused connection live, for as many as it lets live.
constexpr size_t kRememberedRefusals = 64;
// For TLS and HTTP/2's first frames, both of which take a moment: whoever begins and does not go on
// is closed.
constexpr int kHandshakeTimeoutMs = 10'000;

// The other end of a TCP connection as gRPC says it: ipv4:ADDRESS:PORT, ipv6:%5BADDRESS%5D:PORT.
std::string PeerOf(int socket) {
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  if (getpeername(socket, reinterpret_cast<sockaddr*>(&name), &size) != 0) return {};
  char text[INET6_ADDRSTRLEN] = {};
  if (name.ss_family == AF_INET) {
    const auto& ip4 = reinterpret_cast<const sockaddr_in&>(name);
    inet_ntop(AF_INET, &ip4.sin_addr, text, sizeof text);
    return fmt::format("ipv4:{}:{}", text, ntohs(ip4.sin_port));
  }
  const auto& ip6 = reinterpret_cast<const sockaddr_in6&>(name);
  if (IN6_IS_ADDR_V4MAPPED(&ip6.sin6_addr)) {
    inet_ntop(AF_INET, &ip6.sin6_addr.s6_addr[12], text, sizeof text);
    return fmt::format("ipv4:{}:{}", text, ntohs(ip6.sin6_port));
  }
  inet_ntop(AF_INET6, &ip6.sin6_addr, text, sizeof text);
  return fmt::format("ipv6:%5B{}%5D:{}", text, ntohs(ip6.sin6_port));
}

grpc::Status Stopping() {
  return ToStatus(Failure(FailureKind::kUnavailable, "STOPPING", "the server is stopping"));
}

}  // namespace

std::unique_ptr<Server> Server::Start(Service& service) {
  RouteGrpcLog();
  std::unique_ptr<Server> server(new Server(service));
  if (!server->Build()) return nullptr;
  server->thread_ = std::thread([raw = server.get()] { raw->Run(); });
  return server;
}

bool Server::Build() {
  grpc::ServerBuilder builder;
  grpc::ResourceQuota quota("admin");
  quota.Resize(kMaxMemoryBytes);
  builder.SetResourceQuota(quota);
  builder.SetMaxReceiveMessageSize(static_cast<int>(service_.options().max_request_bytes));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxStreamsPerConnection);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kShortestPingIntervalMs);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeTimeoutMs);
  using Type = grpc::ServerBuilder::experimental_type::ExternalConnectionType;
  tcp_ = builder.experimental().AddExternalConnectionAcceptor(Type::FROM_FD,
                                                              service_.transport_credentials());
  unix_ = builder.experimental().AddExternalConnectionAcceptor(Type::FROM_FD,
                                                               grpc::InsecureServerCredentials());
  builder.RegisterAsyncGenericService(&generic_);
  queue_ = builder.AddCompletionQueue();
  server_ = builder.BuildAndStart();
  if (server_ == nullptr) return false;
  Call::Await(
      generic_, *queue_, *this,
      {service_.options().max_unsent_bytes, service_.options().stall_timeout, &service_.timers()});
  return true;
}

void Server::Run() {
  pthread_setname_np(pthread_self(), "admin-grpc");
  void* tag = nullptr;
  bool ok = false;
  while (queue_->Next(&tag, &ok)) static_cast<Call::Event*>(tag)->Fire(ok);
}

Server::~Server() {
  if (server_ == nullptr) {
    if (queue_ != nullptr) queue_->Shutdown();
    return;
  }
  StopStreams();
  LeaveStuckReceivers();
  server_->Shutdown(std::chrono::system_clock::now() + kGrace);
  {
    MutexLock lock(mutex_);
    while (!calls_.empty()) changed_.Wait(mutex_);
  }
  queue_->Shutdown();
  thread_.join();
}

void Server::StopStreams() {
  std::vector<CallPtr> streams;
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    for (const CallPtr& call : calls_) {
      const Method* const method = call->method();
      // A change ends by itself, and is answered.
      if (method != nullptr && method->streaming && !method->mutation) streams.push_back(call);
    }
  }
  for (const CallPtr& call : streams) call->Abort(Stopping());
}

void Server::LeaveStuckReceivers() {
  const auto end = std::chrono::steady_clock::now() + kReceiverGrace;
  std::vector<std::pair<CallPtr, uint64_t>> calls;
  {
    MutexLock lock(mutex_);
    for (const CallPtr& call : calls_) calls.emplace_back(call, call->taken_messages());
    while (!calls_.empty() && changed_.WaitUntil(mutex_, end)) {
    }
  }
  for (const auto& [call, taken] : calls) call->CancelIfUnread(taken, Stopping());
}

void Server::Adopt(int socket, Transport transport, Admission admission) {
  if (transport == Transport::kUnix && admission == Admission::kRefused) {
    close(socket);
    return;
  }
  if (transport == Transport::kTcp) {
    const std::string peer = PeerOf(socket);
    MutexLock lock(mutex_);
    // A port may come again.
    std::erase(refused_peers_, peer);
    if (admission == Admission::kRefused) refused_peers_.push_back(peer);
    if (refused_peers_.size() > kRememberedRefusals) refused_peers_.pop_front();
  }
  grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters connection;
  connection.listener_fd = -1;
  connection.fd = socket;
  if (transport == Transport::kTcp) NoteConnected(socket);
  (transport == Transport::kTcp ? tcp_ : unix_)->HandleNewConnection(&connection);
}

std::shared_ptr<grpc::Channel> Server::InProcessChannel() {
  return server_->InProcessChannel(grpc::ChannelArguments());
}

void Server::OnAccepted(const CallPtr& call) {
  NoteCalled(call->Peer());
  bool stopping = false;
  bool too_many = false;
  bool refused = false;
  {
    MutexLock lock(mutex_);
    stopping = stopping_;
    too_many = calls_.size() >= service_.options().max_calls;
    refused = std::ranges::find(refused_peers_, call->Peer()) != refused_peers_.end();
    calls_.insert(call);
  }
  if (stopping) return call->Finish(Stopping());
  if (refused) {
    return call->Finish(ToStatus(
        Failure(FailureKind::kResourceExhausted, "CONNECTIONS_EXHAUSTED",
                "too many connections to the admin service are open; close some, or try again "
                "later")));
  }
  if (too_many) {
    return call->Finish(ToStatus(Failure(
        FailureKind::kResourceExhausted, "CALLS_EXHAUSTED",
        fmt::format("{} calls are under way, and there cannot be more at once; try again later",
                    service_.options().max_calls))));
  }
  service_.OnAccepted(call);
}

void Server::OnMessage(const CallPtr& call, std::optional<grpc::ByteBuffer> message) {
  service_.OnMessage(call, std::move(message));
}

void Server::OnEnded(const CallPtr& call) {
  MutexLock lock(mutex_);
  calls_.erase(call);
  changed_.NotifyAll();
}

}  // namespace monkafka::admin
