// How Metadata and DescribeTopicPartitions tell a partition's state; their structs agree in these
// fields.
#pragma once

#include <algorithm>
#include <string_view>

#include "handlers/endpoints.h"

namespace monkafka::handlers {

// LEADER_NOT_AVAILABLE, or `no_listener` when the leader cannot be reached by this listener.
template <class Partition>
Partition DescribePartition(const cluster::MetadataImage& image, std::string_view listener,
                            const cluster::PartitionImage& state, int32_t index,
                            ErrorCode no_listener) {
  Partition partition;
  partition.partition_index = index;
  partition.leader_id = state.leader;
  partition.leader_epoch = state.leader_epoch;
  partition.replica_nodes = state.replicas;
  partition.isr_nodes = state.isr;
  for (const int32_t replica : state.replicas) {
    const auto broker = image.brokers.find(replica);
    if (broker == image.brokers.end() || broker->second.fenced) {
      partition.offline_replicas.push_back(replica);
    }
  }
  if (FindEndpoint(image, state.leader, listener) == nullptr) {
    const bool gone = !image.brokers.contains(state.leader) ||
                      std::ranges::count(partition.offline_replicas, state.leader) > 0;
    partition.error_code = gone ? ErrorCode::kLeaderNotAvailable : no_listener;
    partition.leader_id = -1;
  }
  return partition;
}

}  // namespace monkafka::handlers
