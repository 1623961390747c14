// The services, one file each: they check requests, ask a port and put its answer into messages.
// Each function adds the rows of one service to the table; ports outlive it.
#pragma once

#include <memory>

#include "admin/method.h"
#include "admin/port/ports.h"

namespace monkafka::admin {

// What streams that wait need. Shared, because a timer that fires late may still hold it.
struct Runtime {
  std::shared_ptr<Executor> unary;  // for short blocking work
  std::shared_ptr<Executor> scans;  // for long reads
  Timers* timers;
};

void AddCluster(MethodTable& table, ClusterPort& port);
// configs: what the audit may tell; may be null.
void AddTopics(MethodTable& table, TopicsPort& port, const ConfigsPort* configs);
void AddSegments(MethodTable& table, SegmentsPort& port);
void AddOffsets(MethodTable& table, OffsetsPort& port, const Runtime& runtime);
void AddGroups(MethodTable& table, GroupsPort& port, const Runtime& runtime);
void AddRecords(MethodTable& table, RecordsPort& port, const Runtime& runtime);
void AddConfigs(MethodTable& table, ConfigsPort& port);
void AddConnections(MethodTable& table, ConnectionsPort& port);
void AddResources(MethodTable& table, ResourcesPort& port, const ConfigsPort* configs);

}  // namespace monkafka::admin
