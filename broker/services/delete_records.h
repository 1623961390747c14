// Moving the start of partitions forward: DeleteRecords (KIP-107) and the admin service's trim.
#pragma once

#include <string>
#include <vector>

#include "cluster/cluster.h"
#include "common/executor.h"

namespace monkafka::services {

inline constexpr Offset kDeleteUpToHighWatermark = -1;

struct RecordDeletion {
  TopicPartition topic_partition;
  Offset before = 0;  // everything below goes; -1: all that is visible
};

struct DeletedRecords {
  TopicPartition topic_partition;
  ErrorCode error = ErrorCode::kNone;
  std::string message;
  Offset low_watermark = kNoOffset;  // the log's new start
};

// One result per deletion, in order; with `validate_only` what it would be. `done` runs once,
// inline or on the thread that finished the last; the cluster outlives it.
void DeleteRecords(cluster::Cluster& cluster, std::vector<RecordDeletion> deletions,
                   bool validate_only, Callback<std::vector<DeletedRecords>> done);

}  // namespace monkafka::services
