#include "simulation/broker.h"

#include <utility>
#include <vector>

#include "cluster/local_metadata_store.h"
#include "config/options.h"
#include "config/topic_values.h"

namespace monkafka::simulation {
namespace {

constexpr int32_t kNodeId = 1;

config::Settings MakeSettings() {
  config::SourcedValues values;
  const std::pair<const char*, const char*> given[] = {
      {"log.segment.bytes", "1500"},
      {"log.index.interval.bytes", "200"},
      {"log.index.size.max.bytes", "96"},
      {"log.retention.check.interval.ms", "5000"},
      {"log.flush.offset.checkpoint.interval.ms", "3000"},
      {"log.segment.delete.delay.ms", "1000"},
      {"offsets.topic.num.partitions", "2"},
      {"offsets.topic.segment.bytes", "1500"},
      {"num.partitions", "1"},
  };
  for (const auto& [key, value] : given) values[key] = {value, "the simulation"};
  std::vector<std::string> warnings;
  return *config::Settings::Make(std::move(values), warnings);
}

}  // namespace

Broker::Broker(Machine& machine)
    : machine_(machine), settings_(MakeSettings()), timers_(machine.clock) {}

Broker::~Broker() {
  // What still runs finds its files dead.
  machine_.files.Crash();
  if (coordinator_) coordinator_->Stop([] {});
  RunAll();
  coordinator_.reset();
  cluster_.reset();
  logs_.reset();
  RunAll();
}

Status Broker::Start() {
  auto directory = cluster::FormatOrOpen(machine_.files, kDirectory, kNodeId, std::nullopt);
  if (!directory) return Forward(std::move(directory));
  directory_ = *std::move(directory);

  auto logs = storage::LogManager::Open(config::MakeLogManagerOptions(settings_, kDirectory),
                                        machine_.files, machine_.clock, timers_, workers_);
  if (!logs) return Forward(std::move(logs));
  logs_ = *std::move(logs);

  cluster::LocalMetadataStoreOptions store_options;
  store_options.node_id = kNodeId;
  store_options.snapshot_bytes = 1000;
  store_options.segment_bytes = 4000;
  auto store =
      cluster::OpenLocalMetadataStore(store_options, machine_.files, *logs_, machine_.clock);
  if (!store) return Forward(std::move(store));

  cluster::ClusterOptions options;
  options.node_id = kNodeId;
  options.cluster_id = directory_.cluster_id;
  options.directory_id = directory_.directory_id;
  options.advertised = {{"PLAINTEXT", "localhost", 9092, 0}};
  options.log_config = [this](const cluster::MetadataImage& image, const std::string& topic) {
    return config::MakeLogConfig(settings_, image, kNodeId, topic);
  };
  auto opened = cluster::Cluster::Open(std::move(options), *std::move(store), *logs_, workers_);
  if (!opened) return Forward(std::move(opened));
  cluster_ = *std::move(opened);

  topics_.emplace(config::MakeTopicServiceOptions(settings_), *cluster_, settings_);
  produce_.emplace(*cluster_, timers_, config::MakeProduceOptions(settings_));
  offsets_topic_.emplace(*cluster_, /*sync=*/true);
  coordinator_ = std::make_unique<groups::GroupCoordinator>(
      config::MakeGroupOptions(settings_), *offsets_topic_, [this] { return cluster_->Image(); },
      machine_.clock, timers_, dispatch_);
  cluster_->AddListener(
      [this](const cluster::MetadataImage& before, const cluster::MetadataImage& after) {
        coordinator_->OnImage(before, after);
      });
  coordinator_->OnImage({}, *cluster_->Image());
  logs_->StartMaintenance();
  RunAll();
  return {};
}

Status Broker::Stop() {
  coordinator_->Stop([] {});
  RunAll();
  cluster_->Close();
  const Status closed = logs_->Close();
  RunAll();
  return closed;
}

void Broker::RunAll() {
  while (workers_.RunAll() + dispatch_.RunAll() > 0) {
  }
}

void Broker::Advance(std::chrono::milliseconds by) {
  timers_.AdvanceBy(by, [this] { RunAll(); });
  RunAll();
}

}  // namespace monkafka::simulation
