#include "admin/services/group_lag.h"

#include <algorithm>
#include <map>

#include "admin/services/convert.h"
#include "admin/services/watch.h"
#include "admin/utf8.h"

namespace monkafka::admin {
namespace {

constexpr int kMostWatchedGroups = 100;

v1::CommitPosition PositionOf(CommitPosition position) {
  switch (position) {
    case CommitPosition::kUnknown:
      break;
    case CommitPosition::kInLog:
      return v1::COMMIT_POSITION_IN_LOG;
    case CommitPosition::kBeforeStart:
      return v1::COMMIT_POSITION_BEFORE_START;
    case CommitPosition::kBeyondEnd:
      return v1::COMMIT_POSITION_BEYOND_END;
  }
  return v1::COMMIT_POSITION_UNSPECIFIED;
}

void Fill(const PartitionLag& lag, v1::PartitionLag& out) {
  out.set_topic(lag.topic);
  out.set_partition(lag.partition);
  if (lag.committed_offset) out.set_committed_offset(*lag.committed_offset);
  if (lag.committed_leader_epoch) out.set_committed_leader_epoch(*lag.committed_leader_epoch);
  out.set_log_start_offset(lag.log_start_offset);
  out.set_log_end_offset(lag.log_end_offset);
  if (lag.lag_records) out.set_lag_records(*lag.lag_records);
  if (lag.lag_time) {
    out.set_lag_seconds(std::chrono::duration<double>(*lag.lag_time).count());
  }
  out.set_metadata(ToUtf8(lag.metadata));
  if (lag.commit_timestamp_ms >= 0) *out.mutable_commit_time() = TimeOfMs(lag.commit_timestamp_ms);
  out.set_member_id(ToUtf8(lag.member_id));
  out.set_client_id(ToUtf8(lag.client_id));
  out.set_client_host(lag.client_host);
  out.set_error(lag.error);
  out.set_commit_position(PositionOf(lag.position));
}

void Fill(const GroupLag& lag, v1::GroupLag& out) {
  out.set_group_id(ToUtf8(lag.group_id));
  out.set_state(ToProto(lag.state));
  int64_t total = 0;
  int32_t unknown = 0;
  for (const PartitionLag& partition : lag.partitions) {
    v1::PartitionLag& added = *out.add_partitions();
    Fill(partition, added);
    total += added.lag_records();
    if (!added.has_lag_records()) ++unknown;
    if (added.has_lag_seconds()) {
      out.set_max_lag_seconds(std::max(out.max_lag_seconds(), added.lag_seconds()));
    }
  }
  out.set_total_lag_records(total);
  out.set_unknown_partition_count(unknown);
}

Outcome<v1::GetGroupLagResponse> GetGroupLag(GroupsPort& port,
                                             const v1::GetGroupLagRequest& request,
                                             const Call& call) {
  if (auto named = RequireText(request.group_id(), "group_id"); !named) {
    return std::unexpected(std::move(named).error());
  }
  const Outcome<GroupLag> lag = port.Lag(
      request.group_id(), {request.topics().begin(), request.topics().end()}, call.stop_token());
  if (!lag) return std::unexpected(lag.error());
  v1::GetGroupLagResponse response;
  Fill(*lag, *response.mutable_lag());
  return response;
}

// What the receiver knows, so that only what changed is sent.
class LagWatch {
 public:
  LagWatch(GroupsPort& port, const v1::WatchGroupLagRequest& request)
      : port_(port), group_ids_(request.group_ids().begin(), request.group_ids().end()) {}

  Outcome<void> Look(Call& call) {
    v1::WatchGroupLagResponse response;
    v1::GroupLagUpdate& update = *response.mutable_update();
    for (const std::string& group_id : group_ids_) {
      if (Outcome<void> looked = LookAt(group_id, call, update); !looked) return looked;
    }
    if (first_ || !update.groups().empty() || !update.missing_group_ids().empty()) {
      call.Offer(SerializeMessage(response));
    }
    first_ = false;
    return {};
  }

 private:
  Outcome<void> LookAt(const std::string& group_id, Call& call, v1::GroupLagUpdate& update) {
    const Outcome<GroupLag> lag = port_.Lag(group_id, {}, call.stop_token());
    if (IsNotFound(lag)) {
      if (known_.erase(group_id) > 0 || first_) update.add_missing_group_ids(group_id);
      return {};
    }
    if (!lag) return std::unexpected(lag.error());
    v1::GroupLag message;
    Fill(*lag, message);
    std::string bytes = message.SerializeAsString();
    std::string& known = known_[group_id];
    if (known == bytes) return {};
    known = std::move(bytes);
    *update.add_groups() = std::move(message);
    return {};
  }

  GroupsPort& port_;
  const std::vector<std::string> group_ids_;
  std::map<std::string, std::string> known_;  // group id: serialized
  bool first_ = true;
};

void WatchGroupLag(GroupsPort& port, const Runtime& runtime, const CallPtr& call,
                   const v1::WatchGroupLagRequest& request) {
  if (request.group_ids().empty() || request.group_ids().size() > kMostWatchedGroups) {
    return call->Finish(ToStatus(FailField("group_ids", "from 1 to 100").error()));
  }
  StartUpdates<v1::WatchGroupLagResponse>(call, runtime, request,
                                          std::make_shared<LagWatch>(port, request));
}

}  // namespace

v1::GroupState ToProto(GroupState state) {
  switch (state) {
    case GroupState::kPreparingRebalance:
      return v1::GROUP_STATE_PREPARING_REBALANCE;
    case GroupState::kCompletingRebalance:
      return v1::GROUP_STATE_COMPLETING_REBALANCE;
    case GroupState::kStable:
      return v1::GROUP_STATE_STABLE;
    case GroupState::kEmpty:
      return v1::GROUP_STATE_EMPTY;
    case GroupState::kDead:
      return v1::GROUP_STATE_DEAD;
    case GroupState::kAssigning:
      return v1::GROUP_STATE_ASSIGNING;
    case GroupState::kReconciling:
      return v1::GROUP_STATE_RECONCILING;
    case GroupState::kUnknown:
      break;
  }
  return v1::GROUP_STATE_UNSPECIFIED;
}

void AddGroupLag(MethodTable& table, GroupsPort& port, const Runtime& runtime) {
  const std::string service = "/monkafka.admin.v1.GroupsService/";
  table.AddRead<v1::GetGroupLagRequest>(
      service + "GetGroupLag", Role::kViewer,
      [&port](const auto& request, Call& call) { return GetGroupLag(port, request, call); });
  table.AddWatch<v1::WatchGroupLagRequest>(
      service + "WatchGroupLag", Role::kViewer, RunsOn::kUnaryThread,
      [&port, runtime](const CallPtr& call, const v1::WatchGroupLagRequest& request) {
        WatchGroupLag(port, runtime, call, request);
      });
}

}  // namespace monkafka::admin
