// The cluster as the admin service sees it. Threads: any; every method may wait a little for a lock
// and none for the disk or the network.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "admin/port/failure.h"

namespace monkafka::admin {

enum class Durability { kUnknown, kSynced, kWritten };

struct ClusterInfo {
  std::string cluster_id;
  int32_t controller_id = -1;
  int32_t node_id = -1;
  std::string version;
  std::string metadata_version;
  int64_t metadata_offset = -1;
  std::vector<std::string> log_directories;
  Durability durability = Durability::kUnknown;  // of the broker's own setting, not of each topic
  std::chrono::system_clock::time_point start_time;
  std::chrono::milliseconds uptime{0};
  int32_t topic_count = 0;
  int32_t partition_count = 0;
  int32_t offline_partition_count = 0;
  int32_t group_count = 0;
  int32_t connection_count = 0;
  int64_t size_bytes = 0;
  double records_per_second = 0;
  double bytes_per_second = 0;
};

struct ListenerInfo {
  std::string name;
  std::string security_protocol;
  std::string bind_host;  // empty, and port 0: not known to this broker
  int32_t bind_port = 0;
  std::string advertised_host;
  int32_t advertised_port = 0;
};

struct BrokerInfo {
  int32_t node_id = -1;
  std::string rack;
  bool fenced = false;
  std::vector<ListenerInfo> listeners;
  int64_t epoch = -1;
};

enum class HealthStatus { kOk, kWarning, kFailed };

struct HealthCheck {
  std::string name;  // a stable word
  HealthStatus status = HealthStatus::kOk;
  std::string message;
  std::string subject;
};

struct FeatureInfo {
  std::string name;
  int32_t min_supported_level = 0;
  int32_t max_supported_level = 0;
  int32_t finalized_level = 0;
};

struct ApiInfo {
  int32_t key = 0;
  std::string name;
  int32_t min_version = 0;
  int32_t max_version = 0;
};

class ClusterPort {
 public:
  virtual ~ClusterPort() = default;

  virtual Outcome<ClusterInfo> Info() = 0;
  virtual Outcome<std::vector<BrokerInfo>> Brokers() = 0;
  virtual Outcome<std::vector<HealthCheck>> CheckHealth() = 0;
  virtual Outcome<std::vector<FeatureInfo>> Features() = 0;
  virtual Outcome<std::vector<ApiInfo>> Apis() = 0;
};

}  // namespace monkafka::admin
