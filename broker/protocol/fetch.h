// Fetch: record data from given offsets, with fetch sessions (KIP-227).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/bytes.h"
#include "common/types.h"
#include "protocol/api.h"
#include "protocol/tag.h"

namespace monkafka::protocol {

struct FetchRequest {
  // Versions 0 to 3 asked for older record formats; Kafka 4.0 removed them (KIP-896).
  static constexpr Api api{ApiKey::kFetch, "Fetch", 4, 18, /*flexible_from=*/12};

  struct ReplicaState {
    int32_t replica_id = -1;
    int64_t replica_epoch = -1;

    friend bool operator==(const ReplicaState&, const ReplicaState&) = default;
    static void fields(auto& io, auto& m) {
      io(m.replica_id);
      io(m.replica_epoch);
      io.tags();
    }
  };

  struct Partition {
    int32_t partition = 0;
    LeaderEpoch current_leader_epoch = -1;
    Offset fetch_offset = 0;
    LeaderEpoch last_fetched_epoch = -1;
    Offset log_start_offset = -1;
    int32_t partition_max_bytes = 0;
    Uuid replica_directory_id;
    Offset high_watermark = INT64_MAX;

    static void fields(auto& io, auto& m) {
      io(m.partition);
      if (io.version >= 9) io(m.current_leader_epoch);
      io(m.fetch_offset);
      if (io.version >= 12) io(m.last_fetched_epoch);
      if (io.version >= 5) io(m.log_start_offset);
      io(m.partition_max_bytes);
      io.tags(Tag{0, m.replica_directory_id, io.version >= 17},
              Tag{1, m.high_watermark, io.version >= 18, Offset{INT64_MAX}});
    }
  };

  struct Topic {
    std::string_view topic;  // up to version 12
    Uuid topic_id;           // from version 13 on
    std::vector<Partition> partitions;

    static void fields(auto& io, auto& m) {
      if (io.version <= 12) io(m.topic);
      if (io.version >= 13) io(m.topic_id);
      io(m.partitions);
      io.tags();
    }
  };

  struct ForgottenTopic {
    std::string_view topic;  // up to version 12
    Uuid topic_id;           // from version 13 on
    std::vector<int32_t> partitions;

    static void fields(auto& io, auto& m) {
      if (io.version <= 12) io(m.topic);
      if (io.version >= 13) io(m.topic_id);
      io(m.partitions);
      io.tags();
    }
  };

  std::optional<std::string_view> cluster_id;
  int32_t replica_id = -1;     // up to version 14
  ReplicaState replica_state;  // from version 15 on
  int32_t max_wait_ms = 0;
  int32_t min_bytes = 0;
  int32_t max_bytes = INT32_MAX;
  int8_t isolation_level = 0;  // 0 read_uncommitted, 1 read_committed
  int32_t session_id = 0;
  int32_t session_epoch = -1;
  std::vector<Topic> topics;
  std::vector<ForgottenTopic> forgotten_topics_data;
  std::string_view rack_id;

  static void fields(auto& io, auto& m) {
    if (io.version <= 14) io(m.replica_id);
    io(m.max_wait_ms);
    io(m.min_bytes);
    io(m.max_bytes);
    io(m.isolation_level);
    if (io.version >= 7) io(m.session_id);
    if (io.version >= 7) io(m.session_epoch);
    io(m.topics);
    if (io.version >= 7) io(m.forgotten_topics_data);
    if (io.version >= 11) io(m.rack_id);
    io.tags(Tag{0, m.cluster_id}, Tag{1, m.replica_state, io.version >= 15});
  }
};

struct FetchResponse {
  static constexpr Api api = FetchRequest::api;

  struct EpochEndOffset {
    LeaderEpoch epoch = -1;
    Offset end_offset = -1;

    friend bool operator==(const EpochEndOffset&, const EpochEndOffset&) = default;
    static void fields(auto& io, auto& m) {
      io(m.epoch);
      io(m.end_offset);
      io.tags();
    }
  };

  struct LeaderIdAndEpoch {
    int32_t leader_id = -1;
    LeaderEpoch leader_epoch = -1;

    friend bool operator==(const LeaderIdAndEpoch&, const LeaderIdAndEpoch&) = default;
    static void fields(auto& io, auto& m) {
      io(m.leader_id);
      io(m.leader_epoch);
      io.tags();
    }
  };

  struct SnapshotId {
    Offset end_offset = -1;
    LeaderEpoch epoch = -1;

    friend bool operator==(const SnapshotId&, const SnapshotId&) = default;
    static void fields(auto& io, auto& m) {
      io(m.end_offset);
      io(m.epoch);
      io.tags();
    }
  };

  struct AbortedTransaction {
    ProducerId producer_id = 0;
    Offset first_offset = 0;

    static void fields(auto& io, auto& m) {
      io(m.producer_id);
      io(m.first_offset);
      io.tags();
    }
  };

  struct Partition {
    int32_t partition_index = 0;
    ErrorCode error_code = ErrorCode::kNone;
    Offset high_watermark = 0;
    Offset last_stable_offset = -1;
    Offset log_start_offset = -1;
    EpochEndOffset diverging_epoch;
    LeaderIdAndEpoch current_leader;
    SnapshotId snapshot_id;
    std::optional<std::vector<AbortedTransaction>> aborted_transactions;
    int32_t preferred_read_replica = -1;
    std::optional<Payload> records;  // decoded: a view, one piece of memory

    static void fields(auto& io, auto& m) {
      io(m.partition_index);
      io(m.error_code);
      io(m.high_watermark);
      io(m.last_stable_offset);
      if (io.version >= 5) io(m.log_start_offset);
      io(m.aborted_transactions);
      if (io.version >= 11) io(m.preferred_read_replica);
      io(m.records);
      io.tags(Tag{0, m.diverging_epoch}, Tag{1, m.current_leader}, Tag{2, m.snapshot_id});
    }
  };

  struct Topic {
    std::string_view topic;  // up to version 12
    Uuid topic_id;           // from version 13 on
    std::vector<Partition> partitions;

    static void fields(auto& io, auto& m) {
      if (io.version <= 12) io(m.topic);
      if (io.version >= 13) io(m.topic_id);
      io(m.partitions);
      io.tags();
    }
  };

  struct NodeEndpoint {
    int32_t node_id = 0;
    std::string host;
    int32_t port = 0;
    std::optional<std::string> rack;

    friend bool operator==(const NodeEndpoint&, const NodeEndpoint&) = default;
    static void fields(auto& io, auto& m) {
      io(m.node_id);
      io(m.host);
      io(m.port);
      io(m.rack);
      io.tags();
    }
  };

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::kNone;
  int32_t session_id = 0;
  std::vector<Topic> responses;
  std::vector<NodeEndpoint> node_endpoints;

  static void fields(auto& io, auto& m) {
    io(m.throttle_time_ms);
    if (io.version >= 7) io(m.error_code);
    if (io.version >= 7) io(m.session_id);
    io(m.responses);
    io.tags(Tag{0, m.node_endpoints, io.version >= 16});
  }
};

}  // namespace monkafka::protocol
