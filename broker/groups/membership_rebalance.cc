#include <algorithm>
#include <utility>

#include "common/log.h"
#include "groups/errors.h"
#include "groups/membership.h"

namespace monkafka::groups {
namespace {

using protocol::JoinGroupResponse;
using protocol::SyncGroupResponse;
using std::chrono::milliseconds;

}  // namespace

void Membership::RefreshSession(Member& member, const Now& now) {
  deadlines_.Set(member.session, now.steady + member.timeouts.session);
}

void Membership::RebalanceOrCompleteJoin(ClassicGroup& group, std::string_view reason, Step& step) {
  if (group.IsIn(GroupState::kPreparingRebalance)) {
    MaybeCompleteJoin(group, step);
  } else {
    PrepareRebalance(group, reason, step);
  }
}

void Membership::PrepareRebalance(ClassicGroup& group, std::string_view reason, Step& step) {
  if (group.IsIn(GroupState::kCompletingRebalance)) {
    PropagateAssignments(group, ErrorCode::kRebalanceInProgress, step.now);
  }
  group.ClearPendingSync();
  deadlines_.Cancel(group.sync_deadline);
  LogInfo("group {}: preparing to rebalance generation {} in state {} ({})", group.id(),
          group.generation(), StateName(group.state()), reason);

  const bool is_initial = group.IsIn(GroupState::kEmpty);
  group.TransitionTo(GroupState::kPreparingRebalance, step.now.wall);
  if (is_initial) {
    const milliseconds delay = options_.initial_rebalance_delay;
    const milliseconds remaining = std::max(group.MaxRebalanceTimeout() - delay, milliseconds(0));
    group.initial_delay = {.delay = delay, .remaining = remaining};
    deadlines_.Set(group.join_deadline, step.now.steady + delay);
  } else if (group.AllMembersJoined()) {
    CompleteJoin(group, step);
  } else {
    deadlines_.Set(group.join_deadline, step.now.steady + group.MaxRebalanceTimeout());
  }
}

void Membership::MaybeCompleteJoin(ClassicGroup& group, Step& step) {
  if (!group.IsIn(GroupState::kPreparingRebalance)) return;
  if (group.initial_delay) return;
  if (group.AllMembersJoined()) CompleteJoin(group, step);
}

void Membership::OnInitialDelayOver(ClassicGroup& group, Step& step) {
  ClassicGroup::InitialDelay& initial = *group.initial_delay;
  if (!initial.member_added || initial.remaining == milliseconds(0)) {
    return CompleteJoin(group, step);
  }
  const milliseconds delay = std::min(options_.initial_rebalance_delay, initial.remaining);
  initial.remaining = std::max(initial.remaining - initial.delay, milliseconds(0));
  initial.delay = delay;
  initial.member_added = false;
  deadlines_.Set(group.join_deadline, step.now.steady + delay);
}

void Membership::RemoveMembersNotJoined(ClassicGroup& group) {
  std::vector<std::string> late;
  for (const auto& [id, member] : group.members()) {
    if (!member->is_static() && !member->awaits_join()) late.push_back(id);
  }
  for (const std::string& id : late) {
    LogInfo("group {}: member {} did not rejoin in time and is removed", group.id(), id);
    Remove(group, *group.FindMember(id));
  }
}

void Membership::CompleteJoin(ClassicGroup& group, Step& step) {
  deadlines_.Cancel(group.join_deadline);
  group.initial_delay.reset();
  RemoveMembersNotJoined(group);
  if (!group.ElectJoinedLeader() && !group.members().empty()) {
    // Only static members that have not come back; their sessions decide how long to wait.
    LogWarning("group {}: no member rejoined, waiting on", group.id());
    deadlines_.Set(group.join_deadline, step.now.steady + group.MaxRebalanceTimeout());
    return;
  }
  group.InitNextGeneration(step.now.wall);
  if (group.IsIn(GroupState::kEmpty)) {
    LogInfo("group {}: empty with generation {}", group.id(), group.generation());
    StoreEmptyGroup(group, step);
  } else {
    LogInfo("group {}: generation {} has {} members, leader {}", group.id(), group.generation(),
            group.members().size(), group.leader_id().value_or(""));
    AnswerJoined(group, step.now);
    deadlines_.Set(group.sync_deadline, step.now.steady + group.MaxRebalanceTimeout());
  }
}

void Membership::AnswerJoined(ClassicGroup& group, const Now& now) {
  for (const auto& [id, member] : group.members()) {
    group.CompleteJoin(*member, CurrentGeneration(group, *member, group.IsLeader(id)));
    RefreshSession(*member, now);
    member->is_new = false;
    group.SetPendingSync(*member, true);
  }
}

void Membership::StoreEmptyGroup(ClassicGroup& group, Step& step) {
  step.records.AddGroupMetadata({group.id()},
                                group.ToRecord([](const Member&) { return Bytes(); }));
  step.Then([group_id = group.id()](ErrorCode error, Step&) {
    // Without the record the last generation comes back after a restart, and times out.
    if (error == ErrorCode::kNone) return;
    LogWarning("group {}: that it is empty could not be stored: {}", group_id, ErrorName(error));
  });
}

void Membership::Remove(ClassicGroup& group, Member& member) {
  group.CompleteJoin(member, ErrorResponse<JoinGroupResponse>(ErrorCode::kUnknownMemberId));
  group.CompleteSync(member, ErrorResponse<SyncGroupResponse>(ErrorCode::kUnknownMemberId));
  group.RemoveMember(member.id());
}

void Membership::RemoveAndRebalance(ClassicGroup& group, Member& member, std::string_view reason,
                                    Step& step) {
  Remove(group, member);
  switch (group.state()) {
    case GroupState::kStable:
    case GroupState::kCompletingRebalance:
      return PrepareRebalance(group, reason, step);
    case GroupState::kPreparingRebalance:
      if (group.AllMembersJoined()) CompleteJoin(group, step);
      return;
    case GroupState::kEmpty:
      return;
  }
}

void Membership::OnDeadline(const Deadline& deadline, Step& step) {
  ClassicGroup& group = *deadline.group();
  switch (deadline.kind()) {
    case Deadline::Kind::kSession:
      return OnSessionOver(group, std::string(deadline.member_id()), step);
    case Deadline::Kind::kJoin:
      return group.initial_delay ? OnInitialDelayOver(group, step) : CompleteJoin(group, step);
    case Deadline::Kind::kSync:
      return OnSyncOver(group, step);
    case Deadline::Kind::kExpireOffsets:
      return;  // the shard's
  }
}

void Membership::OnSessionOver(ClassicGroup& group, const std::string& member_id, Step& step) {
  if (group.IsPending(member_id)) {
    LogInfo("group {}: member id {} was given out and not used in time", group.id(), member_id);
    group.RemoveMember(member_id);
    if (group.IsIn(GroupState::kPreparingRebalance) && group.AllMembersJoined()) {
      CompleteJoin(group, step);
    }
    return;
  }
  Member& member = *group.FindMember(member_id);
  if (member.needs_no_heartbeat()) return;
  LogInfo("group {}: the session of member {} timed out", group.id(), member_id);
  RemoveAndRebalance(group, member, fmt::format("session of member {} timed out", member_id), step);
}

void Membership::OnSyncOver(ClassicGroup& group, Step& step) {
  std::vector<std::string> silent;
  for (const auto& [id, member] : group.members()) {
    if (member->pending_sync) silent.push_back(id);
  }
  if (silent.empty()) return;
  for (const std::string& id : silent) {
    LogInfo("group {}: member {} sent no SyncGroup and is removed", group.id(), id);
    Remove(group, *group.FindMember(id));
  }
  PrepareRebalance(group, fmt::format("{} members sent no SyncGroup", silent.size()), step);
}

void Membership::OnLoaded(Step& step) {
  for (const auto& [id, group] : groups_.groups()) {
    ClassicGroup& classic = group->classic;
    if (classic.members().empty()) continue;
    LogInfo("group {}: loaded with {} members in generation {}", id, classic.members().size(),
            classic.generation());
    for (const auto& [member_id, member] : classic.members()) RefreshSession(*member, step.now);
    if (classic.members().size() > static_cast<size_t>(options_.max_size)) {
      PrepareRebalance(classic, "loaded with more members than group.max.size", step);
    }
  }
}

void Membership::OnUnload() {
  for (const auto& [id, group] : groups_.groups()) {
    ClassicGroup& classic = group->classic;
    for (const auto& [member_id, member] : classic.members()) {
      auto join = ErrorResponse<JoinGroupResponse>(ErrorCode::kNotCoordinator);
      join.member_id = member_id;
      classic.CompleteJoin(*member, std::move(join));
      classic.CompleteSync(*member, ErrorResponse<SyncGroupResponse>(ErrorCode::kNotCoordinator));
    }
  }
}

}  // namespace monkafka::groups
