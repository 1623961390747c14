// Groups as an operator sees them: plain structs for the admin service. Snapshots that own what
// they hold.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "common/types.h"

namespace monkafka::groups {

struct GroupSummary {
  std::string group_id = {};
  std::string state = {};          // Kafka's word: "Stable"
  std::string type = {};           // "classic"
  std::string protocol_type = {};  // "consumer"; empty for a group that only stores offsets
  int64_t member_count = 0;
  int64_t offset_count = 0;
  int32_t offsets_partition = 0;  // of __consumer_offsets
};

// One partition of __consumer_offsets.
struct PartitionStatus {
  ErrorCode error = ErrorCode::kNone;  // what its clients are answered now
  size_t group_count = 0;
};

struct MemberView {
  std::string member_id = {};
  std::optional<std::string> instance_id = {};
  std::string client_id = {};
  std::string client_host = {};
  std::chrono::milliseconds session_timeout{0};
  std::chrono::milliseconds rebalance_timeout{0};
  bool leader = false;
  std::vector<std::string> protocols = {};  // the assignors that it can use
  // Of consumers: as far as their own bytes say.
  std::vector<std::string> subscribed_topics = {};
  std::vector<TopicPartition> assigned_partitions = {};
};

struct CommittedOffsetView {
  TopicPartition partition = {};
  Offset offset = kNoOffset;
  LeaderEpoch leader_epoch = kNoEpoch;
  std::string metadata = {};
  TimestampMs commit_timestamp = kNoTimestamp;
  bool pending_transaction = false;  // a transaction holds another offset for it
};

struct GroupDetail {
  GroupSummary summary = {};
  int32_t generation = 0;
  std::string protocol_name = {};  // the assignor chosen; empty: none
  TimestampMs state_since = kNoTimestamp;
  std::vector<MemberView> members = {};
  std::vector<CommittedOffsetView> offsets = {};  // by topic and partition
};

}  // namespace monkafka::groups
