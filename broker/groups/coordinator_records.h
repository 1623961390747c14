// The records of __consumer_offsets: what the group coordinator writes, and what it reads at load.
// Source: Kafka's schemas of the same names; KIP-211 (value version 3), KIP-345 (static members).
//
//   key    INT16 type | fields     type 0, 1: a committed offset; 2: a classic group
//   value  INT16 version | fields  absent: a tombstone
//
// Other types belong to other protocols of groups (KIP-848, share groups) and are left alone.
// Strings and bytes are views: of the record when read, of the coordinator's state when written.
#pragma once

#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "common/bytes.h"
#include "common/result.h"
#include "common/types.h"
#include "protocol/api.h"
#include "protocol/record_codec.h"

namespace monkafka::groups {

struct OffsetCommitKey {
  static constexpr protocol::RecordSchema schema{"OffsetCommitKey", 0, 1, protocol::kNeverFlexible};
  static constexpr int16_t kWritten = 1;

  std::string_view group;
  std::string_view topic;
  int32_t partition = 0;

  static void fields(auto& io, auto& m) {
    io(m.group);
    io(m.topic);
    io(m.partition);
    io.tags();
  }
};

struct OffsetCommitValue {
  static constexpr protocol::RecordSchema schema{"OffsetCommitValue", 0, 4, /*flexible_from=*/4};
  static constexpr int16_t kWritten = 3;
  static constexpr int16_t kWrittenWithExpiry = 1;  // when the request says how long to keep it

  Offset offset = 0;
  LeaderEpoch leader_epoch = kNoEpoch;
  std::string_view metadata;
  TimestampMs commit_timestamp = 0;
  TimestampMs expire_timestamp = kNoTimestamp;

  static void fields(auto& io, auto& m) {
    io(m.offset);
    if (io.version >= 3) io(m.leader_epoch);
    io(m.metadata);
    io(m.commit_timestamp);
    if (io.version == 1) io(m.expire_timestamp);
    io.tags();
  }
};

struct GroupMetadataKey {
  static constexpr protocol::RecordSchema schema{"GroupMetadataKey", 2, 2,
                                                 protocol::kNeverFlexible};
  static constexpr int16_t kWritten = 2;

  std::string_view group;

  static void fields(auto& io, auto& m) {
    io(m.group);
    io.tags();
  }
};

struct GroupMetadataValue {
  static constexpr protocol::RecordSchema schema{"GroupMetadataValue", 0, 4, /*flexible_from=*/4};
  static constexpr int16_t kWritten = 3;

  struct Member {
    std::string_view member_id;
    std::optional<std::string_view> group_instance_id;
    std::string_view client_id;
    std::string_view client_host;
    int32_t rebalance_timeout = -1;  // milliseconds, as the session timeout; -1: that one
    int32_t session_timeout = 0;
    Bytes subscription;
    Bytes assignment;

    static void fields(auto& io, auto& m) {
      io(m.member_id);
      if (io.version >= 3) io(m.group_instance_id);
      io(m.client_id);
      io(m.client_host);
      if (io.version >= 1) io(m.rebalance_timeout);
      io(m.session_timeout);
      io(m.subscription);
      io(m.assignment);
      io.tags();
    }
  };

  std::string_view protocol_type;
  int32_t generation = 0;
  std::optional<std::string_view> protocol;
  std::optional<std::string_view> leader;
  TimestampMs current_state_timestamp = kNoTimestamp;
  std::vector<Member> members;

  static void fields(auto& io, auto& m) {
    io(m.protocol_type);
    io(m.generation);
    io(m.protocol);
    io(m.leader);
    if (io.version >= 2) io(m.current_state_timestamp);
    io(m.members);
    io.tags();
  }
};

struct OffsetCommitRecord {
  OffsetCommitKey key;
  std::optional<OffsetCommitValue> value;  // none: a tombstone
};
struct GroupMetadataRecord {
  GroupMetadataKey key;
  std::optional<GroupMetadataValue> value;
};
struct UnknownRecord {
  int16_t type = 0;
};
using CoordinatorRecord = std::variant<OffsetCommitRecord, GroupMetadataRecord, UnknownRecord>;

// Fails with kUnsupportedVersion or kInvalidRequest for what only looks like a record of ours.
Result<CoordinatorRecord> ParseCoordinatorRecord(Bytes key, std::optional<Bytes> value);

}  // namespace monkafka::groups
