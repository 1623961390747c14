// Producers: their ids, and what a partition remembers of them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/types.h"
#include "protocol/api.h"

namespace monkafka::protocol {

struct InitProducerIdRequest {
  static constexpr Api api{ApiKey::kInitProducerId, "InitProducerId", 0, 5, /*flexible_from=*/2};

  std::optional<std::string_view> transactional_id;
  int32_t transaction_timeout_ms = 0;
  ProducerId producer_id = -1;
  ProducerEpoch producer_epoch = -1;

  static void fields(auto& io, auto& m) {
    io(m.transactional_id);
    io(m.transaction_timeout_ms);
    if (io.version >= 3) io(m.producer_id);
    if (io.version >= 3) io(m.producer_epoch);
    io.tags();
  }
};

struct InitProducerIdResponse {
  static constexpr Api api = InitProducerIdRequest::api;

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::kNone;
  ProducerId producer_id = -1;
  ProducerEpoch producer_epoch = 0;

  static void fields(auto& io, auto& m) {
    io(m.throttle_time_ms);
    io(m.error_code);
    io(m.producer_id);
    io(m.producer_epoch);
    io.tags();
  }
};

struct DescribeProducersRequest {
  static constexpr Api api{ApiKey::kDescribeProducers, "DescribeProducers", 0, 0,
                           /*flexible_from=*/0};

  struct Topic {
    std::string_view name;
    std::vector<int32_t> partition_indexes;

    static void fields(auto& io, auto& m) {
      io(m.name);
      io(m.partition_indexes);
      io.tags();
    }
  };

  std::vector<Topic> topics;

  static void fields(auto& io, auto& m) {
    io(m.topics);
    io.tags();
  }
};

struct DescribeProducersResponse {
  static constexpr Api api = DescribeProducersRequest::api;

  struct Producer {
    ProducerId producer_id = 0;
    int32_t producer_epoch = 0;
    int32_t last_sequence = -1;
    TimestampMs last_timestamp = -1;
    int32_t coordinator_epoch = 0;
    Offset current_txn_start_offset = -1;

    static void fields(auto& io, auto& m) {
      io(m.producer_id);
      io(m.producer_epoch);
      io(m.last_sequence);
      io(m.last_timestamp);
      io(m.coordinator_epoch);
      io(m.current_txn_start_offset);
      io.tags();
    }
  };

  struct Partition {
    int32_t partition_index = 0;
    ErrorCode error_code = ErrorCode::kNone;
    std::optional<std::string> error_message;
    std::vector<Producer> active_producers;

    static void fields(auto& io, auto& m) {
      io(m.partition_index);
      io(m.error_code);
      io(m.error_message);
      io(m.active_producers);
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

  int32_t throttle_time_ms = 0;
  std::vector<Topic> topics;

  static void fields(auto& io, auto& m) {
    io(m.throttle_time_ms);
    io(m.topics);
    io.tags();
  }
};

}  // namespace monkafka::protocol
