// The broker from its services down, on a machine of fakes: one thread, and nothing runs until
// it is told to. Segments, indexes and intervals are tiny, so that a short workload does all that a
// log does in a month.
//
// Lifetime: the machine outlives it. Destroying it without Stop is a process that dies.
#pragma once

#include <memory>
#include <optional>

#include "cluster/cluster.h"
#include "cluster/format.h"
#include "config/settings.h"
#include "groups/cluster_offsets_topic.h"
#include "groups/group_coordinator.h"
#include "services/produce.h"
#include "services/topic_service.h"
#include "simulation/machine.h"
#include "storage/log_manager.h"

namespace monkafka::simulation {

class Broker {
 public:
  static constexpr const char* kDirectory = "/srv/data";

  explicit Broker(Machine& machine);
  ~Broker();
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;

  Status Start();
  // As SIGTERM: everything is closed and the shutdown marked clean.
  Status Stop();

  // Runs what was posted, until nothing is left.
  void RunAll();
  void Advance(std::chrono::milliseconds by);

  cluster::Cluster& cluster() { return *cluster_; }
  services::TopicService& topics() { return *topics_; }
  services::ProduceService& produce() { return *produce_; }
  groups::GroupCoordinator& coordinator() { return *coordinator_; }

 private:
  Machine& machine_;
  const config::Settings settings_;
  fakes::ManualExecutor workers_;
  fakes::ManualExecutor dispatch_;
  fakes::FakeTimers timers_;
  cluster::DataDirectory directory_;
  std::unique_ptr<storage::LogManager> logs_;
  std::unique_ptr<cluster::Cluster> cluster_;
  std::optional<services::TopicService> topics_;
  std::optional<services::ProduceService> produce_;
  std::optional<groups::ClusterOffsetsTopic> offsets_topic_;
  std::unique_ptr<groups::GroupCoordinator> coordinator_;
};

}  // namespace monkafka::simulation
