#include "app/admin/service.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "admin/port/ports.h"
#include "admin/server.h"
#include "admin/service.h"
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

admin::ServerOptions OptionsOf(const config::Settings& settings) {
  admin::ServerOptions options;
  options.tls.certificate_file = settings.Text("monkafka.admin.tls.certificate.file");
  options.tls.key_file = settings.Text("monkafka.admin.tls.key.file");
  options.tls.client_ca_file = settings.Text("monkafka.admin.tls.client.ca.file");
  options.tokens_file = settings.Text("monkafka.admin.tokens.file");
  return options;
}

Status CheckExposure(const config::Settings& settings,
                     const std::vector<admin::ListenAddress>& addresses) {
  if (settings.Boolean("monkafka.admin.insecure")) return {};
  std::vector<std::string> exposed;
  for (const admin::ListenAddress& address : addresses) {
    if (!address.IsLocal()) exposed.push_back(address.ToString());
  }
  return admin::CheckExposure(exposed, OptionsOf(settings));
}

// gRPC, as the listener sees it.
class GrpcConnections final : public admin::ConnectionServer {
 public:
  static std::unique_ptr<admin::ConnectionServer> Make(admin::Service& service) {
    std::unique_ptr<admin::Server> server = admin::Server::Start(service);
    if (!server) return nullptr;
    return std::make_unique<GrpcConnections>(std::move(server));
  }
  explicit GrpcConnections(std::unique_ptr<admin::Server> server) : server_(std::move(server)) {}

  void Adopt(UniqueFd socket, admin::Transport transport, admin::Admission admission) override {
    server_->Adopt(socket.Release(), transport, admission);
  }

 private:
  const std::unique_ptr<admin::Server> server_;
};

}  // namespace

// In the order of construction.
struct AdminService::Graph {
  explicit Graph(const Parts& parts)
      : group_offsets(parts.coordinator, parts.cluster, parts.topics, parts.clock),
        resource_service(config::MakeTopicServiceOptions(parts.settings), parts.cluster,
                         parts.settings),
        health(parts.cluster, parts.logs, parts.coordinator),
        producer(parts.cluster, parts.produce, parts.clock),
        segment_source(parts.cluster, parts.logs, storage::PosixFileSystem()),
        cluster({parts.cluster, parts.logs, parts.topics, parts.coordinator, health, parts.server,
                 parts.server_options, parts.settings.Boolean("monkafka.acks.all.flush")}),
        topics(parts.cluster, parts.topics),
        configs(parts.cluster, parts.configs),
        offsets(parts.cluster, parts.topics),
        groups(parts.cluster, parts.coordinator, group_offsets, parts.clock),
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
  std::unique_ptr<admin::Service> service;
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
  if (Status usable = admin::Service::Check(OptionsOf(settings), SystemClock()); !usable) {
    return Forward(std::move(usable));
  }
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
  Result<std::unique_ptr<admin::Service>> service = admin::Service::Create(
      OptionsOf(parts.settings), graph_->Ports(), {parts.clock, parts.timers});
  if (!service) return Forward(std::move(service));
  graph_->service = *std::move(service);
  listener_->Start([this] { return GrpcConnections::Make(*graph_->service); });
  return {};
}

void AdminService::Stop() {
  if (graph_ && graph_->service) graph_->service->Drain();
  listener_->Stop();
}

}  // namespace monkafka::app
