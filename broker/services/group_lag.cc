#include "services/group_lag.h"

#include <algorithm>
#include <map>
#include <utility>

#include "services/partition_lookup.h"
#include "services/record_time.h"

namespace monkafka::services {
namespace {

using ByPartition = std::map<TopicPartition, PartitionLag>;

ByPartition WhatTheGroupKnows(const groups::GroupDetail& group) {
  ByPartition partitions;
  for (const groups::CommittedOffsetView& offset : group.offsets) {
    PartitionLag& lag = partitions[offset.partition];
    lag.committed = offset.offset;
    lag.committed_leader_epoch = offset.leader_epoch;
    lag.metadata = offset.metadata;
    lag.commit_timestamp = offset.commit_timestamp;
  }
  for (const groups::MemberView& member : group.members) {
    for (const TopicPartition& assigned : member.assigned_partitions) {
      PartitionLag& lag = partitions[assigned];
      lag.member_id = member.member_id;
      lag.client_id = member.client_id;
      lag.client_host = member.client_host;
    }
  }
  return partitions;
}

std::optional<int64_t> Age(storage::PartitionLog& log, Offset offset, TimestampMs now) {
  const Result<std::optional<TimestampMs>> written = TimestampAt(log, offset);
  if (!written) return std::nullopt;
  if (!*written) return 0;
  return std::max<int64_t>(now - **written, 0);
}

void Measure(const cluster::Cluster& cluster, TimestampMs now, PartitionLag& lag) {
  const LedPartition led = FindLed(cluster, lag.partition.topic, lag.partition.partition);
  lag.error = led ? (*led)->CheckLeaderEpoch(kNoEpoch) : led.error();
  if (lag.error != ErrorCode::kNone) return;
  storage::PartitionLog& log = (*led)->log();
  const storage::LogOffsets offsets = log.Offsets();
  lag.log_start = offsets.log_start;
  lag.log_end = offsets.log_end;
  if (!lag.committed) return;
  if (*lag.committed > offsets.log_end) {
    lag.error = ErrorCode::kOffsetOutOfRange;
    return;
  }
  lag.records = offsets.log_end - *lag.committed;
  lag.milliseconds = *lag.records == 0 ? 0 : Age(log, *lag.committed, now);
}

}  // namespace

std::optional<GroupLag> MeasureLag(const cluster::Cluster& cluster, groups::GroupDetail group,
                                   TimestampMs now, const std::stop_token& stop) {
  GroupLag result;
  for (auto& [partition, lag] : WhatTheGroupKnows(group)) {
    if (stop.stop_requested()) return std::nullopt;
    lag.partition = partition;
    Measure(cluster, now, lag);
    result.records += lag.records.value_or(0);
    result.milliseconds = std::max(result.milliseconds, lag.milliseconds.value_or(0));
    result.partitions.push_back(std::move(lag));
  }
  result.group = std::move(group);
  return result;
}

}  // namespace monkafka::services
