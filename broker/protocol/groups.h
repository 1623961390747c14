// Consumer groups, the classic protocol: finding the coordinator, membership, description.
//
// Members' metadata and assignments are opaque bytes here. Requests refer to the frame; responses
// own theirs, since they are built from the coordinator's state and may outlive it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/bytes.h"
#include "common/types.h"
#include "protocol/api.h"

namespace monkafka::protocol {

struct FindCoordinatorRequest {
  static constexpr Api api{ApiKey::kFindCoordinator, "FindCoordinator", 0, 6, /*flexible_from=*/3};

  std::string_view key;                            // up to version 3
  int8_t key_type = 0;                             // 0 group, 1 transaction, 2 share group
  std::vector<std::string_view> coordinator_keys;  // from version 4 on

  static void fields(auto& io, auto& m) {
    if (io.version <= 3) io(m.key);
    if (io.version >= 1) io(m.key_type);
    if (io.version >= 4) io(m.coordinator_keys);
    io.tags();
  }
};

struct FindCoordinatorResponse {
  static constexpr Api api = FindCoordinatorRequest::api;

  struct Coordinator {
    std::string key;
    int32_t node_id = 0;
    std::string host;
    int32_t port = 0;
    ErrorCode error_code = ErrorCode::kNone;
    std::optional<std::string> error_message;

    static void fields(auto& io, auto& m) {
      io(m.key);
      io(m.node_id);
      io(m.host);
      io(m.port);
      io(m.error_code);
      io(m.error_message);
      io.tags();
    }
  };

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::kNone;  // this and the next four up to version 3
  std::optional<std::string> error_message;
  int32_t node_id = 0;
  std::string host;
  int32_t port = 0;
  std::vector<Coordinator> coordinators;  // from version 4 on

  static void fields(auto& io, auto& m) {
    if (io.version >= 1) io(m.throttle_time_ms);
    if (io.version <= 3) {
      io(m.error_code);
      if (io.version >= 1) io(m.error_message);
      io(m.node_id);
      io(m.host);
      io(m.port);
    } else {
      io(m.coordinators);
    }
    io.tags();
  }
};

struct JoinGroupRequest {
  static constexpr Api api{ApiKey::kJoinGroup, "JoinGroup", 0, 9, /*flexible_from=*/6};

  struct Protocol {
    std::string_view name;
    Bytes metadata;

    static void fields(auto& io, auto& m) {
      io(m.name);
      io(m.metadata);
      io.tags();
    }
  };

  std::string_view group_id;
  int32_t session_timeout_ms = 0;
  int32_t rebalance_timeout_ms = -1;  // version 0 has none: the session timeout stands for it
  std::string_view member_id;
  std::optional<std::string_view> group_instance_id;
  std::string_view protocol_type;
  std::vector<Protocol> protocols;
  std::optional<std::string_view> reason;

  static void fields(auto& io, auto& m) {
    io(m.group_id);
    io(m.session_timeout_ms);
    if (io.version >= 1) io(m.rebalance_timeout_ms);
    io(m.member_id);
    if (io.version >= 5) io(m.group_instance_id);
    io(m.protocol_type);
    io(m.protocols);
    if (io.version >= 8) io(m.reason);
    io.tags();
  }
};

struct JoinGroupResponse {
  static constexpr Api api = JoinGroupRequest::api;

  struct Member {
    std::string member_id;
    std::optional<std::string> group_instance_id;
    std::vector<uint8_t> metadata;

    static void fields(auto& io, auto& m) {
      io(m.member_id);
      if (io.version >= 5) io(m.group_instance_id);
      io(m.metadata);
      io.tags();
    }
  };

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::kNone;
  int32_t generation_id = -1;
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol_name;  // null is written as "" before version 7
  std::string leader;
  bool skip_assignment = false;
  std::string member_id;
  std::vector<Member> members;

