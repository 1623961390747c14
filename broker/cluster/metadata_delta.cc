#include "cluster/metadata_delta.h"

#include <fmt/core.h>

namespace monkafka::cluster {
namespace {

// Far above what a broker can lead; keeps a damaged record from allocating without bound.
constexpr int32_t kMaxPartitionId = 1'000'000;

std::unexpected<Error> Contradiction(std::string message) {
  return Fail(ErrorCode::kCorruptMessage, "metadata log: " + std::move(message));
}

std::unexpected<Error> NoSuchTopic(std::string_view what, const Uuid& id) {
  return Contradiction(
      fmt::format("{} of a topic that does not exist, id {}", what, id.ToString()));
}

}  // namespace

Status MetadataDelta::Apply(const MetadataRecord& record) {
  if (in_transaction_ && !std::holds_alternative<EndTransactionRecord>(record) &&
      !std::holds_alternative<AbortTransactionRecord>(record) &&
      !std::holds_alternative<BeginTransactionRecord>(record)) {
    pending_.push_back(record);
    return {};
  }
  return ApplyNow(record);
}

Status MetadataDelta::ApplyNow(const MetadataRecord& record) {
  return std::visit([this](const auto& r) { return Do(r); }, record);
}

std::shared_ptr<MetadataImage> MetadataDelta::Finish(Offset last_offset) && {
  image_.last_offset = last_offset;
  edited_.clear();
  return std::make_shared<MetadataImage>(std::move(image_));
}

TopicImage* MetadataDelta::Edit(const Uuid& topic_id) {
  if (const auto found = edited_.find(topic_id); found != edited_.end()) {
    return found->second.get();
  }
  const auto current = image_.topics_by_id.find(topic_id);
  if (current == image_.topics_by_id.end()) return nullptr;
  auto copy = std::make_shared<TopicImage>(*current->second);
  current->second = copy;
  image_.topics[copy->name] = copy;
  changes_.topics.insert(copy->name);
  edited_.emplace(topic_id, copy);
  return copy.get();
}

Result<BrokerImage*> MetadataDelta::EditBroker(int32_t id) {
  const auto found = image_.brokers.find(id);
  if (found == image_.brokers.end()) {
    return Contradiction(fmt::format("a change of broker {}, which is not registered", id));
  }
  return &found->second;
}

Status MetadataDelta::Do(const RegisterBrokerRecord& record) {
  BrokerImage broker;
  broker.id = record.broker_id;
  broker.epoch = record.broker_epoch;
  for (const auto& from : record.end_points) {
    broker.endpoints.push_back({from.name, from.host, from.port, from.security_protocol});
  }
  broker.rack = record.rack.value_or("");
  broker.incarnation_id = record.incarnation_id;
  broker.log_dirs = record.log_dirs;
  broker.fenced = record.fenced;
  image_.brokers[record.broker_id] = std::move(broker);
  return {};
}

Status MetadataDelta::Do(const UnregisterBrokerRecord& record) {
  image_.brokers.erase(record.broker_id);
  return {};
}

Status MetadataDelta::Do(const TopicRecord& record) {
  if (image_.topics.contains(record.name) || image_.topics_by_id.contains(record.topic_id)) {
    return Contradiction("topic " + record.name + " is created while it exists");
  }
  auto topic = std::make_shared<TopicImage>();
  topic->name = record.name;
  topic->id = record.topic_id;
  image_.topics.emplace(record.name, topic);
  changes_.topics.insert(record.name);
  image_.topics_by_id.emplace(record.topic_id, topic);
  edited_.emplace(record.topic_id, std::move(topic));
  return {};
}

Status MetadataDelta::Do(const PartitionRecord& record) {
  TopicImage* topic = Edit(record.topic_id);
  if (topic == nullptr) return NoSuchTopic("a partition", record.topic_id);
  if (record.partition_id < 0 || record.partition_id > kMaxPartitionId) {
    return Contradiction(fmt::format("partition {} of {}", record.partition_id, topic->name));
  }
  const auto index = static_cast<size_t>(record.partition_id);
  if (topic->partitions.size() <= index) topic->partitions.resize(index + 1);
  PartitionImage& partition = topic->partitions[index];
  partition.leader = record.leader;
  partition.leader_epoch = record.leader_epoch;
  partition.partition_epoch = record.partition_epoch;
  partition.replicas = record.replicas;
  partition.isr = record.isr;
  partition.directories = record.directories;
  return {};
}

Status MetadataDelta::Do(const PartitionChangeRecord& record) {
  TopicImage* topic = Edit(record.topic_id);
  if (topic == nullptr) return NoSuchTopic("a change", record.topic_id);
  if (record.partition_id < 0 ||
      static_cast<size_t>(record.partition_id) >= topic->partitions.size()) {
    return Contradiction(
        fmt::format("a change of {}-{}, which does not exist", topic->name, record.partition_id));
  }
  PartitionImage& partition = topic->partitions[static_cast<size_t>(record.partition_id)];
  if (record.isr) partition.isr = *record.isr;
  if (record.replicas) partition.replicas = *record.replicas;
  if (record.directories) partition.directories = *record.directories;
  if (record.leader != PartitionChangeRecord::kNoLeaderChange) {
    partition.leader = record.leader;
    ++partition.leader_epoch;
  }
  ++partition.partition_epoch;
  return {};
}

Status MetadataDelta::Do(const RemoveTopicRecord& record) {
  const auto found = image_.topics_by_id.find(record.topic_id);
  if (found == image_.topics_by_id.end()) return NoSuchTopic("the removal", record.topic_id);
  const std::string name = found->second->name;
  changes_.topics.insert(name);
  image_.topics.erase(name);
  image_.topics_by_id.erase(found);
  edited_.erase(record.topic_id);
  image_.configs.erase({ResourceType::kTopic, name});
  return {};
}

Status MetadataDelta::Do(const ConfigRecord& record) {
  const std::pair resource(static_cast<ResourceType>(record.resource_type), record.resource_name);
  if (record.value) {
    image_.configs[resource][record.name] = *record.value;
  } else if (const auto found = image_.configs.find(resource); found != image_.configs.end()) {
    found->second.erase(record.name);
    if (found->second.empty()) image_.configs.erase(found);
  }
  changes_.configs.insert(resource);
  return {};
}

Status MetadataDelta::Do(const FenceBrokerRecord& record) {
  Result<BrokerImage*> broker = EditBroker(record.id);
  if (!broker) return Forward(std::move(broker));
  (*broker)->fenced = true;
  return {};
}

Status MetadataDelta::Do(const UnfenceBrokerRecord& record) {
  Result<BrokerImage*> broker = EditBroker(record.id);
  if (!broker) return Forward(std::move(broker));
  (*broker)->fenced = false;
  return {};
}

Status MetadataDelta::Do(const BrokerRegistrationChangeRecord& record) {
  Result<BrokerImage*> broker = EditBroker(record.broker_id);
  if (!broker) return Forward(std::move(broker));
  if (record.fenced != 0) (*broker)->fenced = record.fenced > 0;
  if (!record.log_dirs.empty()) (*broker)->log_dirs = record.log_dirs;
  return {};
}

Status MetadataDelta::Do(const FeatureLevelRecord& record) {
  if (record.name == kMetadataVersionFeature && record.feature_level > kMetadataVersion) {
    return Fail(ErrorCode::kUnsupportedVersion,
                fmt::format("the metadata log is of metadata.version {}; the highest that this "
                            "broker reads is {} (3.9-IV0)",
                            record.feature_level, kMetadataVersion));
  }
  // Level 0 is how Kafka removes a feature.
  if (record.feature_level == 0) {
    image_.features.erase(record.name);
  } else {
    image_.features[record.name] = record.feature_level;
  }
  return {};
}

Status MetadataDelta::Do(const ProducerIdsRecord& record) {
  image_.next_producer_id = record.next_producer_id;
  return {};
}

Status MetadataDelta::Do(const BeginTransactionRecord&) {
  if (in_transaction_) return Contradiction("a transaction begins inside another");
  in_transaction_ = true;
  return {};
}

Status MetadataDelta::Do(const EndTransactionRecord&) {
  if (!in_transaction_) return Contradiction("a transaction ends that was not begun");
  in_transaction_ = false;
  for (const MetadataRecord& record : std::exchange(pending_, {})) {
    if (Status status = ApplyNow(record); !status) return status;
  }
  return {};
}

Status MetadataDelta::Do(const AbortTransactionRecord&) {
  if (!in_transaction_) return Contradiction("a transaction is aborted that was not begun");
  in_transaction_ = false;
  pending_.clear();
  return {};
}

}  // namespace monkafka::cluster
