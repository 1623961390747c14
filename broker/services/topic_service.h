// Creating, deleting, growing and describing topics: each once, for Kafka's requests and the admin
// service alike.
//
// Threads: any. Callbacks run once, on the metadata strand (or inline when nothing had to be
// changed); they must be quick. Lifetime: cluster and config tables outlive the service, and every
// callback was called before the cluster's Close returned.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/cluster.h"
#include "common/executor.h"
#include "common/mutex.h"
#include "services/config_values.h"
#include "services/topic_update.h"

namespace monkafka::services {

struct TopicServiceOptions {
  int32_t default_partitions = 1;          // num.partitions
  int16_t default_replication_factor = 1;  // default.replication.factor
  bool delete_topic_enable = true;         // delete.topic.enable
  int32_t offsets_topic_partitions = 50;   // offsets.topic.num.partitions
  int16_t offsets_topic_replication = 1;   // offsets.topic.replication.factor
  int32_t offsets_topic_segment_bytes = 104'857'600;
  int32_t transaction_topic_partitions = 50;  // transaction.state.log.num.partitions
  int16_t transaction_topic_replication = 1;  // transaction.state.log.replication.factor
  int32_t transaction_topic_segment_bytes = 104'857'600;
  int32_t transaction_topic_min_isr = 1;  // transaction.state.log.min.isr
};

struct ReplicaAssignment {
  int32_t partition = 0;
  std::vector<int32_t> brokers;
};

struct NewTopic {
  std::string name;
  int32_t partitions = -1;                     // -1: the default
  int16_t replication_factor = -1;             // -1: the default
  std::vector<ReplicaAssignment> assignments;  // instead of the two above
  std::vector<std::pair<std::string, std::optional<std::string>>> configs;
};

struct CreatedTopic {
  std::string name;
  ErrorCode error = ErrorCode::kNone;
  std::string message;
  Uuid id;  // zero when only validated
  int32_t partitions = -1;
  int16_t replication_factor = -1;
  // In force, by name; null when there is an error. Topics that set the same share them.
  std::shared_ptr<const std::vector<ConfigEntry>> configs;
};

// A topic by name, or by id when there is no name.
struct TopicReference {
  std::optional<std::string> name = std::nullopt;
  Uuid id = {};
  std::optional<std::string> etag = std::nullopt;  // refused when it is another (services/etag.h)
};

struct DeletedTopic {
  std::optional<std::string> name;  // none: given by an id that is not known
  Uuid id;
  ErrorCode error = ErrorCode::kNone;
  std::string message;
};

struct MorePartitions {
  std::string name;
  int32_t count = 0;  // the new total
  // Brokers of each added partition; none: placed by the broker.
  std::optional<std::vector<std::vector<int32_t>>> assignments = std::nullopt;
  std::optional<std::string> etag = std::nullopt;  // as in TopicReference
};

struct TopicResult {
  std::string name;
  ErrorCode error = ErrorCode::kNone;
  std::string message;
};

struct PartitionDescription {
  int32_t partition = 0;
  cluster::PartitionImage state;
  // Of the log; none when it is led elsewhere.
  std::optional<storage::LogOffsets> offsets;
  int64_t size_in_bytes = 0;
  int32_t segment_count = 0;
  RateMeter::Rate append_rate;
  std::string offline;  // why the log cannot be used; empty: it can
};

struct TopicDescription {
  std::string name;
  Uuid id;
  bool internal = false;
  std::string etag;
  cluster::ConfigMap overrides;
  std::vector<PartitionDescription> partitions;
};

class TopicService {
 public:
  TopicService(TopicServiceOptions options, cluster::Cluster& cluster, const ConfigTables& tables);

  // One result per name, in the order of the request. What can be created is created in one atomic
  // change of metadata, whatever becomes of the others.
  void Create(std::vector<NewTopic> topics, bool validate_only,
              Callback<std::vector<CreatedTopic>> done);
  // One result per topic, in the order of the request.
  void Delete(std::vector<TopicReference> topics, bool validate_only,
              Callback<std::vector<DeletedTopic>> done);
  // Each topic once; all are deleted, or none: the error is that of the first that cannot be.
  void DeleteTogether(std::vector<TopicReference> topics, bool allow_missing, bool validate_only,
                      Callback<Status> done);
  // One result per name, in the order of the request.
  void CreatePartitions(std::vector<MorePartitions> topics, bool validate_only,
                        Callback<std::vector<TopicResult>> done);

  // All that is asked for in one atomic change (services/topic_update.h), or nothing.
  void Update(TopicUpdate update, bool validate_only, Callback<Status> done);

  // Creates the topic with the defaults, internal ones with theirs, unless it is there; several
  // callers at once create it once. Names are validated before anything is started.
  void CreateIfMissing(std::string_view name, Callback<Status> done) EXCLUDES(mutex_);

  // UNKNOWN_TOPIC_OR_PARTITION when there is none.
  Result<TopicDescription> Describe(std::string_view name) const;
  std::vector<TopicDescription> DescribeAll() const;
  std::vector<PartitionDescription> DescribePartitions(const cluster::TopicImage& topic) const;

  const TopicServiceOptions& options() const { return options_; }
  const ConfigValues& configs() const { return configs_; }

 private:
  void OnCreated(const std::string& name, const CreatedTopic& result) EXCLUDES(mutex_);
  TopicDescription Describe(const cluster::MetadataImage& image,
                            const cluster::TopicImage& topic) const;

  const TopicServiceOptions options_;
  cluster::Cluster& cluster_;
  const ConfigValues configs_;

  Mutex mutex_;
  // Being created by CreateIfMissing, and who waits for it.
  std::map<std::string, std::vector<Callback<Status>>, std::less<>> creating_ GUARDED_BY(mutex_);
};

}  // namespace monkafka::services
