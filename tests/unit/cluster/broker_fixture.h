// A broker's metadata and logs over a file system, started, stopped and crashed by the test. Work
// of the pool runs on the test's thread.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cluster/cluster.h"
#include "cluster/format.h"
#include "cluster/local_metadata_store.h"
#include "cluster/metadata_delta.h"
#include "fakes/manual_executor.h"
#include "records/batch_builder.h"
#include "storage/file_system.h"
#include "storage/log_manager.h"

namespace monkafka::cluster {

class BrokerFixture {
 public:
  BrokerFixture(storage::FileSystem& file_system, std::string directory)
      : file_system_(file_system), directory_(std::move(directory)) {
    options.cluster_id = "MkU3OEVBNTcwNTJENDM2Qg";
    options.advertised = {{"PLAINTEXT", "localhost", 9092, 0}};
    options.log_config = [](const MetadataImage& image, const std::string& topic) {
      storage::LogConfig config;
      const auto retention = [&](const ConfigMap& configs) {
        const auto found = configs.find("retention.ms");
        if (found != configs.end()) config.retention_ms = std::stoll(found->second);
      };
      retention(image.ConfigsOf(ResourceType::kBroker, ""));
      retention(image.ConfigsOf(ResourceType::kTopic, topic));
      return config;
    };
  }
  ~BrokerFixture() { Crash(); }

  ClusterOptions options;
  LocalMetadataStoreOptions store_options;

  Status Start() {
    auto opened = FormatOrOpen(file_system_, directory_, options.node_id, options.cluster_id);
    if (!opened) return Forward(std::move(opened));
    options.directory_id = opened->directory_id;
    lock_ = std::move(opened->lock);
    storage::LogManagerOptions log_options;
    log_options.directory = directory_;
    auto logs = storage::LogManager::Open(log_options, file_system_, clock, timers, workers);
    if (!logs) return Forward(std::move(logs));
    logs_ = std::move(*logs);
    store_options.node_id = options.node_id;
    auto store = OpenLocalMetadataStore(store_options, file_system_, *logs_, clock);
    if (!store) return Forward(std::move(store));
    auto cluster = Cluster::Open(options, std::move(*store), *logs_, workers);
    if (!cluster) return Forward(std::move(cluster));
    cluster_ = std::move(*cluster);
    return {};
  }
  void MustStart() {
    const Status status = Start();
    ASSERT_TRUE(status.has_value()) << status.error().message;
  }
  // In order, as a broker does.
  Status Stop() {
    workers.RunAll();
    cluster_->Close();
    cluster_.reset();
    const Status status = logs_->Close();
    workers.RunAll();
    logs_.reset();
    lock_.reset();
    return status;
  }
  // As kill -9 does: whatever was written stays, nothing more is.
  void Crash() {
    workers.RunAll();
    cluster_.reset();
    logs_.reset();
    workers.RunAll();
    lock_.reset();
  }
  void Restart() {
    const Status status = Stop();
    ASSERT_TRUE(status.has_value()) << status.error().message;
    MustStart();
  }

  Cluster& operator*() { return *cluster_; }
  Cluster* operator->() { return cluster_.get(); }
  storage::LogManager& logs() { return *logs_; }
  std::shared_ptr<const MetadataImage> Image() { return cluster_->Image(); }

  Result<std::shared_ptr<const MetadataImage>> Change(Cluster::Decide decide) {
    Result<std::shared_ptr<const MetadataImage>> result = Fail(ErrorCode::kNone, "not called");
    cluster_->Change(std::move(decide), [&](auto r) { result = std::move(r); });
    workers.RunAll();
    return result;
  }
  void Write(std::vector<MetadataRecord> records) {
    const auto result = Change([&](const MetadataImage&) { return records; });
    ASSERT_TRUE(result.has_value()) << result.error().message;
  }
  static std::vector<MetadataRecord> TopicRecords(const std::string& name, const Uuid& id,
                                                  int32_t partitions) {
    std::vector<MetadataRecord> records{TopicRecord{name, id}};
    for (int32_t i = 0; i < partitions; ++i) {
      PartitionRecord partition;
      partition.partition_id = i;
      partition.topic_id = id;
      partition.replicas = partition.isr = {1};
      partition.leader = 1;
      partition.leader_epoch = partition.partition_epoch = 0;
      partition.directories = {Uuid{{0xd1}}};
      records.emplace_back(partition);
    }
    return records;
  }
  void CreateTopic(const std::string& name, const Uuid& id, int32_t partitions) {
    Write(TopicRecords(name, id, partitions));
  }
  storage::AppendOutcome Append(const std::string& topic, int32_t partition) {
    storage::AppendOutcome outcome;
    outcome.error = ErrorCode::kUnknownTopicOrPartition;
    const auto found = cluster_->FindPartition(topic, partition);
    if (!found) return outcome;
    records::BatchBuilder builder({});
    builder.Append(clock.WallMs(), std::nullopt, AsBytes("value"));
    auto batch = std::make_shared<std::vector<uint8_t>>(std::move(builder).Build().value());
    storage::AppendRequest request;
    request.batches = {batch, *batch};
    request.durable = true;
    found->Append(std::move(request), [&](auto o) { outcome = std::move(o); });
    workers.RunAll();
    return outcome;
  }
  // The end of the metadata log.
  Offset MetadataEnd() { return logs_->Find({"__cluster_metadata", 0})->Offsets().log_end; }

  fakes::FakeClock clock;
  fakes::FakeTimers timers{clock};
  fakes::ManualExecutor workers;

 private:
  storage::FileSystem& file_system_;
  const std::string directory_;
  std::unique_ptr<storage::FileLock> lock_;
  std::unique_ptr<storage::LogManager> logs_;
  std::unique_ptr<Cluster> cluster_;
};

}  // namespace monkafka::cluster
