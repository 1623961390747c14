// Metadata: brokers, topics, partitions and their leaders.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/types.h"
#include "protocol/api.h"

namespace monkafka::protocol {

struct MetadataRequest {
  static constexpr Api api{ApiKey::kMetadata, "Metadata", 0, 13, /*flexible_from=*/9};

  struct Topic {
    Uuid topic_id;
    std::optional<std::string_view> name;  // null (from version 10 on): by topic_id

    static void fields(auto& io, auto& m) {
      if (io.version >= 10) io(m.topic_id);
      io.nullable(m.name, io.version >= 10);
      io.tags();
    }
  };

  // Null: all. In version 0 never null, and empty: all.
  std::optional<std::vector<Topic>> topics = std::vector<Topic>();
  bool allow_auto_topic_creation = true;
  bool include_cluster_authorized_operations = false;
  bool include_topic_authorized_operations = false;

  static void fields(auto& io, auto& m) {
    io.nullable(m.topics, io.version >= 1);
    if (io.version >= 4) io(m.allow_auto_topic_creation);
    if (io.version >= 8 && io.version <= 10) io(m.include_cluster_authorized_operations);
    if (io.version >= 8) io(m.include_topic_authorized_operations);
    io.tags();
  }
};

struct MetadataResponse {
  static constexpr Api api = MetadataRequest::api;

  struct Broker {
    int32_t node_id = 0;
    std::string host;
    int32_t port = 0;
    std::optional<std::string> rack;

    static void fields(auto& io, auto& m) {
      io(m.node_id);
      io(m.host);
      io(m.port);
      if (io.version >= 1) io(m.rack);
      io.tags();
    }
  };

  struct Partition {
    ErrorCode error_code = ErrorCode::kNone;
    int32_t partition_index = 0;
    int32_t leader_id = 0;
    LeaderEpoch leader_epoch = -1;
    std::vector<int32_t> replica_nodes;
    std::vector<int32_t> isr_nodes;
    std::vector<int32_t> offline_replicas;

    static void fields(auto& io, auto& m) {
      io(m.error_code);
      io(m.partition_index);
      io(m.leader_id);
      if (io.version >= 7) io(m.leader_epoch);
      io(m.replica_nodes);
      io(m.isr_nodes);
      if (io.version >= 5) io(m.offline_replicas);
      io.tags();
    }
  };

  struct Topic {
    ErrorCode error_code = ErrorCode::kNone;
    std::optional<std::string> name;  // null from version 12 on: the id asked for is unknown
    Uuid topic_id;
    bool is_internal = false;
    std::vector<Partition> partitions;
    int32_t topic_authorized_operations = INT32_MIN;

    static void fields(auto& io, auto& m) {
      io(m.error_code);
      io.nullable(m.name, io.version >= 12);
      if (io.version >= 10) io(m.topic_id);
      if (io.version >= 1) io(m.is_internal);
      io(m.partitions);
      if (io.version >= 8) io(m.topic_authorized_operations);
      io.tags();
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<Broker> brokers;
  std::optional<std::string> cluster_id;
  int32_t controller_id = -1;
  std::vector<Topic> topics;
  int32_t cluster_authorized_operations = INT32_MIN;
  ErrorCode error_code = ErrorCode::kNone;  // from version 13 on: REBOOTSTRAP_REQUIRED (KIP-1102)

  static void fields(auto& io, auto& m) {
    if (io.version >= 3) io(m.throttle_time_ms);
    io(m.brokers);
    if (io.version >= 2) io(m.cluster_id);
    if (io.version >= 1) io(m.controller_id);
    io(m.topics);
    if (io.version >= 8 && io.version <= 10) io(m.cluster_authorized_operations);
    if (io.version >= 13) io(m.error_code);
    io.tags();
  }
};

}  // namespace monkafka::protocol
