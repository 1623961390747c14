// OffsetForLeaderEpoch: where a leader epoch ends, by which consumers find a truncation (KIP-320).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/types.h"
#include "protocol/api.h"

namespace monkafka::protocol {

struct OffsetForLeaderEpochRequest {
  static constexpr Api api{ApiKey::kOffsetForLeaderEpoch, "OffsetForLeaderEpoch", 0, 4,
                           /*flexible_from=*/4};

  struct Partition {
    int32_t partition = 0;
    LeaderEpoch current_leader_epoch = -1;
    LeaderEpoch leader_epoch = 0;

    static void fields(auto& io, auto& m) {
      io(m.partition);
      if (io.version >= 2) io(m.current_leader_epoch);
      io(m.leader_epoch);
      io.tags();
    }
  };

  struct Topic {
    std::string_view topic;
    std::vector<Partition> partitions;

    static void fields(auto& io, auto& m) {
      io(m.topic);
      io(m.partitions);
      io.tags();
    }
  };

  int32_t replica_id = -2;  // -1: a consumer
  std::vector<Topic> topics;

  static void fields(auto& io, auto& m) {
    if (io.version >= 3) io(m.replica_id);
    io(m.topics);
    io.tags();
  }
};

struct OffsetForLeaderEpochResponse {
  static constexpr Api api = OffsetForLeaderEpochRequest::api;

  struct Partition {
    ErrorCode error_code = ErrorCode::kNone;
    int32_t partition = 0;
    LeaderEpoch leader_epoch = -1;
    Offset end_offset = -1;

    static void fields(auto& io, auto& m) {
      io(m.error_code);
      io(m.partition);
      if (io.version >= 1) io(m.leader_epoch);
      io(m.end_offset);
      io.tags();
    }
  };

  struct Topic {
    std::string topic;
    std::vector<Partition> partitions;

    static void fields(auto& io, auto& m) {
      io(m.topic);
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