  static void fields(auto& io, auto& m) {
    if (io.version >= 2) io(m.throttle_time_ms);
    io(m.error_code);
    io(m.generation_id);
    if (io.version >= 7) io(m.protocol_type);
    io.nullable(m.protocol_name, io.version >= 7);
    io(m.leader);
    if (io.version >= 9) io(m.skip_assignment);
    io(m.member_id);
    io(m.members);
    io.tags();
  }
};

struct SyncGroupRequest {
  static constexpr Api api{ApiKey::kSyncGroup, "SyncGroup", 0, 5, /*flexible_from=*/4};

  struct Assignment {
    std::string_view member_id;
    Bytes assignment;

    static void fields(auto& io, auto& m) {
      io(m.member_id);
      io(m.assignment);
      io.tags();
    }
  };

  std::string_view group_id;
  int32_t generation_id = 0;
  std::string_view member_id;
  std::optional<std::string_view> group_instance_id;
  std::optional<std::string_view> protocol_type;
  std::optional<std::string_view> protocol_name;
  std::vector<Assignment> assignments;

  static void fields(auto& io, auto& m) {
    io(m.group_id);
    io(m.generation_id);
    io(m.member_id);
    if (io.version >= 3) io(m.group_instance_id);
    if (io.version >= 5) io(m.protocol_type);
    if (io.version >= 5) io(m.protocol_name);
    io(m.assignments);
    io.tags();
  }
};

struct SyncGroupResponse {
  static constexpr Api api = SyncGroupRequest::api;

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::kNone;
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol_name;
  std::vector<uint8_t> assignment;

  static void fields(auto& io, auto& m) {
    if (io.version >= 1) io(m.throttle_time_ms);
    io(m.error_code);
    if (io.version >= 5) io(m.protocol_type);
    if (io.version >= 5) io(m.protocol_name);
    io(m.assignment);
    io.tags();
  }
};

struct HeartbeatRequest {
  static constexpr Api api{ApiKey::kHeartbeat, "Heartbeat", 0, 4, /*flexible_from=*/4};

  std::string_view group_id;
  int32_t generation_id = 0;
  std::string_view member_id;
  std::optional<std::string_view> group_instance_id;

  static void fields(auto& io, auto& m) {
    io(m.group_id);
    io(m.generation_id);
    io(m.member_id);
    if (io.version >= 3) io(m.group_instance_id);
    io.tags();
  }
};

struct HeartbeatResponse {
  static constexpr Api api = HeartbeatRequest::api;

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::kNone;

  static void fields(auto& io, auto& m) {
    if (io.version >= 1) io(m.throttle_time_ms);
    io(m.error_code);
    io.tags();
  }
};

struct LeaveGroupRequest {
  static constexpr Api api{ApiKey::kLeaveGroup, "LeaveGroup", 0, 5, /*flexible_from=*/4};

  struct Member {
    std::string_view member_id;
    std::optional<std::string_view> group_instance_id;
    std::optional<std::string_view> reason;

    static void fields(auto& io, auto& m) {
      io(m.member_id);
      io(m.group_instance_id);
      if (io.version >= 5) io(m.reason);
      io.tags();
    }
  };

  std::string_view group_id;
  std::string_view member_id;   // up to version 2
  std::vector<Member> members;  // from version 3 on

  static void fields(auto& io, auto& m) {
    io(m.group_id);
    if (io.version <= 2) io(m.member_id);
    if (io.version >= 3) io(m.members);
    io.tags();
  }
};

struct LeaveGroupResponse {
  static constexpr Api api = LeaveGroupRequest::api;

  struct Member {
    std::string member_id;
    std::optional<std::string> group_instance_id;
    ErrorCode error_code = ErrorCode::kNone;

    static void fields(auto& io, auto& m) {
      io(m.member_id);
      io(m.group_instance_id);
      io(m.error_code);
      io.tags();
    }
  };

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::kNone;
  std::vector<Member> members;  // from version 3 on

