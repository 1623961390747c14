// How far a consumer group is behind, per partition, in records and in time.
//
// Threads: any. Lifetime: what the service is given outlives it and every answer.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cluster/cluster.h"
#include "common/executor.h"
#include "groups/group_coordinator.h"

namespace monkafka::services {

struct PartitionLag {
  TopicPartition partition;
  // Not kNone: the partition is gone or offline, and only what the group knows is filled; or
  // OFFSET_OUT_OF_RANGE, what was committed lies beyond the end of the log.
  ErrorCode error = ErrorCode::kNone;
  std::optional<Offset> committed;  // none: assigned, but nothing was committed
  LeaderEpoch committed_leader_epoch = kNoEpoch;
  Offset log_start = kNoOffset;
  Offset log_end = kNoOffset;
  // Log end minus committed; none when nothing was committed, or nothing that could be consumed on.
  std::optional<int64_t> records;
  // Since the record at the committed offset was written; 0 at the end. None: as above, or its
  // batch could not be read.
  std::optional<int64_t> milliseconds;
  std::string metadata;
  TimestampMs commit_timestamp = kNoTimestamp;
  // Who reads it; empty: nobody.
  std::string member_id;
  std::string client_id;
  std::string client_host;
};

struct GroupLag {
  groups::GroupDetail group;
  std::vector<PartitionLag> partitions;  // by topic and partition
  int64_t records = 0;                   // the sum
  int64_t milliseconds = 0;              // the largest
};

// Of what the group has committed or is assigned. Reads one batch per partition that is behind: not
// for a thread that must not wait.
GroupLag MeasureLag(const cluster::Cluster& cluster, groups::GroupDetail group, TimestampMs now);

class GroupLagService {
 public:
  GroupLagService(groups::GroupCoordinator& coordinator, const cluster::Cluster& cluster,
                  const Clock& clock, Executor& workers)
      : coordinator_(coordinator), cluster_(cluster), clock_(clock), workers_(workers) {}

  // GROUP_ID_NOT_FOUND, or the coordinator's errors. `done` runs on a worker or a shard's strand.
  void Lag(std::string group_id, Callback<Result<GroupLag>> done);

 private:
  groups::GroupCoordinator& coordinator_;
  const cluster::Cluster& cluster_;
  const Clock& clock_;
  Executor& workers_;
};

}  // namespace monkafka::services
