// Decides what a request to create topics or partitions becomes: records, or an error per topic.
// Pure: everything comes from the image. The order of the checks, their codes and messages are
// Kafka's (ControllerApis, ReplicationControlManager).
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cluster/metadata_image.h"
#include "cluster/metadata_records.h"
#include "services/config_values.h"
#include "services/topic_service.h"

namespace monkafka::services {

// So many records one request may write; Kafka's limit of a user's operation.
inline constexpr size_t kMaxRecordsPerRequest = 10'000;

// So many records a plan for declared topics may write: some ten thousand topics with a few
// partitions and settings each, a batch of about ten megabytes.
inline constexpr size_t kMaxRecordsPerPlan = 100'000;

// Who holds which replica of partitions [first, first + count): over the brokers that are up, in
// turn. INVALID_REPLICATION_FACTOR when there are too few.
Result<std::vector<std::vector<int32_t>>> PlaceReplicas(const cluster::MetadataImage& image,
                                                        int32_t first, int32_t count,
                                                        int16_t replication_factor);

// INVALID_REPLICA_ASSIGNMENT: no broker, an unknown one, one twice, or not `replication_factor` of
// them (0: any number).
Status ValidateAssignment(const cluster::MetadataImage& image, const std::vector<int32_t>& brokers,
                          size_t replication_factor);

cluster::PartitionRecord NewPartition(const cluster::MetadataImage& image, const Uuid& topic_id,
                                      int32_t partition, const std::vector<int32_t>& replicas);

// INVALID_CONFIG for an unknown key, a bad value, or values that contradict each other.
Status ValidateTopicConfigs(const ConfigValues& values, const cluster::MetadataImage& image,
                            const cluster::ConfigMap& overrides);

// One request's creations against one image.
class TopicCreation {
 public:
  TopicCreation(const TopicServiceOptions& options, const ConfigValues& values,
                const cluster::MetadataImage& image, size_t max_records = kMaxRecordsPerRequest)
      : options_(options), values_(values), image_(image), max_records_(max_records) {}

  // The result of one topic, whose records are added when it succeeds.
  CreatedTopic Add(const NewTopic& topic);

  const std::vector<cluster::MetadataRecord>& records() const { return records_; }

 private:
  struct ConfigsInForce {
    Status status;
    std::shared_ptr<const std::vector<ConfigEntry>> entries;  // null unless `status` is good
  };

  const ConfigsInForce& InForce(const cluster::ConfigMap& configs);
  Status Check(const NewTopic& topic, cluster::ConfigMap& configs);
  // A topic whose name differs by nothing but '.' and '_'; empty: none.
  std::string FindCollision(const std::string& name);
  Result<std::vector<std::vector<int32_t>>> Replicas(const NewTopic& topic) const;
  Result<std::vector<std::vector<int32_t>>> AssignedReplicas(const NewTopic& topic) const;

  const TopicServiceOptions& options_;
  const ConfigValues& values_;
  const cluster::MetadataImage& image_;
  const size_t max_records_;
  // Names with '.' as '_', and a topic of that name: those of the image, once one is asked for, and
  // what was added.
  std::optional<std::unordered_map<std::string, std::string>> taken_;
  std::map<cluster::ConfigMap, ConfigsInForce> in_force_;  // by what topics set themselves
  std::vector<cluster::MetadataRecord> records_;
};

}  // namespace monkafka::services
