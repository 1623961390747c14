// What is wrong with this broker, if anything: the disk, logs that went offline, shards of the
// group coordinator that cannot answer.
//
// Threads: any. Lifetime: what the service is given outlives it and every answer.
#pragma once

#include <string>
#include <vector>

#include "cluster/cluster.h"
#include "common/executor.h"
#include "groups/group_coordinator.h"
#include "storage/log_manager.h"

namespace monkafka::services {

enum class HealthLevel { kOk, kWarning, kFailed };

struct HealthFinding {
  std::string subject;  // "orders-3", a directory
  std::string message;  // what is wrong, and what to do
  HealthLevel level = HealthLevel::kFailed;
};

struct HealthCheck {
  std::string name = {};                 // "disk", "partitions", "coordinator"
  std::string message = {};              // what was found, in a sentence
  HealthLevel level = HealthLevel::kOk;  // of the worst finding
  std::vector<HealthFinding> findings = {};
};

// Less usable space than this is a warning, and a failure: fractions of the volume.
inline constexpr double kLowDiskFraction = 0.10;
inline constexpr double kFullDiskFraction = 0.02;

HealthCheck CheckDisk(const std::string& directory,
                      const Result<std::pair<int64_t, int64_t>>& total_and_usable_bytes);
// Logs that failed to sync, could not be read or written, or were damaged.
HealthCheck CheckPartitions(const std::vector<std::shared_ptr<cluster::Partition>>& partitions);
// Whether every partition of __consumer_offsets can answer for its groups.
HealthCheck CheckCoordinator(const std::vector<groups::PartitionStatus>& statuses);

class HealthService {
 public:
  HealthService(const cluster::Cluster& cluster, const storage::LogManager& logs,
                groups::GroupCoordinator& coordinator)
      : cluster_(cluster), logs_(logs), coordinator_(coordinator) {}

  // `done` runs inline or on a shard's strand.
  void Check(Callback<std::vector<HealthCheck>> done);

 private:
  const cluster::Cluster& cluster_;
  const storage::LogManager& logs_;
  groups::GroupCoordinator& coordinator_;
};

}  // namespace monkafka::services
