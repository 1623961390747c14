#include "services/topic_creation.h"

#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

#include "services/topic_names.h"

namespace monkafka::services {
namespace {

using cluster::ConfigMap;
using cluster::MetadataImage;

constexpr std::string_view kMetadataTopic = "__cluster_metadata";

int64_t Number(const std::string& text) {
  int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

Result<std::vector<std::vector<int32_t>>> PlaceReplicas(const MetadataImage& image, int32_t first,
                                                        int32_t count, int16_t replication_factor) {
  std::vector<int32_t> brokers;
  for (const auto& [id, broker] : image.brokers) {
    if (!broker.fenced) brokers.push_back(id);
  }
  const auto factor = static_cast<size_t>(replication_factor);
  if (factor > brokers.size()) {
    return Fail(ErrorCode::kInvalidReplicationFactor,
                fmt::format("Unable to replicate the partition {} time(s): The target replication "
                            "factor of {} cannot be reached because only {} broker(s) are "
                            "registered.",
                            factor, factor, brokers.size()));
  }
  std::vector<std::vector<int32_t>> placed(static_cast<size_t>(count));
  for (size_t i = 0; i < placed.size(); ++i) {
    for (size_t k = 0; k < factor; ++k) {
      placed[i].push_back(brokers[(static_cast<size_t>(first) + i + k) % brokers.size()]);
    }
  }
  return placed;
}

Status ValidateAssignment(const MetadataImage& image, const std::vector<int32_t>& brokers,
                          size_t replication_factor) {
  const auto fail = [](std::string message) {
    return Fail(ErrorCode::kInvalidReplicaAssignment,
                "The manual partition assignment includes " + std::move(message));
  };
  if (brokers.empty()) return fail("an empty replica list.");
  std::vector<int32_t> sorted = brokers;
  std::ranges::sort(sorted);
  for (size_t i = 0; i < sorted.size(); ++i) {
    if (!image.brokers.contains(sorted[i])) {
      return fail(fmt::format("broker {}, but no such broker is registered.", sorted[i]));
    }
    if (i > 0 && sorted[i] == sorted[i - 1]) {
      return fail(fmt::format("the broker {} more than once.", sorted[i]));
    }
  }
  if (replication_factor != 0 && brokers.size() != replication_factor) {
    return fail(
        fmt::format("a partition with {} replica(s), but this is not consistent with "
                    "previous partitions, which have {} replica(s).",
                    brokers.size(), replication_factor));
  }
  return {};
}

cluster::PartitionRecord NewPartition(const MetadataImage& image, const Uuid& topic_id,
                                      int32_t partition, const std::vector<int32_t>& replicas) {
  cluster::PartitionRecord record;
  record.partition_id = partition;
  record.topic_id = topic_id;
  record.replicas = replicas;
  record.isr = replicas;
  record.leader = replicas.front();
  record.leader_epoch = 0;
  record.partition_epoch = 0;
  for (const int32_t id : replicas) {
    const auto broker = image.brokers.find(id);
    const bool known = broker != image.brokers.end() && !broker->second.log_dirs.empty();
    record.directories.push_back(known ? broker->second.log_dirs.front()
                                       : cluster::kUnassignedDirectory);
  }
  return record;
}

Status ValidateTopicConfigs(const ConfigValues& values, const MetadataImage& image,
                            const ConfigMap& overrides) {
  for (const auto& [key, value] : overrides) {
    const ConfigDefinition* definition = values.tables().FindTopic(key);
    if (definition == nullptr) {
      return Fail(ErrorCode::kInvalidConfig, "Unknown topic config name: " + key);
    }
    if (Status status = values.tables().Validate(*definition, value); !status) return status;
  }
  const int64_t min_lag = Number(values.TopicValue(image, overrides, "min.compaction.lag.ms"));
  const std::string max_lag = values.TopicValue(image, overrides, "max.compaction.lag.ms");
  if (!max_lag.empty() && min_lag > Number(max_lag)) {
    return Fail(ErrorCode::kInvalidConfig,
                fmt::format("conflict topic config setting min.compaction.lag.ms ({}) > "
                            "max.compaction.lag.ms ({})",
                            min_lag, max_lag));
  }
  if (values.TopicValue(image, overrides, "remote.storage.enable") == "true") {
    return Fail(ErrorCode::kInvalidConfig,
                "Tiered Storage functionality is disabled in the broker. Topic cannot be "
                "configured with remote log storage.");
  }
  return {};
}

std::string TopicCreation::FindCollision(const std::string& name) {
  if (name.find_first_of("._") == std::string::npos) return {};
  if (!taken_) {
    taken_.emplace();
    for (const auto& [present, image] : image_.topics) {
      if (present.find_first_of("._") == std::string::npos) continue;
      taken_->emplace(NameInMetrics(present), present);
    }
  }
  const auto found = taken_->find(NameInMetrics(name));
  return found == taken_->end() ? std::string() : found->second;
}

Status TopicCreation::Check(const NewTopic& topic, ConfigMap& configs) {
  if (topic.name == kMetadataTopic) {
    return Fail(ErrorCode::kInvalidRequest,
                fmt::format("Creation of internal topic {} is prohibited.", kMetadataTopic));
  }
  if (Status status = ValidateTopicName(topic.name); !status) return status;
  if (image_.topics.contains(topic.name)) {
    return Fail(ErrorCode::kTopicAlreadyExists, "Topic '" + topic.name + "' already exists.");
  }
  if (const std::string other = FindCollision(topic.name); !other.empty()) {
    return Fail(ErrorCode::kInvalidTopicException,
                "Topic '" + topic.name + "' collides with existing topic: " + other);
  }
  std::vector<std::string_view> nulls;
  for (const auto& [key, value] : topic.configs) {
    if (value) {
      configs[key] = *value;
    } else {
      nulls.push_back(key);
    }
  }
  if (!nulls.empty()) {
    return Fail(
        ErrorCode::kInvalidConfig,
        fmt::format("Null value not supported for topic configs: {}", fmt::join(nulls, ",")));
  }
  return InForce(configs).status;
}

// Of most topics of a large request it is the same.
const TopicCreation::ConfigsInForce& TopicCreation::InForce(const ConfigMap& configs) {
  const auto [at, is_new] = in_force_.try_emplace(configs);
  ConfigsInForce& found = at->second;
  if (!is_new) return found;
  found.status = ValidateTopicConfigs(values_, image_, configs);
  if (found.status) {
    found.entries =
        std::make_shared<const std::vector<ConfigEntry>>(values_.OfTopic(image_, configs));
  }
  return found;
}

Result<std::vector<std::vector<int32_t>>> TopicCreation::AssignedReplicas(
    const NewTopic& topic) const {
  std::map<int32_t, std::vector<int32_t>> by_partition;
  size_t factor = 0;
  for (const ReplicaAssignment& assignment : topic.assignments) {
    if (by_partition.contains(assignment.partition)) {
      return Fail(ErrorCode::kInvalidReplicaAssignment,
                  fmt::format("Found multiple manual partition assignments for partition {}",
                              assignment.partition));
    }
    if (Status status = ValidateAssignment(image_, assignment.brokers, factor); !status) {
      return Forward(std::move(status));
    }
    factor = assignment.brokers.size();
    by_partition.emplace(assignment.partition, assignment.brokers);
  }
  std::vector<std::vector<int32_t>> replicas;
  for (auto& [partition, brokers] : by_partition) {
    if (partition != static_cast<int32_t>(replicas.size())) {
      return Fail(ErrorCode::kInvalidReplicaAssignment,
                  "partitions should be a consecutive 0-based integer sequence");
    }
    replicas.push_back(std::move(brokers));
  }
  return replicas;
}

Result<std::vector<std::vector<int32_t>>> TopicCreation::Replicas(const NewTopic& topic) const {
  if (!topic.assignments.empty()) {
    if (topic.replication_factor != -1) {
      return Fail(ErrorCode::kInvalidRequest,
                  "A manual partition assignment was specified, but replication factor was not "
                  "set to -1.");
    }
    if (topic.partitions != -1) {
      return Fail(ErrorCode::kInvalidRequest,
                  "A manual partition assignment was specified, but numPartitions was not set to "
                  "-1.");
    }
    return AssignedReplicas(topic);
  }
  if (topic.replication_factor < -1 || topic.replication_factor == 0) {
    return Fail(ErrorCode::kInvalidReplicationFactor,
                "Replication factor must be larger than 0, or -1 to use the default value.");
  }
  if (topic.partitions < -1 || topic.partitions == 0) {
    return Fail(ErrorCode::kInvalidPartitions,
                "Number of partitions was set to an invalid non-positive value.");
  }
  const int32_t count = topic.partitions == -1 ? options_.default_partitions : topic.partitions;
  const int16_t factor = topic.replication_factor == -1 ? options_.default_replication_factor
                                                        : topic.replication_factor;
  if (static_cast<size_t>(count) > kMaxRecordsPerRequest) {
    return Fail(ErrorCode::kPolicyViolation, "Excessively large number of partitions per request.");
  }
  return PlaceReplicas(image_, 0, count, factor);
}

CreatedTopic TopicCreation::Add(const NewTopic& topic) {
  CreatedTopic result;
  result.name = topic.name;
  ConfigMap configs;
  Status status = Check(topic, configs);
  std::vector<std::vector<int32_t>> replicas;
  if (status) {
    if (auto placed = Replicas(topic)) {
      replicas = *std::move(placed);
    } else {
      status = Forward(std::move(placed));
    }
  }
  if (status && records_.size() + 1 + configs.size() + replicas.size() > max_records_) {
    status =
        Fail(ErrorCode::kPolicyViolation, "Excessively large number of partitions per request.");
  }
  if (!status) {
    result.error = status.error().code;
    result.message = std::move(status.error().message);
    return result;
  }
  if (taken_) taken_->emplace(NameInMetrics(topic.name), topic.name);
  result.id = Uuid::Random();
  result.partitions = static_cast<int32_t>(replicas.size());
  result.replication_factor = static_cast<int16_t>(replicas.front().size());
  result.configs = InForce(configs).entries;
  records_.emplace_back(cluster::TopicRecord{topic.name, result.id});
  for (const auto& [key, value] : configs) {
    records_.emplace_back(cluster::ConfigRecord{static_cast<int8_t>(cluster::ResourceType::kTopic),
                                                topic.name, key, value});
  }
  for (size_t i = 0; i < replicas.size(); ++i) {
    records_.emplace_back(NewPartition(image_, result.id, static_cast<int32_t>(i), replicas[i]));
  }
  return result;
}

}  // namespace monkafka::services
