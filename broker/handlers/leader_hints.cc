#include "handlers/leader_hints.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "handlers/endpoints.h"

namespace monkafka::handlers {
namespace {

using protocol::FetchResponse;
using protocol::ProduceResponse;

auto& PartitionsOf(ProduceResponse::Topic& topic) { return topic.partition_responses; }
auto& PartitionsOf(FetchResponse::Topic& topic) { return topic.partitions; }
int32_t IndexOf(const ProduceResponse::Partition& partition) { return partition.index; }
int32_t IndexOf(const FetchResponse::Partition& partition) { return partition.partition_index; }

bool IsWrongLeader(ErrorCode error) {
  return error == ErrorCode::kNotLeaderOrFollower || error == ErrorCode::kFencedLeaderEpoch;
}

std::string_view NameOf(const ProduceResponse::Topic& topic) { return topic.name; }
std::string_view NameOf(const FetchResponse::Topic& topic) { return topic.topic; }

template <class Response>
void AddEndpoint(const cluster::MetadataImage& image, std::string_view listener, int32_t broker,
                 Response& response) {
  if (std::ranges::any_of(response.node_endpoints,
                          [&](const auto& node) { return node.node_id == broker; })) {
    return;
  }
  const cluster::Endpoint* endpoint = FindEndpoint(image, broker, listener);
  if (endpoint == nullptr) return;
  const std::string& rack = image.brokers.at(broker).rack;
  response.node_endpoints.push_back(
      {broker, endpoint->host, endpoint->port,
       rack.empty() ? std::nullopt : std::optional<std::string>(rack)});
}

template <class Response>
void Add(const cluster::Cluster& cluster, std::string_view listener, Response& response) {
  std::shared_ptr<const cluster::MetadataImage> image;  // looked at only when there is an error
  for (auto& topic : response.responses) {
    for (auto& partition : PartitionsOf(topic)) {
      if (!IsWrongLeader(partition.error_code)) continue;
      if (!image) image = cluster.Image();
      const cluster::TopicImage* found = topic.topic_id.IsZero() ? image->FindTopic(NameOf(topic))
                                                                 : image->FindTopic(topic.topic_id);
      const Leader leader = FindLeader(found, IndexOf(partition));
      partition.current_leader = {leader.id, leader.epoch};
      AddEndpoint(*image, listener, leader.id, response);
    }
  }
}

}  // namespace

void AddLeaderHints(const cluster::Cluster& cluster, std::string_view listener,
                    ProduceResponse& response) {
  Add(cluster, listener, response);
}

void AddLeaderHints(const cluster::Cluster& cluster, std::string_view listener,
                    FetchResponse& response) {
  Add(cluster, listener, response);
}

}  // namespace monkafka::handlers
