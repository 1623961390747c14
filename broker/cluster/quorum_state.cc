#include "cluster/quorum_state.h"

#include <fmt/core.h>

#include <charconv>

namespace monkafka::cluster {
namespace {

// The flat numbers of this file are all that is read of it; a JSON reader would be a dependency
// more.
Result<int32_t> FindNumber(std::string_view text, std::string_view name) {
  const std::string key = fmt::format("\"{}\"", name);
  size_t at = text.find(key);
  if (at == std::string_view::npos) {
    return Fail(ErrorCode::kKafkaStorageError, fmt::format("quorum-state has no {}", name));
  }
  at = text.find_first_not_of(" \t:", at + key.size());
  int32_t number = 0;
  if (at == std::string_view::npos ||
      std::from_chars(text.data() + at, text.data() + text.size(), number).ec != std::errc{}) {
    return Fail(ErrorCode::kKafkaStorageError,
                fmt::format("quorum-state: {} is not a number", name));
  }
  return number;
}

}  // namespace

Result<QuorumState> ParseQuorumState(std::string_view text) {
  Result<int32_t> leader = FindNumber(text, "leaderId");
  if (!leader) return Forward(std::move(leader));
  Result<int32_t> epoch = FindNumber(text, "leaderEpoch");
  if (!epoch) return Forward(std::move(epoch));
  Result<int32_t> version = FindNumber(text, "data_version");
  if (!version) return Forward(std::move(version));
  if (*version < 0 || *version > 1) {
    return Fail(ErrorCode::kUnsupportedVersion,
                fmt::format("quorum-state: data_version {} is unknown", *version));
  }
  return QuorumState{*leader, *epoch, *version};
}

std::string FormatQuorumState(const QuorumState& state) {
  if (state.data_version == 0) {
    return fmt::format(
        R"({{"clusterId":"","leaderId":{},"leaderEpoch":{},"votedId":-1,"appliedOffset":0,)"
        R"("currentVoters":[{{"voterId":{}}}],"data_version":0}})",
        state.leader_id, state.leader_epoch, state.leader_id);
  }
  return fmt::format(
      R"({{"leaderId":{},"leaderEpoch":{},"votedId":-1,"votedDirectoryId":"{}","data_version":1}})",
      state.leader_id, state.leader_epoch, Uuid{}.ToString());
}

}  // namespace monkafka::cluster
