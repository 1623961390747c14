// The admin service's view of the cluster and of this broker.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "admin/port/cluster.h"
#include "cluster/cluster.h"
#include "groups/group_coordinator.h"
#include "net/server.h"
#include "services/health.h"
#include "services/topic_service.h"
#include "storage/log_manager.h"

namespace monkafka::app {

class AdminCluster final : public admin::ClusterPort {
 public:
  // All referred to outlives it.
  struct Parts {
    const cluster::Cluster& cluster;
    const storage::LogManager& logs;
    const services::TopicService& topics;
    groups::GroupCoordinator& coordinator;
    services::HealthService& health;
    const net::Server& server;
    const net::ServerOptions& server_options;
    bool synced;  // acks=all waits for the disk
  };
  explicit AdminCluster(Parts parts) : parts_(parts) {}

  admin::Outcome<admin::ClusterInfo> Info() override;
  admin::Outcome<std::vector<admin::BrokerInfo>> Brokers() override;
  admin::Outcome<std::vector<admin::HealthCheck>> CheckHealth() override;
  admin::Outcome<std::vector<admin::FeatureInfo>> Features() override;
  admin::Outcome<std::vector<admin::ApiInfo>> Apis() override;

 private:
  admin::ListenerInfo ListenerOf(const cluster::Endpoint& endpoint, bool ours) const;

  const Parts parts_;
  const std::chrono::system_clock::time_point started_ = std::chrono::system_clock::now();
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

}  // namespace monkafka::app
