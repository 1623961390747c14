#include <utility>

#include "common/log.h"
#include "groups/errors.h"
#include "groups/membership.h"

namespace monkafka::groups {
namespace {

using protocol::HeartbeatRequest;
using protocol::LeaveGroupRequest;
using protocol::LeaveGroupResponse;
using protocol::SyncGroupRequest;
using protocol::SyncGroupResponse;

// From this version on LeaveGroup names several members (KIP-345).
constexpr int16_t kLeavesInBatches = 3;

// KIP-559: a client may say what it thinks the group agreed on.
bool Contradicts(const std::optional<std::string_view>& said,
                 const std::optional<std::string>& is) {
  return said && is && *said != *is;
}

ErrorCode ValidateSync(const ClassicGroup& group, const SyncGroupRequest& request) {
  const ErrorCode error = group.ValidateMember(request.member_id, request.group_instance_id);
  if (error != ErrorCode::kNone) return error;
  if (request.generation_id != group.generation()) return ErrorCode::kIllegalGeneration;
  if (Contradicts(request.protocol_type, group.protocol_type()) ||
      Contradicts(request.protocol_name, group.protocol_name())) {
    return ErrorCode::kInconsistentGroupProtocol;
  }
  return ErrorCode::kNone;
}

SyncGroupResponse AssignmentOf(const ClassicGroup& group, const Member& member) {
  SyncGroupResponse response;
  response.protocol_type = group.protocol_type();
  response.protocol_name = group.protocol_name();
  response.assignment = member.assignment;
  return response;
}

}  // namespace

void Membership::Sync(const SyncGroupRequest& request, Callback<SyncGroupResponse> reply,
                      Step& step) {
  Group* found = groups_.Find(request.group_id);
  if (found == nullptr || found->classic.IsIn(GroupState::kEmpty)) {
    return reply(ErrorResponse<SyncGroupResponse>(ErrorCode::kUnknownMemberId));
  }
  ClassicGroup& group = found->classic;
  const ErrorCode error = ValidateSync(group, request);
  if (error != ErrorCode::kNone) return reply(ErrorResponse<SyncGroupResponse>(error));
  if (group.IsIn(GroupState::kPreparingRebalance)) {
    return reply(ErrorResponse<SyncGroupResponse>(ErrorCode::kRebalanceInProgress));
  }

  Member& member = *group.FindMember(request.member_id);
  group.SetPendingSync(member, false);
  if (group.AllMembersSynced()) deadlines_.Cancel(group.sync_deadline);
  if (group.IsIn(GroupState::kStable)) return reply(AssignmentOf(group, member));

  // A second SyncGroup of the same member: the first one's client has given up on it.
  group.CompleteSync(member, ErrorResponse<SyncGroupResponse>(ErrorCode::kRebalanceInProgress));
  group.ParkSync(member, std::move(reply));
  if (group.IsLeader(member.id())) StoreAssignments(group, request, step);
}

void Membership::StoreAssignments(ClassicGroup& group, const SyncGroupRequest& request,
                                  Step& step) {
  Assignments assignments;
  for (const SyncGroupRequest::Assignment& each : request.assignments) {
    if (group.FindMember(each.member_id) == nullptr) continue;
    assignments.insert_or_assign(std::string(each.member_id),
                                 std::vector(each.assignment.begin(), each.assignment.end()));
  }
  if (const size_t missing = group.members().size() - assignments.size(); missing > 0) {
    LogWarning("group {}: the leader assigned nothing to {} members of generation {}", group.id(),
               missing, group.generation());
  }
  LogInfo("group {}: assignment of generation {} received from leader {}", group.id(),
          group.generation(), request.member_id);
  step.records.AddGroupMetadata({group.id()}, group.ToRecord([&](const Member& member) {
    const auto found = assignments.find(member.id());
    return found == assignments.end() ? Bytes() : Bytes(found->second);
  }));
  step.Then([this, group_id = group.id(), generation = group.generation(),
             assignments = std::move(assignments)](ErrorCode error, Step& next) {
    OnAssignmentsStored(group_id, generation, assignments, error, next);
  });
}

void Membership::OnAssignmentsStored(std::string_view group_id, int32_t generation,
                                     const Assignments& assignments, ErrorCode error, Step& step) {
  Group* found = groups_.Find(group_id);
  if (found == nullptr) return;
  ClassicGroup& group = found->classic;
  // Something else may have begun a rebalance meanwhile.
  if (!group.IsIn(GroupState::kCompletingRebalance) || group.generation() != generation) return;
  if (error != ErrorCode::kNone) {
    const ErrorCode answer = ToCoordinatorError(error);
    LogWarning("group {}: the assignment could not be stored: {}", group_id, ErrorName(error));
    PropagateAssignments(group, answer, step.now);
    PrepareRebalance(group, "the assignment could not be stored", step);
    return;
  }
  for (const auto& [id, member] : group.members()) {
    const auto assigned = assignments.find(id);
    member->assignment.clear();
    if (assigned != assignments.end()) member->assignment = assigned->second;
  }
  PropagateAssignments(group, ErrorCode::kNone, step.now);
  group.TransitionTo(GroupState::kStable, step.now.wall);
}

void Membership::PropagateAssignments(ClassicGroup& group, ErrorCode error, const Now& now) {
  for (const auto& [id, member] : group.members()) {
    if (error != ErrorCode::kNone) member->assignment.clear();
    if (!member->awaits_sync()) continue;
    auto response = ErrorResponse<SyncGroupResponse>(error);
    if (error == ErrorCode::kNone) response = AssignmentOf(group, *member);
    group.CompleteSync(*member, std::move(response));
    // Its session did not count while it was parked.
    RefreshSession(*member, now);
  }
}

protocol::HeartbeatResponse Membership::Heartbeat(const HeartbeatRequest& request, const Now& now) {
  Group* found = groups_.Find(request.group_id);
  if (found == nullptr) return {.error_code = ErrorCode::kUnknownMemberId};
  ClassicGroup& group = found->classic;
  const ErrorCode error = group.ValidateMember(request.member_id, request.group_instance_id);
  if (error != ErrorCode::kNone) return {.error_code = error};
  if (request.generation_id != group.generation()) {
    return {.error_code = ErrorCode::kIllegalGeneration};
  }
  RefreshSession(*group.FindMember(request.member_id), now);
  const bool preparing = group.IsIn(GroupState::kPreparingRebalance);
  return {.error_code = preparing ? ErrorCode::kRebalanceInProgress : ErrorCode::kNone};
}

LeaveGroupResponse Membership::Leave(const LeaveGroupRequest& request, int16_t version,
                                     Step& step) {
  std::vector<LeaveGroupRequest::Member> leaving = request.members;
  if (version < kLeavesInBatches) leaving = {{request.member_id, std::nullopt, std::nullopt}};

  Group* found = groups_.Find(request.group_id);
  LeaveGroupResponse response;
  size_t left = 0;
  for (const LeaveGroupRequest::Member& each : leaving) {
    LeaveGroupResponse::Member& answer = response.members.emplace_back();
    answer.member_id = each.member_id;
    answer.group_instance_id = each.group_instance_id;
    answer.error_code =
        found == nullptr ? ErrorCode::kUnknownMemberId : LeaveOne(found->classic, each);
    if (answer.error_code == ErrorCode::kNone) ++left;
  }
  if (left > 0) {
    ClassicGroup& group = found->classic;
    if (group.IsIn(GroupState::kPreparingRebalance)) {
      MaybeCompleteJoin(group, step);
    } else if (!group.IsIn(GroupState::kEmpty)) {
      PrepareRebalance(group, fmt::format("{} members left", left), step);
    }
  }
  if (version < kLeavesInBatches) response.error_code = response.members.front().error_code;
  return response;
}

ErrorCode Membership::LeaveOne(ClassicGroup& group, const LeaveGroupRequest::Member& leaving) {
  const std::string_view reason = leaving.reason.value_or("not provided");
  Member* member = nullptr;
  if (leaving.member_id.empty()) {
    // An operator removes a static member whose present id he doesn't know.
    if (!leaving.group_instance_id) return ErrorCode::kUnknownMemberId;
    member = group.FindStaticMember(*leaving.group_instance_id);
    if (member == nullptr) return ErrorCode::kUnknownMemberId;
  } else if (group.IsPending(leaving.member_id)) {
    LogInfo("group {}: member id {} is given back; client's reason: {}", group.id(),
            leaving.member_id, reason);
    group.RemoveMember(leaving.member_id);
    return ErrorCode::kNone;
  } else {
    const ErrorCode error = group.ValidateMember(leaving.member_id, leaving.group_instance_id);
    if (error != ErrorCode::kNone) return error;
    member = group.FindMember(leaving.member_id);
  }
  LogInfo("group {}: member {} leaves; client's reason: {}", group.id(), member->id(), reason);
  Remove(group, *member);
  return ErrorCode::kNone;
}

}  // namespace monkafka::groups