  static void fields(auto& io, auto& m) {
    if (io.version >= 1) io(m.throttle_time_ms);
    io(m.error_code);
    if (io.version >= 3) io(m.members);
    io.tags();
  }
};

struct DescribeGroupsRequest {
  static constexpr Api api{ApiKey::kDescribeGroups, "DescribeGroups", 0, 6, /*flexible_from=*/5};

  std::vector<std::string_view> groups;
  bool include_authorized_operations = false;

  static void fields(auto& io, auto& m) {
    io(m.groups);
    if (io.version >= 3) io(m.include_authorized_operations);
    io.tags();
  }
};

struct DescribeGroupsResponse {
  static constexpr Api api = DescribeGroupsRequest::api;

  struct Member {
    std::string member_id;
    std::optional<std::string> group_instance_id;
    std::string client_id;
    std::string client_host;
    std::vector<uint8_t> member_metadata;
    std::vector<uint8_t> member_assignment;

    static void fields(auto& io, auto& m) {
      io(m.member_id);
      if (io.version >= 4) io(m.group_instance_id);
      io(m.client_id);
      io(m.client_host);
      io(m.member_metadata);
      io(m.member_assignment);
      io.tags();
    }
  };

  struct Group {
    ErrorCode error_code = ErrorCode::kNone;
    std::optional<std::string> error_message;
    std::string group_id;
    std::string group_state;
    std::string protocol_type;
    std::string protocol_data;
    std::vector<Member> members;
    int32_t authorized_operations = INT32_MIN;

    static void fields(auto& io, auto& m) {
      io(m.error_code);
      if (io.version >= 6) io(m.error_message);
      io(m.group_id);
      io(m.group_state);
      io(m.protocol_type);
      io(m.protocol_data);
      io(m.members);
      if (io.version >= 3) io(m.authorized_operations);
      io.tags();
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<Group> groups;

  static void fields(auto& io, auto& m) {
    if (io.version >= 1) io(m.throttle_time_ms);
    io(m.groups);
    io.tags();
  }
};

struct ListGroupsRequest {
  static constexpr Api api{ApiKey::kListGroups, "ListGroups", 0, 5, /*flexible_from=*/3};

  std::vector<std::string_view> states_filter;
  std::vector<std::string_view> types_filter;

  static void fields(auto& io, auto& m) {
    if (io.version >= 4) io(m.states_filter);
    if (io.version >= 5) io(m.types_filter);
    io.tags();
  }
};

struct ListGroupsResponse {
  static constexpr Api api = ListGroupsRequest::api;

  struct Group {
    std::string group_id;
    std::string protocol_type;
    std::string group_state;
    std::string group_type;

    static void fields(auto& io, auto& m) {
      io(m.group_id);
      io(m.protocol_type);
      if (io.version >= 4) io(m.group_state);
      if (io.version >= 5) io(m.group_type);
      io.tags();
    }
  };

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::kNone;
  std::vector<Group> groups;

  static void fields(auto& io, auto& m) {
    if (io.version >= 1) io(m.throttle_time_ms);
    io(m.error_code);
    io(m.groups);
    io.tags();
  }
};

struct DeleteGroupsRequest {
  static constexpr Api api{ApiKey::kDeleteGroups, "DeleteGroups", 0, 2, /*flexible_from=*/2};

  std::vector<std::string_view> groups_names;

  static void fields(auto& io, auto& m) {
    io(m.groups_names);
    io.tags();
  }
};

struct DeleteGroupsResponse {
  static constexpr Api api = DeleteGroupsRequest::api;

  struct Group {
    std::string group_id;
    ErrorCode error_code = ErrorCode::kNone;

    static void fields(auto& io, auto& m) {
      io(m.group_id);
      io(m.error_code);
      io.tags();
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<Group> results;

  static void fields(auto& io, auto& m) {
    io(m.throttle_time_ms);
    io(m.results);
    io.tags();
  }
};

}  // namespace monkafka::protocol
