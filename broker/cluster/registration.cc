#include "cluster/registration.h"

#include <algorithm>

#include "common/log.h"

namespace monkafka::cluster {
namespace {

bool IsRegistered(const ClusterOptions& options, const MetadataImage& image) {
  const auto found = image.brokers.find(options.node_id);
  if (found == image.brokers.end()) return false;
  const BrokerImage& broker = found->second;
  return !broker.fenced && broker.endpoints == options.advertised && broker.rack == options.rack &&
         broker.log_dirs == std::vector{options.directory_id};
}

RegisterBrokerRecord Registration(const ClusterOptions& options, Offset offset) {
  RegisterBrokerRecord record;
  record.broker_id = options.node_id;
  record.incarnation_id = Uuid::Random();
  record.broker_epoch = offset;
  for (const Endpoint& from : options.advertised) {
    record.end_points.push_back(
        {from.listener, from.host, static_cast<uint16_t>(from.port), from.security_protocol});
  }
  record.features.push_back(
      {std::string(kMetadataVersionFeature), kMinMetadataVersion, kMetadataVersion});
  if (!options.rack.empty()) record.rack = options.rack;
  record.fenced = false;
  record.log_dirs = {options.directory_id};
  return record;
}

// Kafka leaves partitions without a leader when their only replica shuts down. Those that were led
// by this broker begin another epoch, too: by it readers find out what a crash took from the end of
// a log (KIP-320).
void AddElections(const ClusterOptions& options, const MetadataImage& image,
                  std::vector<MetadataRecord>& records) {
  for (const auto& [name, topic] : image.topics) {
    for (size_t i = 0; i < topic->partitions.size(); ++i) {
      const PartitionImage& partition = topic->partitions[i];
      const bool in_sync = std::ranges::find(partition.isr, options.node_id) != partition.isr.end();
      const bool led_by_another = partition.leader >= 0 && partition.leader != options.node_id;
      if (led_by_another || !in_sync) continue;
      PartitionChangeRecord record;
      record.partition_id = static_cast<int32_t>(i);
      record.topic_id = topic->id;
      record.leader = options.node_id;
      records.emplace_back(std::move(record));
    }
  }
}

}  // namespace

std::vector<MetadataRecord> StartRecords(const ClusterOptions& options, const MetadataImage& image,
                                         Offset next_offset) {
  std::vector<MetadataRecord> records;
  const auto version = image.features.find(kMetadataVersionFeature);
  if (version == image.features.end() || version->second < kMetadataVersion) {
    if (version != image.features.end()) {
      LogInfo("metadata.version goes from {} to {}", version->second, kMetadataVersion);
    }
    records.emplace_back(
        FeatureLevelRecord{std::string(kMetadataVersionFeature), kMetadataVersion});
  }
  if (!IsRegistered(options, image)) {
    const Offset offset = next_offset + static_cast<Offset>(records.size());
    records.emplace_back(Registration(options, offset));
  }
  AddElections(options, image, records);
  return records;
}

}  // namespace monkafka::cluster
