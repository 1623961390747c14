// The admin service of a broker: its sockets, the ports over this broker's parts, and the gRPC
// server that runs while somebody is connected.
//
//   Bind (with the broker's own ports, before anything is touched) -> Start -> Stop -> destroy
//
// Threads: one at a time, that of Broker::Start and Stop.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "admin/listener.h"
#include "cluster/cluster.h"
#include "common/executor.h"
#include "config/settings.h"
#include "groups/group_coordinator.h"
#include "net/server.h"
#include "services/config_service.h"
#include "services/produce.h"
#include "services/topic_service.h"
#include "storage/log_manager.h"

namespace monkafka::app {

class AdminService {
 public:
  // What it shows and changes; everything referred to outlives Stop.
  struct Parts {
    const config::Settings& settings;
    cluster::Cluster& cluster;
    storage::LogManager& logs;
    services::TopicService& topics;
    services::ConfigService& configs;
    groups::GroupCoordinator& coordinator;
    services::ProduceService& produce;
    net::Server& server;
    const net::ServerOptions& server_options;
    const Clock& clock;
    Timers& timers;
    Executor& workers;
  };

  // nullptr: it is off, or its default address is taken, which is logged. The error is one sentence
  // for the operator: the address is taken, or other machines could reach it without TLS and
  // authentication, or the tokens file or a certificate cannot be used.
  static Result<std::unique_ptr<AdminService>> Bind(const config::Settings& settings,
                                                    const net::ServerOptions& kafka);
  ~AdminService();
  AdminService(const AdminService&) = delete;
  AdminService& operator=(const AdminService&) = delete;

  // "127.0.0.1:9095", several separated by commas.
  std::string address() const;

  // Serves. INVALID_CONFIG: a certificate or the tokens cannot be used.
  Status Start(const Parts& parts);
  // Cancels what is being answered, closes the connections. Before the parts stop.
  void Stop();

 private:
  struct Graph;
  explicit AdminService(std::unique_ptr<admin::Listener> listener);

  std::unique_ptr<Graph> graph_;  // outlives the listener's thread
  std::unique_ptr<admin::Listener> listener_;
};

}  // namespace monkafka::app
