#include "app/admin/cluster.h"

#include <algorithm>
#include <utility>

#include "app/admin/wait.h"
#include "handlers/router.h"

namespace monkafka::app {
namespace {

using admin::Outcome;

constexpr std::string_view kMetadataVersion = "metadata.version";

std::string SecurityProtocolName(int16_t protocol) {
  static constexpr const char* kNames[] = {"PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"};
  const bool known = protocol >= 0 && static_cast<size_t>(protocol) < std::size(kNames);
  return known ? kNames[protocol] : std::to_string(protocol);
}

admin::HealthStatus StatusOf(services::HealthLevel level) {
  switch (level) {
    case services::HealthLevel::kOk:
      return admin::HealthStatus::kOk;
    case services::HealthLevel::kWarning:
      return admin::HealthStatus::kWarning;
    case services::HealthLevel::kFailed:
      break;
  }
  return admin::HealthStatus::kFailed;
}

}  // namespace

Outcome<admin::ClusterInfo> AdminCluster::Info() {
  const auto image = parts_.cluster.Image();
  admin::ClusterInfo info;
  info.cluster_id = image->cluster_id;
  info.controller_id = info.node_id = parts_.cluster.node_id();
  info.version = MONKAFKA_VERSION;
  if (const auto level = image->features.find(kMetadataVersion); level != image->features.end()) {
    info.metadata_version = cluster::MetadataVersionName(level->second);
  }
  info.metadata_offset = image->last_offset;
  info.log_directories = {parts_.logs.directory()};
  info.durability = parts_.synced ? admin::Durability::kSynced : admin::Durability::kWritten;
  info.start_time = started_;
  info.uptime = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - began_);
  info.topic_count = static_cast<int32_t>(image->topics.size());
  for (const auto& [name, topic] : image->topics) {
    for (const services::PartitionDescription& each : parts_.topics.DescribePartitions(*topic)) {
      ++info.partition_count;
      if (!each.offline.empty()) ++info.offline_partition_count;
      info.size_bytes += each.size_in_bytes;
      info.records_per_second += each.append_rate.records_per_second;
      info.bytes_per_second += each.append_rate.bytes_per_second;
    }
  }
  info.connection_count = parts_.server.connection_count();
  auto statuses = Wait<std::vector<groups::PartitionStatus>>(
      {}, [&](auto done) { parts_.coordinator.Statuses(std::move(done)); });
  if (!statuses) return std::unexpected(std::move(statuses).error());
  for (const auto& each : *statuses) info.group_count += static_cast<int32_t>(each.group_count);
  return info;
}

admin::ListenerInfo AdminCluster::ListenerOf(const cluster::Endpoint& endpoint, bool ours) const {
  admin::ListenerInfo info;
  info.name = endpoint.listener;
  info.security_protocol = SecurityProtocolName(endpoint.security_protocol);
  info.advertised_host = endpoint.host;
  info.advertised_port = endpoint.port;
  if (!ours) return info;
  for (const net::Listener& listener : parts_.server_options.listeners) {
    if (listener.name != endpoint.listener) continue;
    info.bind_host = listener.host;
    if (const auto port = parts_.server.ports().find(listener.name);
        port != parts_.server.ports().end()) {
      info.bind_port = port->second;
    }
  }
  return info;
}

Outcome<std::vector<admin::BrokerInfo>> AdminCluster::Brokers() {
  const auto image = parts_.cluster.Image();
  std::vector<admin::BrokerInfo> brokers;
  for (const auto& [id, broker] : image->brokers) {
    admin::BrokerInfo& info = brokers.emplace_back();
    info.node_id = id;
    info.rack = broker.rack;
    info.fenced = broker.fenced;
    info.epoch = broker.epoch;
    for (const cluster::Endpoint& endpoint : broker.endpoints) {
      info.listeners.push_back(ListenerOf(endpoint, id == parts_.cluster.node_id()));
    }
  }
  return brokers;
}

Outcome<std::vector<admin::HealthCheck>> AdminCluster::CheckHealth() {
  auto checks = Wait<std::vector<services::HealthCheck>>(
      {}, [&](auto done) { parts_.health.Check(std::move(done)); });
  if (!checks) return std::unexpected(std::move(checks).error());
  std::vector<admin::HealthCheck> all;
  for (const services::HealthCheck& check : *checks) {
    if (check.findings.empty()) {
      all.push_back({check.name, admin::HealthStatus::kOk, check.message, {}});
    }
    for (const services::HealthFinding& finding : check.findings) {
      all.push_back({check.name, StatusOf(finding.level), finding.message, finding.subject});
    }
  }
  return all;
}

Outcome<std::vector<admin::FeatureInfo>> AdminCluster::Features() {
  const auto image = parts_.cluster.Image();
  std::vector<admin::FeatureInfo> features;
  for (const auto& [name, level] : image->features) features.push_back({name, level, level, level});
  return features;
}

Outcome<std::vector<admin::ApiInfo>> AdminCluster::Apis() {
  std::vector<admin::ApiInfo> apis;
  for (const handlers::Route& route : handlers::Routes()) {
    apis.push_back({static_cast<int32_t>(route.api.key), std::string(route.api.name),
                    route.advertised_min, route.advertised_max});
  }
  return apis;
}

}  // namespace monkafka::app
