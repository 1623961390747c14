// Committed offsets of groups: commit, fetch, delete.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/types.h"
#include "protocol/api.h"

namespace monkafka::protocol {

struct OffsetCommitRequest {
  static constexpr Api api{ApiKey::kOffsetCommit, "OffsetCommit", 0, 10, /*flexible_from=*/8};

  struct Partition {
    int32_t partition_index = 0;
    Offset committed_offset = 0;
    LeaderEpoch committed_leader_epoch = -1;
    TimestampMs commit_timestamp = -1;  // version 1 alone
    std::optional<std::string_view> committed_metadata;

    static void fields(auto& io, auto& m) {
      io(m.partition_index);
      io(m.committed_offset);
      if (io.version >= 6) io(m.committed_leader_epoch);
      if (io.version == 1) io(m.commit_timestamp);
      io(m.committed_metadata);
      io.tags();
    }
  };

  struct Topic {
    std::string_view name;  // up to version 9
    Uuid topic_id;          // from version 10 on
    std::vector<Partition> partitions;

    static void fields(auto& io, auto& m) {
      if (io.version <= 9) io(m.name);
      if (io.version >= 10) io(m.topic_id);
      io(m.partitions);
      io.tags();
    }
  };

  std::string_view group_id;
  int32_t generation_id_or_member_epoch = -1;
  std::string_view member_id;
  std::optional<std::string_view> group_instance_id;
  int64_t retention_time_ms = -1;  // versions 2 to 4
  std::vector<Topic> topics;

  static void fields(auto& io, auto& m) {
    io(m.group_id);
    if (io.version >= 1) io(m.generation_id_or_member_epoch);
    if (io.version >= 1) io(m.member_id);
    if (io.version >= 7) io(m.group_instance_id);
    if (io.version >= 2 && io.version <= 4) io(m.retention_time_ms);
    io(m.topics);
    io.tags();
  }
};

struct OffsetCommitResponse {
  static constexpr Api api = OffsetCommitRequest::api;

  struct Partition {
    int32_t partition_index = 0;
    ErrorCode error_code = ErrorCode::kNone;

    static void fields(auto& io, auto& m) {
      io(m.partition_index);
      io(m.error_code);
      io.tags();
    }
  };

  struct Topic {
    std::string name;  // up to version 9
    Uuid topic_id;     // from version 10 on
    std::vector<Partition> partitions;

    static void fields(auto& io, auto& m) {
      if (io.version <= 9) io(m.name);
      if (io.version >= 10) io(m.topic_id);
      io(m.partitions);
      io.tags();
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<Topic> topics;

  static void fields(auto& io, auto& m) {
    if (io.version >= 3) io(m.throttle_time_ms);
    io(m.topics);
    io.tags();
  }
};

struct OffsetFetchRequest {
  static constexpr Api api{ApiKey::kOffsetFetch, "OffsetFetch", 0, 10, /*flexible_from=*/6};

  struct Topic {
    std::string_view name;  // up to version 9
    Uuid topic_id;          // from version 10 on
    std::vector<int32_t> partition_indexes;

    static void fields(auto& io, auto& m) {
      if (io.version <= 9) io(m.name);
      if (io.version >= 10) io(m.topic_id);
      io(m.partition_indexes);
      io.tags();
    }
  };

  struct Group {
    std::string_view group_id;
    std::optional<std::string_view> member_id;
    int32_t member_epoch = -1;
    std::optional<std::vector<Topic>> topics = std::vector<Topic>();  // null: all

    static void fields(auto& io, auto& m) {
      io(m.group_id);
      if (io.version >= 9) io(m.member_id);
      if (io.version >= 9) io(m.member_epoch);
      io(m.topics);
      io.tags();
    }
  };

  std::string_view group_id;  // this and topics up to version 7
  std::optional<std::vector<Topic>> topics = std::vector<Topic>();  // null (from version 2 on): all
  std::vector<Group> groups;                                        // from version 8 on
  bool require_stable = false;

  static void fields(auto& io, auto& m) {
    if (io.version <= 7) io(m.group_id);
    if (io.version <= 7) io.nullable(m.topics, io.version >= 2);
    if (io.version >= 8) io(m.groups);
    if (io.version >= 7) io(m.require_stable);
    io.tags();
  }
};

struct OffsetFetchResponse {
  static constexpr Api api = OffsetFetchRequest::api;

  struct Partition {
    int32_t partition_index = 0;
    Offset committed_offset = 0;
    LeaderEpoch committed_leader_epoch = -1;
    std::optional<std::string> metadata;
    ErrorCode error_code = ErrorCode::kNone;

    static void fields(auto& io, auto& m) {
      io(m.partition_index);
      io(m.committed_offset);
      if (io.version >= 5) io(m.committed_leader_epoch);
      io(m.metadata);
      io(m.error_code);
      io.tags();
    }
  };

  struct Topic {
    std::string name;  // up to version 9
    Uuid topic_id;     // from version 10 on
    std::vector<Partition> partitions;

    static void fields(auto& io, auto& m) {
      if (io.version <= 9) io(m.name);
      if (io.version >= 10) io(m.topic_id);
      io(m.partitions);
      io.tags();
    }
  };

  struct Group {
    std::string group_id;
    std::vector<Topic> topics;
    ErrorCode error_code = ErrorCode::kNone;

    static void fields(auto& io, auto& m) {
      io(m.group_id);
      io(m.topics);
      io(m.error_code);
      io.tags();
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<Topic> topics;  // this and error_code up to version 7
  ErrorCode error_code = ErrorCode::kNone;
  std::vector<Group> groups;  // from version 8 on

  static void fields(auto& io, auto& m) {
    if (io.version >= 3) io(m.throttle_time_ms);
    if (io.version <= 7) io(m.topics);
    if (io.version >= 2 && io.version <= 7) io(m.error_code);
    if (io.version >= 8) io(m.groups);
    io.tags();
  }
};

struct OffsetDeleteRequest {
  static constexpr Api api{ApiKey::kOffsetDelete, "OffsetDelete", 0, 0, kNeverFlexible};

  struct Partition {
    int32_t partition_index = 0;

    static void fields(auto& io, auto& m) { io(m.partition_index); }
  };

  struct Topic {
    std::string_view name;
    std::vector<Partition> partitions;

    static void fields(auto& io, auto& m) {
      io(m.name);
      io(m.partitions);
    }
  };

  std::string_view group_id;
  std::vector<Topic> topics;

  static void fields(auto& io, auto& m) {
    io(m.group_id);
    io(m.topics);
  }
};

struct OffsetDeleteResponse {
  static constexpr Api api = OffsetDeleteRequest::api;

  struct Partition {
    int32_t partition_index = 0;
    ErrorCode error_code = ErrorCode::kNone;

    static void fields(auto& io, auto& m) {
      io(m.partition_index);
      io(m.error_code);
    }
  };

  struct Topic {
    std::string name;
    std::vector<Partition> partitions;

    static void fields(auto& io, auto& m) {
      io(m.name);
      io(m.partitions);
    }
  };

  ErrorCode error_code = ErrorCode::kNone;
  int32_t throttle_time_ms = 0;
  std::vector<Topic> topics;

  static void fields(auto& io, auto& m) {
    io(m.error_code);
    io(m.throttle_time_ms);
    io(m.topics);
  }
};

}  // namespace monkafka::protocol
