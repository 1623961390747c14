// The admin service's offsets over the partitions' logs.
#pragma once

#include <string>
#include <vector>

#include "admin/port/offsets.h"
#include "cluster/cluster.h"
#include "services/topic_service.h"

namespace monkafka::app {

class AdminOffsets final : public admin::OffsetsPort {
 public:
  // Both outlive it.
  AdminOffsets(cluster::Cluster& cluster, const services::TopicService& topics)
      : cluster_(cluster), topics_(topics) {}

  admin::Outcome<std::vector<admin::PartitionOffsets>> Snapshot(
      const std::vector<std::string>& topics) override;
  admin::Outcome<std::vector<admin::FoundOffset>> Find(const std::string& topic,
                                                       const std::vector<int32_t>& partitions,
                                                       admin::OffsetSpec spec, int64_t timestamp_ms,
                                                       std::stop_token stop) override;

 private:
  void AddTopic(const cluster::TopicImage& topic,
                std::vector<admin::PartitionOffsets>& offsets) const;

  cluster::Cluster& cluster_;
  const services::TopicService& topics_;
};

}  // namespace monkafka::app
