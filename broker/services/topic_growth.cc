#include "services/topic_growth.h"

#include <fmt/core.h>

#include <utility>

#include "services/etag.h"
#include "services/topic_creation.h"

namespace monkafka::services {
namespace {

using cluster::MetadataImage;
using Records = std::vector<cluster::MetadataRecord>;

Result<std::vector<std::vector<int32_t>>> AddedReplicas(const MetadataImage& image,
                                                        const MorePartitions& request,
                                                        int32_t current, size_t factor) {
  const int32_t added = request.count - current;
  if (!request.assignments) {
    return PlaceReplicas(image, current, added, static_cast<int16_t>(factor));
  }
  if (request.assignments->size() != static_cast<size_t>(added)) {
    return Fail(ErrorCode::kInvalidReplicaAssignment,
                fmt::format("Attempted to add {} additional partition(s), but only {} "
                            "assignment(s) were specified.",
                            added, request.assignments->size()));
  }
  for (const auto& brokers : *request.assignments) {
    Status status = ValidateAssignment(image, brokers, factor);
    if (!status) return Forward(std::move(status));
  }
  return *request.assignments;
}

}  // namespace

std::unexpected<Error> TooManyPartitions() {
  return Fail(ErrorCode::kPolicyViolation, "Excessively large number of partitions per request.");
}

Result<Records> GrowTopic(const MetadataImage& image, const MorePartitions& request) {
  const cluster::TopicImage* topic = image.FindTopic(request.name);
  if (topic == nullptr) {
    return Fail(ErrorCode::kUnknownTopicOrPartition,
                "This server does not host this topic-partition.");
  }
  if (Status same = CheckEtag(request.etag, TopicEtag(image, *topic)); !same) {
    return Forward(std::move(same));
  }
  const auto current = static_cast<int32_t>(topic->partitions.size());
  if (request.count == current) {
    return Fail(ErrorCode::kInvalidPartitions,
                fmt::format("Topic already has {} partition(s).", current));
  }
  if (request.count < current) {
    return Fail(ErrorCode::kInvalidPartitions,
                fmt::format("The topic {} currently has {} partition(s); {} would not be an "
                            "increase.",
                            request.name, current, request.count));
  }
  const int32_t added = request.count - current;
  if (static_cast<size_t>(added) > kMaxRecordsPerRequest) return TooManyPartitions();
  const size_t factor = topic->partitions.front().replicas.size();
  auto replicas = AddedReplicas(image, request, current, factor);
  if (!replicas) return Forward(std::move(replicas));
  Records records;
  for (int32_t i = 0; i < added; ++i) {
    records.emplace_back(
        NewPartition(image, topic->id, current + i, (*replicas)[static_cast<size_t>(i)]));
  }
  return records;
}

}  // namespace monkafka::services
