// Topics: create, delete, grow, delete records.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/types.h"
#include "protocol/api.h"
#include "protocol/tag.h"

namespace monkafka::protocol {

struct CreateTopicsRequest {
  static constexpr Api api{ApiKey::kCreateTopics, "CreateTopics", 0, 7, /*flexible_from=*/5};

  struct Assignment {
    int32_t partition_index = 0;
    std::vector<int32_t> broker_ids;

    static void fields(auto& io, auto& m) {
      io(m.partition_index);
      io(m.broker_ids);
      io.tags();
    }
  };

  struct Config {
    std::string_view name;
    std::optional<std::string_view> value;

    static void fields(auto& io, auto& m) {
      io(m.name);
      io(m.value);
      io.tags();
    }
  };

  struct Topic {
    std::string_view name;
    int32_t num_partitions = 0;      // -1: the broker's default, or given by assignments
    int16_t replication_factor = 0;  // likewise
    std::vector<Assignment> assignments;
    std::vector<Config> configs;

    static void fields(auto& io, auto& m) {
      io(m.name);
      io(m.num_partitions);
      io(m.replication_factor);
      io(m.assignments);
      io(m.configs);
      io.tags();
    }
  };

  std::vector<Topic> topics;
  int32_t timeout_ms = 60000;
  bool validate_only = false;

  static void fields(auto& io, auto& m) {
    io(m.topics);
    io(m.timeout_ms);
    if (io.version >= 1) io(m.validate_only);
    io.tags();
  }
};

struct CreateTopicsResponse {
  static constexpr Api api = CreateTopicsRequest::api;

  struct Config {
    std::string name;
    std::optional<std::string> value;
    bool read_only = false;
    int8_t config_source = -1;
    bool is_sensitive = false;

    static void fields(auto& io, auto& m) {
      io(m.name);
      io(m.value);
      io(m.read_only);
      io(m.config_source);
      io(m.is_sensitive);
      io.tags();
    }
  };

  struct Topic {
    std::string name;
    Uuid topic_id;
    ErrorCode error_code = ErrorCode::kNone;
    std::optional<std::string> error_message;
    ErrorCode topic_config_error_code = ErrorCode::kNone;
    int32_t num_partitions = -1;
    int16_t replication_factor = -1;
    std::optional<std::vector<Config>> configs = std::vector<Config>();

    static void fields(auto& io, auto& m) {
      io(m.name);
      if (io.version >= 7) io(m.topic_id);
      io(m.error_code);
      if (io.version >= 1) io(m.error_message);
      if (io.version >= 5) io(m.num_partitions);
      if (io.version >= 5) io(m.replication_factor);
      if (io.version >= 5) io(m.configs);
      io.tags(Tag{0, m.topic_config_error_code});
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

struct DeleteTopicsRequest {
  static constexpr Api api{ApiKey::kDeleteTopics, "DeleteTopics", 0, 6, /*flexible_from=*/4};

  struct Topic {
    std::optional<std::string_view> name;  // null: by topic_id
    Uuid topic_id;

    static void fields(auto& io, auto& m) {
      io(m.name);
      io(m.topic_id);
      io.tags();
    }
  };

  std::vector<Topic> topics;                  // from version 6 on
  std::vector<std::string_view> topic_names;  // up to version 5
  int32_t timeout_ms = 0;

  static void fields(auto& io, auto& m) {
    if (io.version >= 6) io(m.topics);
    if (io.version <= 5) io(m.topic_names);
    io(m.timeout_ms);
    io.tags();
  }
};

struct DeleteTopicsResponse {
  static constexpr Api api = DeleteTopicsRequest::api;

  struct Topic {
    std::optional<std::string> name;  // may be null from version 6 on
    Uuid topic_id;
    ErrorCode error_code = ErrorCode::kNone;
    std::optional<std::string> error_message;

    static void fields(auto& io, auto& m) {
      io.nullable(m.name, io.version >= 6);
      if (io.version >= 6) io(m.topic_id);
      io(m.error_code);
      if (io.version >= 5) io(m.error_message);
      io.tags();
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<Topic> responses;

  static void fields(auto& io, auto& m) {
    if (io.version >= 1) io(m.throttle_time_ms);
    io(m.responses);
    io.tags();
  }
};

struct CreatePartitionsRequest {
  static constexpr Api api{ApiKey::kCreatePartitions, "CreatePartitions", 0, 3,
                           /*flexible_from=*/2};

  struct Assignment {
    std::vector<int32_t> broker_ids;

    static void fields(auto& io, auto& m) {
      io(m.broker_ids);
      io.tags();
    }
  };

  struct Topic {
    std::string_view name;
    int32_t count = 0;  // of all partitions, the new ones included
    std::optional<std::vector<Assignment>> assignments = std::vector<Assignment>();

    static void fields(auto& io, auto& m) {
      io(m.name);
      io(m.count);
      io(m.assignments);
      io.tags();
    }
  };

  std::vector<Topic> topics;
  int32_t timeout_ms = 0;
  bool validate_only = false;

  static void fields(auto& io, auto& m) {
    io(m.topics);
    io(m.timeout_ms);
    io(m.validate_only);
    io.tags();
  }
};

struct CreatePartitionsResponse {
  static constexpr Api api = CreatePartitionsRequest::api;

  struct Topic {
    std::string name;
    ErrorCode error_code = ErrorCode::kNone;
    std::optional<std::string> error_message;

    static void fields(auto& io, auto& m) {
      io(m.name);
      io(m.error_code);
      io(m.error_message);
      io.tags();
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<Topic> results;

  static void fields(auto& io, auto& m) {
    io(m.throttle_time_ms);
    io(m.results);
    io.tags();
  }
};

struct DeleteRecordsRequest {
  static constexpr Api api{ApiKey::kDeleteRecords, "DeleteRecords", 0, 2, /*flexible_from=*/2};

  struct Partition {
    int32_t partition_index = 0;
    Offset offset = 0;  // -1: the high watermark

    static void fields(auto& io, auto& m) {
      io(m.partition_index);
      io(m.offset);
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

  std::vector<Topic> topics;
  int32_t timeout_ms = 0;

  static void fields(auto& io, auto& m) {
    io(m.topics);
    io(m.timeout_ms);
    io.tags();
  }
};

struct DeleteRecordsResponse {
  static constexpr Api api = DeleteRecordsRequest::api;

  struct Partition {
    int32_t partition_index = 0;
    Offset low_watermark = 0;
    ErrorCode error_code = ErrorCode::kNone;

    static void fields(auto& io, auto& m) {
      io(m.partition_index);
      io(m.low_watermark);
      io(m.error_code);
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
