#include "app/broker.h"

#include <fmt/format.h>
#include <malloc.h>
#include <sys/resource.h>

#include <future>
#include <optional>
#include <utility>
#include <vector>

#include "app/admin/service.h"
#include "cluster/cluster.h"
#include "cluster/format.h"
#include "cluster/local_metadata_store.h"
#include "common/executor.h"
#include "common/log.h"
#include "config/options.h"
#include "config/topic_values.h"
#include "groups/cluster_offsets_topic.h"
#include "groups/group_coordinator.h"
#include "handlers/context.h"
#include "handlers/router.h"
#include "net/server.h"
#include "services/config_service.h"
#include "services/fetch.h"
#include "services/list_offsets.h"
#include "services/produce.h"
#include "services/topic_service.h"
#include "storage/log_manager.h"

namespace monkafka::app {
namespace {

constexpr int kDispatchThreads = 2;
constexpr auto kDrainTimeout = std::chrono::seconds(10);

// Connections and segments are file descriptors; the default soft limit of 1,024 is for programs
// that use select.
void RaiseFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// A broker of few threads gains nothing from an arena per thread, which costs it memory.
// Called before there are threads; a refusal only costs memory.
void BoundMallocArenas() { static_cast<void>(mallopt(M_ARENA_MAX, 4)); }

}  // namespace

// In the order of construction; destroyed in reverse, after Shutdown stopped all threads.
struct Broker::Graph {
  explicit Graph(config::Settings given)
      : settings(std::move(given)),
        workers(settings.Int32("background.threads"), "worker"),
        dispatch(kDispatchThreads, "dispatch"),
        timers(clock) {}
  ~Graph() { static_cast<void>(Shutdown()); }

  Status Listen();
  Status OpenData();
  void BuildServices();
  Status Serve();
  Status Shutdown();

  const config::Settings settings;
  SystemClock clock;
  WorkerPool workers;
  WorkerPool dispatch;
  TimerThread timers;
  net::ServerOptions server_options;
  std::vector<cluster::Endpoint> advertised;
  std::string address;

