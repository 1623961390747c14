// ListOffsets: offsets by timestamp, or one of the special positions (-1 latest, -2 earliest,
// -3 max timestamp, -4 earliest local, -5 latest tiered).
#pragma once

#include <string_view>
#include <vector>

#include "common/types.h"
#include "protocol/api.h"

namespace monkafka::protocol {

struct ListOffsetsRequest {
  static constexpr Api api{ApiKey::kListOffsets, "ListOffsets", 0, 11, /*flexible_from=*/6};

  struct Partition {
    int32_t partition_index = 0;
    LeaderEpoch current_leader_epoch = -1;
    TimestampMs timestamp = 0;
    int32_t max_num_offsets = 1;  // version 0 alone

    static void fields(auto& io, auto& m) {
      io(m.partition_index);
      if (io.version >= 4) io(m.current_leader_epoch);
      io(m.timestamp);
      if (io.version == 0) io(m.max_num_offsets);
      io.tags();
    }
  };

  struct Topic {
    std::string_view name;
    std::vector<Partition> partitions;

    static void fields(auto& io, auto& m) {
      io(m.name);
      io(m.partitions);
      io.tags();
    }
  };

  int32_t replica_id = 0;  // -1: a consumer
  int8_t isolation_level = 0;
  std::vector<Topic> topics;
  int32_t timeout_ms = 0;

  static void fields(auto& io, auto& m) {
    io(m.replica_id);
    if (io.version >= 2) io(m.isolation_level);
    io(m.topics);
    if (io.version >= 10) io(m.timeout_ms);
    io.tags();
  }
};

struct ListOffsetsResponse {
  static constexpr Api api = ListOffsetsRequest::api;

  struct Partition {
    int32_t partition_index = 0;
    ErrorCode error_code = ErrorCode::kNone;
    std::vector<int64_t> old_style_offsets;  // version 0 alone
    TimestampMs timestamp = -1;
    Offset offset = -1;
    LeaderEpoch leader_epoch = -1;

    static void fields(auto& io, auto& m) {
      io(m.partition_index);
      io(m.error_code);
      if (io.version == 0) io(m.old_style_offsets);
      if (io.version >= 1) io(m.timestamp);
      if (io.version >= 1) io(m.offset);
      if (io.version >= 4) io(m.leader_epoch);
      io.tags();
    }
  };

  struct Topic {
    std::string_view name;
    std::vector<Partition> partitions;

    static void fields(auto& io, auto& m) {
      io(m.name);
      io(m.partitions);
      io.tags();
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<Topic> topics;

  static void fields(auto& io, auto& m) {
    if (io.version >= 2) io(m.throttle_time_ms);
    io(m.topics);
    io.tags();
  }
};

}  // namespace monkafka::protocol
