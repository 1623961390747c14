// The cluster as tools see it: brokers, log directories, topics a page at a time.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/types.h"
#include "protocol/api.h"

namespace monkafka::protocol {

struct DescribeClusterRequest {
  static constexpr Api api{ApiKey::kDescribeCluster, "DescribeCluster", 0, 2, /*flexible_from=*/0};

  bool include_cluster_authorized_operations = false;
  int8_t endpoint_type = 1;  // 1 brokers, 2 controllers
  bool include_fenced_brokers = false;

  static void fields(auto& io, auto& m) {
    io(m.include_cluster_authorized_operations);
    if (io.version >= 1) io(m.endpoint_type);
    if (io.version >= 2) io(m.include_fenced_brokers);
    io.tags();
  }
};

struct DescribeClusterResponse {
  static constexpr Api api = DescribeClusterRequest::api;

  struct Broker {
    int32_t broker_id = 0;
    std::string host;
    int32_t port = 0;
    std::optional<std::string> rack;
    bool is_fenced = false;

    static void fields(auto& io, auto& m) {
      io(m.broker_id);
      io(m.host);
      io(m.port);
      io(m.rack);
      if (io.version >= 2) io(m.is_fenced);
      io.tags();
    }
  };

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::kNone;
  std::optional<std::string> error_message;
  int8_t endpoint_type = 1;
  std::string cluster_id;
  int32_t controller_id = -1;
  std::vector<Broker> brokers;
  int32_t cluster_authorized_operations = INT32_MIN;

  static void fields(auto& io, auto& m) {
    io(m.throttle_time_ms);
    io(m.error_code);
    io(m.error_message);
    if (io.version >= 1) io(m.endpoint_type);
    io(m.cluster_id);
    io(m.controller_id);
    io(m.brokers);
    io(m.cluster_authorized_operations);
    io.tags();
  }
};

struct DescribeLogDirsRequest {
  static constexpr Api api{ApiKey::kDescribeLogDirs, "DescribeLogDirs", 0, 5, /*flexible_from=*/2};

  struct Topic {
    std::string_view topic;
    std::vector<int32_t> partitions;

    static void fields(auto& io, auto& m) {
      io(m.topic);
      io(m.partitions);
      io.tags();
    }
  };

  std::optional<std::vector<Topic>> topics = std::vector<Topic>();  // null: all

  static void fields(auto& io, auto& m) {
    io(m.topics);
    io.tags();
  }
};

struct DescribeLogDirsResponse {
  static constexpr Api api = DescribeLogDirsRequest::api;

  struct Partition {
    int32_t partition_index = 0;
    int64_t partition_size = 0;  // bytes
    int64_t offset_lag = 0;
    bool is_future_key = false;

    static void fields(auto& io, auto& m) {
      io(m.partition_index);
      io(m.partition_size);
      io(m.offset_lag);
      io(m.is_future_key);
      io.tags();
    }
  };

  struct Topic {
    std::string name;
    std::vector<Partition> partitions;

    static void fields(auto& io, auto& m) {
      io(m.name);
      io(m.partitions);
      io.tags();
    }
  };

  struct LogDir {
    ErrorCode error_code = ErrorCode::kNone;
    std::string log_dir;
    std::vector<Topic> topics;
    int64_t total_bytes = -1;
    int64_t usable_bytes = -1;
    bool is_cordoned = false;

    static void fields(auto& io, auto& m) {
      io(m.error_code);
      io(m.log_dir);
      io(m.topics);
      if (io.version >= 4) io(m.total_bytes);
      if (io.version >= 4) io(m.usable_bytes);
      if (io.version >= 5) io(m.is_cordoned);
      io.tags();
    }
  };

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::kNone;
  std::vector<LogDir> results;

  static void fields(auto& io, auto& m) {
    io(m.throttle_time_ms);
    if (io.version >= 3) io(m.error_code);
    io(m.results);
    io.tags();
  }
};

// Outside of its message, as clang cannot construct the content of an optional<Nested> whose
// defaults are not known before the message's struct ends.
struct TopicPartitionsRequestCursor {
  std::string_view topic_name;
  int32_t partition_index = 0;

  static void fields(auto& io, auto& m) {
    io(m.topic_name);
    io(m.partition_index);
    io.tags();
  }
};

struct DescribeTopicPartitionsRequest {
  static constexpr Api api{ApiKey::kDescribeTopicPartitions, "DescribeTopicPartitions", 0, 0,
                           /*flexible_from=*/0};

  using Cursor = TopicPartitionsRequestCursor;

  struct Topic {
    std::string_view name;

    static void fields(auto& io, auto& m) {
      io(m.name);
      io.tags();
    }
  };

  std::vector<Topic> topics;
  int32_t response_partition_limit = 2000;
  std::optional<Cursor> cursor;

  static void fields(auto& io, auto& m) {
    io(m.topics);
    io(m.response_partition_limit);
    io(m.cursor);
    io.tags();
  }
};

struct TopicPartitionsResponseCursor {
  std::string topic_name;
  int32_t partition_index = 0;

  static void fields(auto& io, auto& m) {
    io(m.topic_name);
    io(m.partition_index);
    io.tags();
  }
};

struct DescribeTopicPartitionsResponse {
  static constexpr Api api = DescribeTopicPartitionsRequest::api;

  using Cursor = TopicPartitionsResponseCursor;

  struct Partition {
    ErrorCode error_code = ErrorCode::kNone;
    int32_t partition_index = 0;
    int32_t leader_id = 0;
    LeaderEpoch leader_epoch = -1;
    std::vector<int32_t> replica_nodes;
    std::vector<int32_t> isr_nodes;
    std::optional<std::vector<int32_t>> eligible_leader_replicas;
    std::optional<std::vector<int32_t>> last_known_elr;
    std::vector<int32_t> offline_replicas;

    static void fields(auto& io, auto& m) {
      io(m.error_code);
      io(m.partition_index);
      io(m.leader_id);
      io(m.leader_epoch);
      io(m.replica_nodes);
      io(m.isr_nodes);
      io(m.eligible_leader_replicas);
      io(m.last_known_elr);
      io(m.offline_replicas);
      io.tags();
    }
  };

  struct Topic {
    ErrorCode error_code = ErrorCode::kNone;
    std::optional<std::string> name;
    Uuid topic_id;
    bool is_internal = false;
    std::vector<Partition> partitions;
    int32_t topic_authorized_operations = INT32_MIN;

    static void fields(auto& io, auto& m) {
      io(m.error_code);
      io(m.name);
      io(m.topic_id);
      io(m.is_internal);
      io(m.partitions);
      io(m.topic_authorized_operations);
      io.tags();
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<Topic> topics;
  std::optional<Cursor> next_cursor;

  static void fields(auto& io, auto& m) {
    io(m.throttle_time_ms);
    io(m.topics);
    io(m.next_cursor);
    io.tags();
  }
};

}  // namespace monkafka::protocol
