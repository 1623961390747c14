// Produce: a producer's batches and where they landed.
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

struct ProduceRequest {
  // Versions 0 to 2 carry older record formats.
  static constexpr Api api{ApiKey::kProduce, "Produce", 0, 13, /*flexible_from=*/9};

  struct Partition {
    int32_t index = 0;
    std::optional<MutableBytes> records;  // a view into the frame

    static void fields(auto& io, auto& m) {
      io(m.index);
      io(m.records);
      io.tags();
    }
  };

  struct Topic {
    std::string_view name;  // up to version 12
    Uuid topic_id;          // from version 13 on
    std::vector<Partition> partition_data;

    static void fields(auto& io, auto& m) {
      if (io.version <= 12) io(m.name);
      if (io.version >= 13) io(m.topic_id);
      io(m.partition_data);
      io.tags();
    }
  };

  std::optional<std::string_view> transactional_id;
  int16_t acks = 0;
  int32_t timeout_ms = 0;
  std::vector<Topic> topic_data;

  static void fields(auto& io, auto& m) {
    if (io.version >= 3) io(m.transactional_id);
    io(m.acks);
    io(m.timeout_ms);
    io(m.topic_data);
    io.tags();
  }
};

struct ProduceResponse {
  static constexpr Api api = ProduceRequest::api;

  struct BatchIndexAndErrorMessage {
    int32_t batch_index = 0;
    std::optional<std::string> batch_index_error_message;

    static void fields(auto& io, auto& m) {
      io(m.batch_index);
      io(m.batch_index_error_message);
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

  struct Partition {
    int32_t index = 0;
    ErrorCode error_code = ErrorCode::kNone;
    Offset base_offset = 0;
    TimestampMs log_append_time_ms = -1;
    Offset log_start_offset = -1;
    std::vector<BatchIndexAndErrorMessage> record_errors;
    std::optional<std::string> error_message;
    LeaderIdAndEpoch current_leader;

    static void fields(auto& io, auto& m) {
      io(m.index);
      io(m.error_code);
      io(m.base_offset);
      if (io.version >= 2) io(m.log_append_time_ms);
      if (io.version >= 5) io(m.log_start_offset);
      if (io.version >= 8) io(m.record_errors);
      if (io.version >= 8) io(m.error_message);
      io.tags(Tag{0, m.current_leader, io.version >= 10});
    }
  };

  struct Topic {
    std::string_view name;  // up to version 12
    Uuid topic_id;          // from version 13 on
    std::vector<Partition> partition_responses;

    static void fields(auto& io, auto& m) {
      if (io.version <= 12) io(m.name);
      if (io.version >= 13) io(m.topic_id);
      io(m.partition_responses);
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

  std::vector<Topic> responses;
  int32_t throttle_time_ms = 0;
  std::vector<NodeEndpoint> node_endpoints;

  static void fields(auto& io, auto& m) {
    io(m.responses);
    if (io.version >= 1) io(m.throttle_time_ms);
    io.tags(Tag{0, m.node_endpoints, io.version >= 10});
  }
};

}  // namespace monkafka::protocol
