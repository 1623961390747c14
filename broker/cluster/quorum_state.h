// Who led the metadata log last, in the file quorum-state beside it: one line of JSON, as Kafka's
// raft keeps it.
//   version 0: clusterId, leaderId, leaderEpoch, votedId, appliedOffset, currentVoters,
//   data_version version 1: leaderId, leaderEpoch, votedId, votedDirectoryId, data_version
//   (KIP-853)
#pragma once

#include <string>

#include "common/result.h"
#include "common/types.h"

namespace monkafka::cluster {

struct QuorumState {
  int32_t leader_id = -1;
  LeaderEpoch leader_epoch = 0;
  int data_version = 0;  // kept as found
};

Result<QuorumState> ParseQuorumState(std::string_view text);
std::string FormatQuorumState(const QuorumState& state);

}  // namespace monkafka::cluster