  cluster::DataDirectory directory;
  std::unique_ptr<storage::LogManager> logs;
  std::unique_ptr<cluster::Cluster> cluster;
  std::optional<services::TopicService> topics;
  std::optional<services::ConfigService> configs;
  std::optional<services::ProduceService> produce;
  std::optional<services::FetchService> fetch;
  std::optional<services::ListOffsetsService> list_offsets;
  std::optional<groups::ClusterOffsetsTopic> offsets_topic;
  std::optional<groups::GroupCoordinator> coordinator;
  std::optional<handlers::Context> context;
  std::unique_ptr<net::Server> server;
  std::unique_ptr<AdminService> admin;  // null: off
  bool shut_down = false;
};

Status Broker::Graph::Listen() {
  Result<net::ServerOptions> options = config::MakeServerOptions(settings);
  if (!options) return Forward(std::move(options));
  server_options = *std::move(options);
  // The context exists before Start makes the network threads' handlers.
  Result<std::unique_ptr<net::Server>> bound = net::Server::Listen(
      server_options, [this] { return std::make_unique<handlers::Dispatcher>(*context); }, clock,
      timers, workers);
  if (!bound) return Forward(std::move(bound));
  server = *std::move(bound);
  Result<std::vector<cluster::Endpoint>> endpoints =
      config::MakeAdvertised(settings, server_options.listeners, server->ports());
  if (!endpoints) return Forward(std::move(endpoints));
  advertised = *std::move(endpoints);
  address = fmt::format("{}:{}", advertised.front().host, advertised.front().port);
  Result<std::unique_ptr<AdminService>> admin_bound = AdminService::Bind(settings, server_options);
  if (!admin_bound) return Forward(std::move(admin_bound));
  admin = *std::move(admin_bound);
  return {};
}

Status Broker::Graph::OpenData() {
  const Result<std::string> path = config::DataDirectory(settings);
  if (!path) return std::unexpected(path.error());
  storage::FileSystem& files = storage::PosixFileSystem();
  const int32_t node_id = settings.Int32("node.id");
  std::optional<std::string> cluster_id;
  if (settings.Given("monkafka.cluster.id")) cluster_id = settings.Text("monkafka.cluster.id");
  Result<cluster::DataDirectory> opened = cluster::FormatOrOpen(files, *path, node_id, cluster_id);
  if (!opened) return Forward(std::move(opened));
  directory = *std::move(opened);

  Result<std::unique_ptr<storage::LogManager>> manager = storage::LogManager::Open(
      config::MakeLogManagerOptions(settings, *path), files, clock, timers, workers);
  if (!manager) return Forward(std::move(manager));
  logs = *std::move(manager);

  cluster::LocalMetadataStoreOptions store_options;
  store_options.node_id = node_id;
  Result<std::unique_ptr<cluster::MetadataStore>> store =
      cluster::OpenLocalMetadataStore(store_options, files, *logs, clock);
  if (!store) return Forward(std::move(store));

  cluster::ClusterOptions options;
  options.node_id = node_id;
  options.cluster_id = directory.cluster_id;
  options.directory_id = directory.directory_id;
  options.advertised = advertised;
  options.rack = settings.Text("broker.rack");
  options.log_config = [this, node_id](const cluster::MetadataImage& image,
                                       const std::string& topic) {
    return config::MakeLogConfig(settings, image, node_id, topic);
  };
  Result<std::unique_ptr<cluster::Cluster>> made =
      cluster::Cluster::Open(std::move(options), *std::move(store), *logs, workers);
  if (!made) return Forward(std::move(made));
  cluster = *std::move(made);
  return {};
}

void Broker::Graph::BuildServices() {
  topics.emplace(config::MakeTopicServiceOptions(settings), *cluster, settings);
  configs.emplace(*cluster, settings);
  produce.emplace(*cluster, timers, config::MakeProduceOptions(settings));
  fetch.emplace(*cluster, timers, clock, config::MakeFetchOptions(settings));
  list_offsets.emplace(*cluster);
  offsets_topic.emplace(*cluster, settings.Boolean("monkafka.acks.all.flush"));
  coordinator.emplace(
      config::MakeGroupOptions(settings), *offsets_topic, [this] { return cluster->Image(); },
      clock, timers, dispatch);
  cluster->AddListener(
      [this](const cluster::MetadataImage& before, const cluster::MetadataImage& after) {
        coordinator->OnImage(before, after);
      });
  coordinator->OnImage({}, *cluster->Image());
  context.emplace(handlers::Context{
      .cluster = *cluster,
      .logs = *logs,
      .groups = *coordinator,
      .produce = *produce,
      .fetch = *fetch,
      .list_offsets = *list_offsets,
      .topics = *topics,
      .configs = *configs,
      .options = {.auto_create_topics = settings.Boolean("auto.create.topics.enable")}});
}

Status Broker::Graph::Serve() {
  if (admin) {
    const AdminService::Parts parts{settings,       *cluster,     *logs,    *topics,
                                    *configs,       *coordinator, *produce, *server,
                                    server_options, clock,        timers,   workers};
    if (Status started = admin->Start(parts); !started) return started;
  }
  logs->StartMaintenance();
  server->Start();
  return {};
}

Status Broker::Graph::Shutdown() {
  if (std::exchange(shut_down, true)) return {};
  if (admin) admin->Stop();
  if (server) server->StopAccepting();
  if (coordinator) {
    // Answers who waits for a rebalance, so that draining need not wait for them.
    std::promise<void> stopped;
    coordinator->Stop([&stopped] { stopped.set_value(); });
    stopped.get_future().wait();
  }
  if (fetch) fetch->StopWaiting();
  if (server && !server->Drain(kDrainTimeout)) {
    LogWarning("some requests were still in flight after {} s; their connections were closed",
               kDrainTimeout.count());
  }
  if (cluster) cluster->Close();
  Status closed;
  if (logs) closed = logs->Close();
  timers.Stop();
  dispatch.Stop();
  workers.Stop();
  return closed;
}

Broker::Broker(std::unique_ptr<Graph> graph) : graph_(std::move(graph)) {}

Broker::~Broker() = default;

Result<std::unique_ptr<Broker>> Broker::Start(config::Settings settings) {
  RaiseFileLimit();
  BoundMallocArenas();
  auto graph = std::make_unique<Graph>(std::move(settings));
  if (Status bound = graph->Listen(); !bound) return Forward(std::move(bound));
  if (Status opened = graph->OpenData(); !opened) return Forward(std::move(opened));
  graph->BuildServices();
  if (Status serving = graph->Serve(); !serving) return Forward(std::move(serving));
  std::vector<std::string> addresses;
  for (const cluster::Endpoint& endpoint : graph->advertised) {
    addresses.push_back(fmt::format("{}://{}:{}", endpoint.listener, endpoint.host, endpoint.port));
  }
  LogInfo("serving {} as node {} of cluster {}, data in {}; acks=all is {}",
          fmt::join(addresses, ", "), graph->cluster->node_id(), graph->directory.cluster_id,
          graph->logs->directory(),
          graph->settings.Boolean("monkafka.acks.all.flush") ? "synced to disk before the reply"
                                                             : "not synced before the reply");
  if (graph->admin) LogInfo("admin service on {}", graph->admin->address());
  return std::unique_ptr<Broker>(new Broker(std::move(graph)));
}

const std::string& Broker::address() const { return graph_->address; }

std::string Broker::admin_address() const {
  return graph_->admin ? graph_->admin->address() : std::string();
}

Status Broker::Stop() { return graph_->Shutdown(); }

}  // namespace monkafka::app
