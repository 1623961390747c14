#include "app/admin/service.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "admin/port/ports.h"
#include "app/admin/cluster.h"
#include "app/admin/configs.h"
#include "app/admin/connections.h"
#include "app/admin/groups.h"
#include "app/admin/live_segments.h"
#include "app/admin/offsets.h"
#include "app/admin/records.h"
#include "app/admin/resources.h"
#include "app/admin/segments.h"
#include "app/admin/topics.h"
#include "common/log.h"
#include "config/options.h"
#include "services/group_lag.h"
#include "services/group_offsets.h"
#include "services/health.h"
#include "services/record_producer.h"
#include "services/resource_service.h"
#include "storage/file_system.h"

namespace monkafka::app {
namespace {

constexpr char kListen[] = "monkafka.admin.listen";
constexpr char kAnyPort[] = "127.0.0.1:0";

// A broker on any free port is one of many on its machine: so is its admin service.
std::string WhereToListen(const config::Settings& settings, const net::ServerOptions& kafka) {
  const bool any_port =
      std::ranges::all_of(kafka.listeners, [](const auto& each) { return each.port == 0; });
  return !settings.Given(kListen) && any_port ? kAnyPort : settings.Text(kListen);
}

// Other machines must prove who they are, and nobody between may listen.
Status CheckExposure(const config::Settings& settings,
                     const std::vector<admin::ListenAddress>& addresses) {
  const bool tls = settings.Given("monkafka.admin.tls.certificate.file");
  const bool authenticated = settings.Given("monkafka.admin.tls.client.ca.file") ||
                             settings.Given("monkafka.admin.tokens.file");
  if ((tls && authenticated) || settings.Boolean("monkafka.admin.insecure")) return {};
  for (const admin::ListenAddress& address : addresses) {
    if (address.IsLocal()) continue;
    return Fail(
        ErrorCode::kInvalidConfig,
        fmt::format("the admin service would be open to other machines on {} without TLS and "
                    "authentication: set monkafka.admin.tls.certificate.file and .key.file, and "
                    "monkafka.admin.tokens.file or .tls.client.ca.file, or start with --insecure",
                    address.ToString()));
  }
  return {};
}

}  // namespace

// In the order of construction.
struct AdminService::Graph {
  explicit Graph(const Parts& parts)
      : lags(parts.coordinator, parts.cluster, parts.clock, parts.workers),
        group_offsets(parts.coordinator, parts.cluster, parts.topics, parts.clock),
        resource_service(config::MakeTopicServiceOptions(parts.settings), parts.cluster,
                         parts.settings),
        health(parts.cluster, parts.logs, parts.coordinator),
        producer(parts.cluster, parts.produce, parts.clock),
        segment_source(parts.cluster, parts.logs, storage::PosixFileSystem()),
        cluster({parts.cluster, parts.logs, parts.topics, parts.coordinator, health, parts.server,
                 parts.server_options, parts.settings.Boolean("monkafka.acks.all.flush")}),
        topics(parts.cluster, parts.topics),
        configs(parts.configs),
        offsets(parts.cluster, parts.topics),
        groups(parts.cluster.node_id(), parts.coordinator, lags, group_offsets),
        resources(resource_service),
        segments(segment_source),
        records(parts.cluster, producer, parts.clock),
        connections(parts.server, parts.clock) {}

  admin::Ports Ports() {
    return {.cluster = &cluster,
            .topics = &topics,
            .segments = &segments,
            .offsets = &offsets,
            .groups = &groups,
            .records = &records,
            .configs = &configs,
            .connections = &connections,
            .resources = &resources};
  }

  services::GroupLagService lags;
  services::GroupOffsetsService group_offsets;
  services::ResourceService resource_service;
  services::HealthService health;
  services::RecordProducer producer;
  LiveSegments segment_source;
  AdminCluster cluster;
  AdminTopics topics;
  AdminConfigs configs;
  AdminOffsets offsets;
  AdminGroups groups;
  AdminResources resources;
  AdminSegments segments;
  AdminRecords records;
  AdminConnections connections;
};

AdminService::AdminService(std::unique_ptr<admin::Listener> listener)
    : listener_(std::move(listener)) {}

AdminService::~AdminService() { Stop(); }

Result<std::unique_ptr<AdminService>> AdminService::Bind(const config::Settings& settings,
                                                         const net::ServerOptions& kafka) {
  auto addresses = admin::ParseListenAddresses(WhereToListen(settings, kafka));
  if (!addresses) return Forward(std::move(addresses));
  if (addresses->empty()) return nullptr;
  if (Status safe = CheckExposure(settings, *addresses); !safe) return Forward(std::move(safe));
  Result<std::unique_ptr<admin::Listener>> bound = admin::Listener::Bind(*std::move(addresses));
  if (!bound && !settings.Given(kListen)) {
    LogWarning("{}; this broker goes on without an admin service", bound.error().message);
    return nullptr;
  }
  if (!bound) return Forward(std::move(bound));
  return std::unique_ptr<AdminService>(new AdminService(*std::move(bound)));
}

std::string AdminService::address() const {
  std::string text;
  for (const admin::ListenAddress& address : listener_->addresses()) {
    text += (text.empty() ? "" : ",") + address.ToString();
  }
  return text;
}

Status AdminService::Start(const Parts& parts) {
  graph_ = std::make_unique<Graph>(parts);
  return {};
}

void AdminService::Stop() { listener_->Stop(); }

}  // namespace monkafka::app
