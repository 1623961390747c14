#include "services/partition_lookup.h"

namespace monkafka::services {
namespace {

// The usual case found it in the partition table; only the other one looks at the image.
ErrorCode WhyNotLed(const cluster::TopicImage* topic, int32_t partition, ErrorCode unknown_topic) {
  if (topic == nullptr) return unknown_topic;
  if (partition < 0 || static_cast<size_t>(partition) >= topic->partitions.size()) {
    return ErrorCode::kUnknownTopicOrPartition;
  }
  return ErrorCode::kNotLeaderOrFollower;
}

}  // namespace

LedPartition FindLed(const cluster::Cluster& cluster, std::string_view topic, int32_t partition) {
  if (auto found = cluster.FindPartition(topic, partition)) return found;
  const auto image = cluster.Image();
  return std::unexpected(
      WhyNotLed(image->FindTopic(topic), partition, ErrorCode::kUnknownTopicOrPartition));
}

LedPartition FindLed(const cluster::Cluster& cluster, const Uuid& topic_id, int32_t partition) {
  if (auto found = cluster.FindPartition(topic_id, partition)) return found;
  const auto image = cluster.Image();
  return std::unexpected(
      WhyNotLed(image->FindTopic(topic_id), partition, ErrorCode::kUnknownTopicId));
}

}  // namespace monkafka::services
