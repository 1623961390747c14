#include "handlers/endpoints.h"

namespace monkafka::handlers {

const cluster::Endpoint* FindEndpoint(const cluster::MetadataImage& image, int32_t broker,
                                      std::string_view listener) {
  const auto found = image.brokers.find(broker);
  if (found == image.brokers.end() || found->second.fenced) return nullptr;
  for (const cluster::Endpoint& endpoint : found->second.endpoints) {
    if (endpoint.listener == listener) return &endpoint;
  }
  return nullptr;
}

Leader FindLeader(const cluster::TopicImage* topic, int32_t partition) {
  if (topic == nullptr || partition < 0 ||
      static_cast<size_t>(partition) >= topic->partitions.size()) {
    return {};
  }
  const cluster::PartitionImage& image = topic->partitions[static_cast<size_t>(partition)];
  return {image.leader, image.leader_epoch};
}

}  // namespace monkafka::handlers
