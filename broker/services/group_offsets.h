// Changing the committed offsets of a group without members, as an operator does: moved by a rule
// (reset) or set one by one (commit, import, undo). Either way the answer says for every partition
// where it was, where it goes, and how many records are skipped or read again; with validate_only
// nothing is changed and everything else is the same.
//
// Threads: any. Lifetime: what the service is given outlives it and every answer.
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cluster/cluster.h"
#include "common/executor.h"
#include "groups/group_coordinator.h"
#include "services/topic_service.h"

namespace monkafka::services {

// Where offsets are moved to. Source: the options of Kafka's kafka-consumer-groups.sh, KIP-122.
struct ResetTarget {
  enum class Kind {
    kEarliest,
    kLatest,
    kOffset,     // value: the offset
    kTimestamp,  // value: the first record at or after these milliseconds; the end if none is
    kShift,      // value: by so many records, negative to read again
    kDuration,   // value: to the first record of the last so many milliseconds
    kCurrent,    // to where it is, which brings an offset that is out of range back
  };
  Kind kind = Kind::kEarliest;
  int64_t value = 0;
};

// Some partitions of a topic.
struct TopicScope {
  std::string topic;
  std::vector<int32_t> partitions;  // empty: all
};

struct OffsetMove {
  TopicPartition partition;
  std::optional<Offset> from;  // none: nothing was committed
  std::string from_metadata;
  LeaderEpoch from_leader_epoch = kNoEpoch;
  std::optional<Offset> to;  // none: the group has no offset any more
  std::string to_metadata;
  LeaderEpoch to_leader_epoch = kNoEpoch;
  // Records that are there between the two; at most one is not 0.
  int64_t skipped = 0;
  int64_t replayed = 0;
  bool clamped = false;  // the target lay outside of the log
};

// One offset that is set; none: removed.
struct OffsetChange {
  TopicPartition partition;
  std::optional<Offset> offset;
  LeaderEpoch leader_epoch = kNoEpoch;
  std::string metadata;
};

// Why no offset was moved, and what that is about.
struct OffsetsRefusal : Error {
  OffsetsRefusal(Error error = {}) : Error(std::move(error)) {}  // NOLINT: every error is one
  OffsetsRefusal(Error error, std::string topic, std::optional<int32_t> number = {})
      : Error(std::move(error)), about_topic(std::move(topic)), about_partition(number) {}

  std::string about_topic;                 // empty: the group
  std::optional<int32_t> about_partition;  // of that topic; none: all of it
};

using OffsetMoves = std::expected<std::vector<OffsetMove>, OffsetsRefusal>;

class GroupOffsetsService {
 public:
  GroupOffsetsService(groups::GroupCoordinator& coordinator, cluster::Cluster& cluster,
                      TopicService& topics, const Clock& clock)
      : coordinator_(coordinator), cluster_(cluster), topics_(topics), clock_(clock) {}

  // All partitions or none. No topics: every partition that has a committed offset. The offset
  // that a rule gives is kept within the log. NON_EMPTY_GROUP; GROUP_ID_NOT_FOUND without topics;
  // UNKNOWN_TOPIC_OR_PARTITION; the errors of logs and of the coordinator.
  void Reset(std::string group_id, std::vector<TopicScope> topics, ResetTarget target,
             bool validate_only, Callback<OffsetMoves> done);
  // As given, also outside of the log: an undo restores exactly what was there. Makes the group if
  // need be. Errors as above; OFFSET_OUT_OF_RANGE for a negative offset; INVALID_REQUEST for a
  // partition that is named twice.
  void Commit(std::string group_id, std::vector<OffsetChange> changes, bool validate_only,
              Callback<OffsetMoves> done);

 private:
  void WithGroup(std::string group_id, bool may_be_new, Callback<Result<groups::GroupDetail>> next);
  void FindTargets(std::vector<OffsetMove> moves, ResetTarget target, Callback<OffsetMoves> next);
  void Apply(std::string group_id, std::vector<OffsetMove> moves, bool validate_only,
             Callback<OffsetMoves> done);

  groups::GroupCoordinator& coordinator_;
  cluster::Cluster& cluster_;
  TopicService& topics_;
  const Clock& clock_;
};

}  // namespace monkafka::services
