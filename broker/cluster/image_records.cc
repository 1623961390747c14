#include "cluster/metadata_delta.h"

namespace monkafka::cluster {
namespace {

void AddFeatures(const MetadataImage& image, std::vector<MetadataRecord>& records) {
  // Whoever reads must know the metadata.version before anything else.
  const auto version = image.features.find(kMetadataVersionFeature);
  if (version != image.features.end()) {
    records.emplace_back(FeatureLevelRecord{version->first, version->second});
  }
  for (const auto& [name, level] : image.features) {
    if (name != kMetadataVersionFeature) records.emplace_back(FeatureLevelRecord{name, level});
  }
}

void AddBroker(const BrokerImage& broker, std::vector<MetadataRecord>& records) {
  RegisterBrokerRecord record;
  record.broker_id = broker.id;
  record.incarnation_id = broker.incarnation_id;
  record.broker_epoch = broker.epoch;
  for (const Endpoint& from : broker.endpoints) {
    record.end_points.push_back(
        {from.listener, from.host, static_cast<uint16_t>(from.port), from.security_protocol});
  }
  record.features.push_back(
      {std::string(kMetadataVersionFeature), kMinMetadataVersion, kMetadataVersion});
  if (!broker.rack.empty()) record.rack = broker.rack;
  record.fenced = broker.fenced;
  record.log_dirs = broker.log_dirs;
  records.emplace_back(std::move(record));
}

void AddTopic(const TopicImage& topic, std::vector<MetadataRecord>& records) {
  records.emplace_back(TopicRecord{topic.name, topic.id});
  for (size_t i = 0; i < topic.partitions.size(); ++i) {
    const PartitionImage& from = topic.partitions[i];
    PartitionRecord record;
    record.partition_id = static_cast<int32_t>(i);
    record.topic_id = topic.id;
    record.replicas = from.replicas;
    record.isr = from.isr;
    record.leader = from.leader;
    record.leader_epoch = from.leader_epoch;
    record.partition_epoch = from.partition_epoch;
    record.directories = from.directories;
    record.directories.resize(from.replicas.size(), kUnassignedDirectory);
    records.emplace_back(std::move(record));
  }
}

}  // namespace

std::vector<MetadataRecord> RecordsOf(const MetadataImage& image) {
  std::vector<MetadataRecord> records;
  AddFeatures(image, records);
  for (const auto& [id, broker] : image.brokers) AddBroker(broker, records);
  for (const auto& [name, topic] : image.topics) AddTopic(*topic, records);
  for (const auto& [resource, overrides] : image.configs) {
    for (const auto& [key, value] : overrides) {
      records.emplace_back(
          ConfigRecord{static_cast<int8_t>(resource.first), resource.second, key, value});
    }
  }
  if (image.next_producer_id > 0) {
    ProducerIdsRecord record;
    record.next_producer_id = image.next_producer_id;
    if (!image.brokers.empty()) {
      record.broker_id = image.brokers.begin()->first;
      record.broker_epoch = image.brokers.begin()->second.epoch;
    }
    records.emplace_back(std::move(record));
  }
  return records;
}

}  // namespace monkafka::cluster
