// __consumer_offsets in this broker's cluster.
#pragma once

#include <memory>

#include "cluster/cluster.h"
#include "groups/offsets_topic.h"

namespace monkafka::groups {

class ClusterOffsetsTopic final : public OffsetsTopic {
 public:
  // The cluster outlives this. Without `sync` an append completes when it is written, as acks=all
  // then does for every topic.
  explicit ClusterOffsetsTopic(const cluster::Cluster& cluster, bool sync = true)
      : cluster_(cluster), sync_(sync) {}

  size_t MaxBatchBytes(int32_t partition) const override;
  void Append(int32_t partition, std::vector<uint8_t> batch, Callback<Status> durable) override;
  void Read(int32_t partition, Offset from, int64_t max_bytes,
            Callback<Result<LogChunk>> done) override;

 private:
  std::shared_ptr<cluster::Partition> Find(int32_t partition) const;

  const cluster::Cluster& cluster_;
  const bool sync_;
};

}  // namespace monkafka::groups
