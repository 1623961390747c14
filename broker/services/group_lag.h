// How far a consumer group is behind, per partition, in records and in time.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "cluster/cluster.h"
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

// Of what the group has committed or is assigned; nullopt when it was called off. Reads one batch
// per partition that is behind, and waits for it, so it is not for a thread that must not wait, nor
// for one of the workers, which read for those that wait.
std::optional<GroupLag> MeasureLag(const cluster::Cluster& cluster, groups::GroupDetail group,
                                   TimestampMs now, const std::stop_token& stop);

}  // namespace monkafka::services
