// What handlers work with: the services and coordinators that the app built. Everything referred to
// outlives every request.
#pragma once

#include "cluster/cluster.h"
#include "groups/group_coordinator.h"
#include "services/config_service.h"
#include "services/fetch.h"
#include "services/list_offsets.h"
#include "services/produce.h"
#include "services/topic_service.h"
#include "storage/log_manager.h"

namespace monkafka::handlers {

struct HandlerOptions {
  bool auto_create_topics = true;  // auto.create.topics.enable
};

struct Context {
  cluster::Cluster& cluster;
  storage::LogManager& logs;
  groups::GroupCoordinator& groups;
  services::ProduceService& produce;
  services::FetchService& fetch;
  services::ListOffsetsService& list_offsets;
  services::TopicService& topics;
  services::ConfigService& configs;
  HandlerOptions options = {};
};

}  // namespace monkafka::handlers
