// The partitions of a running broker, for inspection.
#pragma once

#include "app/admin/segment_source.h"
#include "cluster/cluster.h"
#include "storage/log_manager.h"

namespace monkafka::app {

// With the metadata log, which is no topic. All referred to outlives it.
class LiveSegments final : public SegmentSource {
 public:
  LiveSegments(const cluster::Cluster& cluster, storage::LogManager& logs,
               storage::FileSystem& file_system)
      : cluster_(cluster), logs_(logs), file_system_(file_system) {}

  Result<std::vector<TopicPartition>> Partitions(const std::string& topic) const override;
  Result<Partition> Open(const TopicPartition& tp) const override;
  const std::string& directory() const override { return logs_.directory(); }
  storage::FileSystem& file_system() const override { return file_system_; }

 private:
  const cluster::Cluster& cluster_;
  storage::LogManager& logs_;
  storage::FileSystem& file_system_;
};

}  // namespace monkafka::app
