// A small cluster with topics for tests of the data path.
#pragma once

#include <string>
#include <utility>

#include "fakes/fake_cluster.h"
#include "fakes/manual_executor.h"

namespace monkafka::services {

// The id that CreateTopic gives.
inline Uuid TopicId(uint8_t number) { return Uuid{{number}}; }

constexpr LeaderEpoch kTestEpoch = 5;

inline void CreateTopic(fakes::FakeCluster& cluster, const std::string& name, const Uuid& id,
                        int32_t partitions = 1, int32_t leader = fakes::FakeCluster::kNodeId) {
  std::vector<cluster::MetadataRecord> records{cluster::TopicRecord{name, id}};
  for (int32_t i = 0; i < partitions; ++i) {
    cluster::PartitionRecord partition;
    partition.partition_id = i;
    partition.topic_id = id;
    partition.replicas = {leader};
    partition.isr = {leader};
    partition.leader = leader;
    partition.leader_epoch = kTestEpoch;
    partition.partition_epoch = 0;
    records.emplace_back(std::move(partition));
  }
  cluster.Apply(records);
}

inline void DeleteTopic(fakes::FakeCluster& cluster, const Uuid& id) {
  cluster.Apply({cluster::RemoveTopicRecord{id}});
}

}  // namespace monkafka::services
