#include <algorithm>

#include "admin/listing.h"
#include "admin/port/cluster.h"
#include "admin/services/convert.h"
#include "admin/services/services.h"
#include "monkafka/admin/v1/cluster.pb.h"

namespace monkafka::admin {
namespace {

v1::Durability DurabilityOf(Durability durability) {
  switch (durability) {
    case Durability::kSynced:
      return v1::DURABILITY_SYNCED;
    case Durability::kWritten:
      return v1::DURABILITY_WRITTEN;
    case Durability::kUnknown:
      break;
  }
  return v1::DURABILITY_UNSPECIFIED;
}

v1::HealthStatus StatusOf(HealthStatus status) {
  switch (status) {
    case HealthStatus::kOk:
      return v1::HEALTH_STATUS_OK;
    case HealthStatus::kWarning:
      return v1::HEALTH_STATUS_WARNING;
    case HealthStatus::kFailed:
      break;
  }
  return v1::HEALTH_STATUS_FAILED;
}

void Fill(const ClusterInfo& info, v1::Cluster& out) {
  out.set_cluster_id(info.cluster_id);
  out.set_controller_id(info.controller_id);
  out.set_node_id(info.node_id);
  out.set_version(info.version);
  out.set_metadata_version(info.metadata_version);
  out.set_metadata_offset(info.metadata_offset);
  for (const std::string& directory : info.log_directories) out.add_log_directories(directory);
  out.set_durability(DurabilityOf(info.durability));
  *out.mutable_start_time() = ToProto(info.start_time);
  *out.mutable_uptime() = ToProto(info.uptime);
  out.set_topic_count(info.topic_count);
  out.set_partition_count(info.partition_count);
  out.set_offline_partition_count(info.offline_partition_count);
  out.set_group_count(info.group_count);
  out.set_connection_count(info.connection_count);
  out.set_size_bytes(info.size_bytes);
  out.set_records_per_second(info.records_per_second);
  out.set_bytes_per_second(info.bytes_per_second);
}

void Fill(const BrokerInfo& info, v1::Broker& out) {
  out.set_node_id(info.node_id);
  out.set_rack(info.rack);
  out.set_fenced(info.fenced);
  out.set_epoch(info.epoch);
  for (const ListenerInfo& listener : info.listeners) {
    v1::Listener& added = *out.add_listeners();
    added.set_name(listener.name);
    added.set_security_protocol(listener.security_protocol);
    added.set_bind_host(listener.bind_host);
    added.set_bind_port(listener.bind_port);
    added.set_advertised_host(listener.advertised_host);
    added.set_advertised_port(listener.advertised_port);
  }
}

Outcome<v1::GetClusterResponse> GetCluster(ClusterPort& port) {
  Outcome<ClusterInfo> info = port.Info();
  if (!info) return std::unexpected(std::move(info).error());
  v1::GetClusterResponse response;
  Fill(*info, *response.mutable_cluster());
  return response;
}

Outcome<v1::ListBrokersResponse> ListBrokers(ClusterPort& port,
                                             const v1::ListBrokersRequest& request) {
  Outcome<std::vector<BrokerInfo>> brokers = port.Brokers();
  if (!brokers) return std::unexpected(std::move(brokers).error());
  v1::ListBrokersResponse response;
  for (const BrokerInfo& broker : *brokers) Fill(broker, *response.add_brokers());
  return ListAll(request, std::move(response), &v1::ListBrokersResponse::mutable_brokers,
                 "node_id");
}

Outcome<v1::CheckHealthResponse> CheckHealth(ClusterPort& port) {
  Outcome<std::vector<HealthCheck>> checks = port.CheckHealth();
  if (!checks) return std::unexpected(std::move(checks).error());
  v1::CheckHealthResponse response;
  response.set_status(v1::HEALTH_STATUS_OK);
  for (const HealthCheck& check : *checks) {
    v1::HealthCheck& added = *response.add_checks();
    added.set_name(check.name);
    added.set_status(StatusOf(check.status));
    added.set_message(check.message);
    added.set_subject(check.subject);
    response.set_status(std::max(response.status(), added.status()));
  }
  return response;
}

Outcome<v1::ListFeaturesResponse> ListFeatures(ClusterPort& port,
                                               const v1::ListFeaturesRequest& request) {
  Outcome<std::vector<FeatureInfo>> features = port.Features();
  if (!features) return std::unexpected(std::move(features).error());
  v1::ListFeaturesResponse response;
  for (const FeatureInfo& feature : *features) {
    v1::Feature& added = *response.add_features();
    added.set_name(feature.name);
    added.set_min_supported_level(feature.min_supported_level);
    added.set_max_supported_level(feature.max_supported_level);
    added.set_finalized_level(feature.finalized_level);
  }
  return ListAll(request, std::move(response), &v1::ListFeaturesResponse::mutable_features, "name");
}

Outcome<v1::ListApisResponse> ListApis(ClusterPort& port, const v1::ListApisRequest& request) {
  Outcome<std::vector<ApiInfo>> apis = port.Apis();
  if (!apis) return std::unexpected(std::move(apis).error());
  v1::ListApisResponse response;
  for (const ApiInfo& api : *apis) {
    v1::Api& added = *response.add_apis();
    added.set_key(api.key);
    added.set_name(api.name);
    added.set_min_version(api.min_version);
    added.set_max_version(api.max_version);
  }
  return ListAll(request, std::move(response), &v1::ListApisResponse::mutable_apis, "key");
}

}  // namespace

void AddCluster(MethodTable& table, ClusterPort& port) {
  const std::string service = "/monkafka.admin.v1.ClusterService/";
  table.AddRead<v1::GetClusterRequest>(
      service + "GetCluster", Role::kViewer,
      [&port](const v1::GetClusterRequest&, Call&) { return GetCluster(port); });
  table.AddRead<v1::ListBrokersRequest>(
      service + "ListBrokers", Role::kViewer,
      [&port](const auto& request, Call&) { return ListBrokers(port, request); });
  table.AddRead<v1::CheckHealthRequest>(
      service + "CheckHealth", Role::kViewer,
      [&port](const v1::CheckHealthRequest&, Call&) { return CheckHealth(port); });
  table.AddRead<v1::ListFeaturesRequest>(
      service + "ListFeatures", Role::kViewer,
      [&port](const auto& request, Call&) { return ListFeatures(port, request); });
  table.AddRead<v1::ListApisRequest>(
      service + "ListApis", Role::kViewer,
      [&port](const auto& request, Call&) { return ListApis(port, request); });
}

}  // namespace monkafka::admin
