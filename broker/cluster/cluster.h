// This broker's view of the cluster: the current image, the partitions it leads, and the one way to
// change metadata. Reads never wait; changes run one at a time.
//
// Threads: any. Lifetime: from Open to the broker's end; Close before the LogManager closes.
// Callbacks run on the metadata strand: they must be quick, and post what is not.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "cluster/metadata_image.h"
#include "cluster/metadata_records.h"
#include "cluster/metadata_store.h"
#include "cluster/partition.h"
#include "common/executor.h"
#include "storage/log_manager.h"

namespace monkafka::cluster {

struct ClusterOptions {
  int32_t node_id = 1;
  std::string cluster_id;
  Uuid directory_id;                 // of meta.properties
  std::vector<Endpoint> advertised;  // what Metadata answers, by listener name
  std::string rack;
  // The storage settings of a topic: broker defaults with the topic's overrides and the
  // cluster-wide dynamic defaults applied. Given by the app from the config table.
  std::function<storage::LogConfig(const MetadataImage&, const std::string& topic)> log_config;
};

// How far the change is that is being applied: partitions that were created or deleted, of all that
// it creates and deletes.
struct ChangeProgress {
  int64_t done = 0;
  int64_t total = 0;  // 0: no change is being applied
};

class Cluster {
 public:
  // What is to be written, computed from the image as it is when the change's turn comes.
  using Decide = std::function<Result<std::vector<MetadataRecord>>(const MetadataImage&)>;

  // Replays the metadata store into the image, registers this broker when something about it
  // changed, and loads its partitions. Blocks; everything given outlives the cluster.
  static Result<std::unique_ptr<Cluster>> Open(ClusterOptions options,
                                               std::unique_ptr<MetadataStore> store,
                                               storage::LogManager& logs, Executor& workers);
  virtual ~Cluster() = default;

  virtual std::shared_ptr<const MetadataImage> Image() const = 0;
  virtual std::shared_ptr<Partition> FindPartition(std::string_view topic,
                                                   int32_t partition) const = 0;
  virtual std::shared_ptr<Partition> FindPartition(const Uuid& topic_id,
                                                   int32_t partition) const = 0;
  virtual std::vector<std::shared_ptr<Partition>> Partitions() const = 0;

  // Runs `decide` alone on the metadata strand, writes its records as one atomic batch, makes them
  // durable, applies them (logs created or deleted, configs in force), publishes the new image,
  // then completes with it. No records: completes with the present image.
  virtual void Change(Decide decide,
                      Callback<Result<std::shared_ptr<const MetadataImage>>> done) = 0;

  virtual ChangeProgress Progress() const = 0;

  // Told of every new image after it is published, on the metadata strand. Register before serving.
  using Listener = std::function<void(const MetadataImage& before, const MetadataImage& after)>;
  virtual void AddListener(Listener listener) = 0;

  // A producer id that was never given out before, also not before a crash: taken from blocks of
  // 1,000 recorded in the metadata log (KIP-730).
  virtual void NextProducerId(Callback<Result<ProducerId>> done) = 0;

  virtual int32_t node_id() const = 0;
  // Waits for running changes, answers later ones with an error.
  virtual void Close() = 0;
};

}  // namespace monkafka::cluster
