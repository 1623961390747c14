// gRPC for a Service: carries its calls over connections that somebody else accepts, or within the
// process. One thread of its own, asleep while nothing comes; gRPC has a few more.
//
// Threads: Adopt and InProcessChannel from any; made and destroyed by one. Destroyed, it tells
// streams UNAVAILABLE, gives other calls a moment to end, and closes every connection.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/server.h>

#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <unordered_set>

#include "admin/call.h"
#include "admin/service.h"
#include "admin/transport.h"
#include "common/mutex.h"

namespace monkafka::admin {

class Server final : public CallHandler {
 public:
  // At its end: for calls that are being answered, and for receivers to take what is on its way.
  static constexpr std::chrono::seconds kGrace{2};
  static constexpr std::chrono::milliseconds kReceiverGrace{300};

  // The service outlives it. nullptr: gRPC could not be started; it has logged why.
  static std::unique_ptr<Server> Start(Service& service);
  ~Server() override;
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Serves a connected, non-blocking socket and closes it in the end. kRefused over TCP: every call
  // gets RESOURCE_EXHAUSTED, CONNECTIONS_EXHAUSTED; over a unix socket it is closed.
  void Adopt(int socket, Transport transport, Admission admission);

  // For a client in this process; it is an admin.
  std::shared_ptr<grpc::Channel> InProcessChannel();

  // Of CallHandler; for its own thread.
  void OnAccepted(const CallPtr& call) override;
  void OnMessage(const CallPtr& call, std::optional<grpc::ByteBuffer> message) override;
  void OnEnded(const CallPtr& call) override;

 private:
  explicit Server(Service& service) : service_(service) {}
  bool Build();
  void Run();
  void StopStreams();
  // Gives receivers their moment, and goes on without those that do not read.
  void LeaveStuckReceivers();

  Service& service_;
  grpc::AsyncGenericService generic_;
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> tcp_;
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> unix_;
  std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  std::unique_ptr<grpc::Server> server_;
  std::thread thread_;

  Mutex mutex_;
  CondVar changed_;
  bool stopping_ GUARDED_BY(mutex_) = false;
  // As gRPC names the other ends of connections that were refused last.
  std::deque<std::string> refused_peers_ GUARDED_BY(mutex_);
  std::unordered_set<CallPtr> calls_ GUARDED_BY(mutex_);
};

}  // namespace monkafka::admin
