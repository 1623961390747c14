// Consumer groups. Threads: any. Methods block the caller until the group's coordinator has
// answered or `stop` is requested; a change that is under way goes on.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <variant>
#include <vector>

#include "admin/port/failure.h"

namespace monkafka::admin {

enum class GroupState {
  kUnknown,
  kPreparingRebalance,
  kCompletingRebalance,
  kStable,
  kEmpty,
  kDead,
  kAssigning,
  kReconciling,
};

enum class GroupType { kUnknown, kClassic, kConsumer };

struct AssignedPartition {
  std::string topic;
  int32_t partition = 0;
};

struct GroupMember {
  std::string member_id;
  std::string group_instance_id;  // empty: not static
  std::string client_id;
  std::string client_host;
  std::vector<AssignedPartition> assignment;
  std::vector<std::string> subscription;
  std::chrono::milliseconds session_timeout{0};
  std::chrono::milliseconds rebalance_timeout{0};
  std::vector<std::string> protocols;
};

struct GroupInfo {
  std::string group_id;
  GroupState state = GroupState::kUnknown;
  GroupType type = GroupType::kUnknown;
  std::string protocol_type;
  std::string protocol;
  int32_t member_count = 0;
  int32_t offset_count = 0;
  int32_t coordinator_id = -1;
  int32_t coordinator_partition = -1;
  int32_t generation = -1;
  std::string leader_member_id;
  std::vector<GroupMember> members;  // not in a list
};

// Where a committed offset is in its log.
enum class CommitPosition { kUnknown, kInLog, kBeforeStart, kBeyondEnd };

struct PartitionLag {
  std::string topic;
  int32_t partition = 0;
  std::optional<int64_t> committed_offset;
  std::optional<int32_t> committed_leader_epoch;
  CommitPosition position = CommitPosition::kUnknown;
  int64_t log_start_offset = 0;
  int64_t log_end_offset = 0;
  std::optional<int64_t> lag_records;
  std::optional<std::chrono::milliseconds> lag_time;  // age of the first record that waits; 0: none
  std::string metadata;
  int64_t commit_timestamp_ms = -1;
  std::string member_id;
  std::string client_id;
  std::string client_host;
  std::string error;
};

struct GroupLag {
  std::string group_id;
  GroupState state = GroupState::kUnknown;
  std::vector<PartitionLag> partitions;  // by topic and partition
};

struct TopicScope {
  std::string topic;
  std::vector<int32_t> partitions;  // empty: all
};

// Where offsets are moved to.
struct ToEarliest {};
struct ToLatest {};
struct ToCurrent {};
struct ToOffset {
  int64_t offset = 0;
};
struct ToTimestamp {
  int64_t timestamp_ms = 0;
};
struct ByShift {
  int64_t records = 0;  // negative: back
};
struct ByDuration {
  std::chrono::milliseconds age{0};  // before now
};
using OffsetTarget =
    std::variant<ToEarliest, ToLatest, ToCurrent, ToOffset, ToTimestamp, ByShift, ByDuration>;

struct OffsetReset {
  std::string group_id;
  std::vector<TopicScope> scope;  // empty: all that have a committed offset
  OffsetTarget target;
  bool validate_only = false;
};

struct OffsetMove {
  std::string topic;
  int32_t partition = 0;
  std::optional<int64_t> from_offset;  // nullopt: none was
  std::optional<int64_t> to_offset;    // nullopt: removed
  std::string from_metadata;
  int32_t from_leader_epoch = -1;
  int64_t skipped_records = 0;
  int64_t replayed_records = 0;
  std::string note;
};

struct OffsetCommit {
  std::string topic;
  int32_t partition = 0;
  std::optional<int64_t> offset;  // nullopt: remove
  int32_t leader_epoch = -1;
  std::string metadata;
};

class GroupsPort {
 public:
  virtual ~GroupsPort() = default;

  // By group id, without members.
  virtual Outcome<std::vector<GroupInfo>> List(std::stop_token stop) = 0;
  virtual Outcome<GroupInfo> Get(const std::string& group_id, std::stop_token stop) = 0;
  // A watch calls it once per interval. No topics: all.
  virtual Outcome<GroupLag> Lag(const std::string& group_id, const std::vector<std::string>& topics,
                                std::stop_token stop) = 0;
  // Both: every partition that was named, by topic and partition, moved or not.
  virtual Outcome<std::vector<OffsetMove>> Reset(const OffsetReset& reset,
                                                 std::stop_token stop) = 0;
  virtual Outcome<std::vector<OffsetMove>> Commit(const std::string& group_id,
                                                  const std::vector<OffsetCommit>& commits,
                                                  bool validate_only, std::stop_token stop) = 0;
  // What was (or would be) deleted.
  virtual Outcome<GroupInfo> Delete(const std::string& group_id, bool validate_only,
                                    std::stop_token stop) = 0;
};

}  // namespace monkafka::admin
