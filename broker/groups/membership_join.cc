#include <algorithm>
#include <optional>
#include <unordered_set>
#include <utility>

#include "common/log.h"
#include "groups/errors.h"
#include "groups/membership.h"

namespace monkafka::groups {
namespace {

using protocol::JoinGroupRequest;
using protocol::JoinGroupResponse;

// From this version on a new member is first told its id, then joins with it (KIP-394).
constexpr int16_t kRequiresKnownMemberId = 4;
// From this version on a restarted leader can be told to skip the assignment (KIP-814).
constexpr int16_t kSkipsAssignment = 9;

// Prefix, '-' and a random UUID as Java prints it.
std::string NewMemberId(std::string_view prefix) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string id(prefix);
  id.push_back('-');
  const Uuid uuid = Uuid::Random();
  for (size_t i = 0; i < uuid.bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) id.push_back('-');
    id.push_back(kHex[uuid.bytes[i] >> 4]);
    id.push_back(kHex[uuid.bytes[i] & 0xf]);
  }
  return id;
}

JoinGroupResponse JoinError(std::string_view member_id, ErrorCode error) {
  JoinGroupResponse response;
  response.error_code = error;
  response.member_id = member_id;
  return response;
}

std::vector<MemberProtocol> OwnedProtocols(const JoinGroupRequest& request) {
  std::vector<MemberProtocol> protocols;
  std::unordered_set<std::string_view> names;
  for (const JoinGroupRequest::Protocol& protocol : request.protocols) {
    if (!names.insert(protocol.name).second) continue;
    protocols.push_back(
        {std::string(protocol.name), {protocol.metadata.begin(), protocol.metadata.end()}});
  }
  return protocols;
}

MemberTimeouts TimeoutsOf(const JoinGroupRequest& request, int16_t version) {
  const std::chrono::milliseconds session(request.session_timeout_ms);
  const std::chrono::milliseconds rebalance(request.rebalance_timeout_ms);
  return {.rebalance = version == 0 ? session : rebalance, .session = session};
}

}  // namespace

struct Membership::JoinCall {
  const JoinGroupRequest& request;
  const int16_t version;
  const ClientInfo& client;
  Callback<JoinGroupResponse> reply;
  std::vector<MemberProtocol> protocols;
  const MemberTimeouts timeouts;
  Step& step;

  std::string_view reason() const { return request.reason.value_or("not provided"); }
  void Fail(std::string_view member_id, ErrorCode error) { reply(JoinError(member_id, error)); }
};

void Membership::Join(const JoinGroupRequest& request, int16_t version, const ClientInfo& client,
                      Callback<JoinGroupResponse> reply, Step& step) {
  const bool is_new_group = groups_.Find(request.group_id) == nullptr;
  if (is_new_group && !request.member_id.empty()) {
    return reply(JoinError(request.member_id, ErrorCode::kUnknownMemberId));
  }
  ClassicGroup& group = groups_.GetOrCreate(request.group_id, step.now.wall).classic;
  JoinCall call{request,
                version,
                client,
                std::move(reply),
                OwnedProtocols(request),
                TimeoutsOf(request, version),
                step};
  if (!Accepts(group, request.member_id)) {
    LogInfo("group {}: member \"{}\" turned away, the group is full", group.id(),
            request.member_id);
    if (Member* member = group.FindMember(request.member_id)) Remove(group, *member);
    group.RemoveMember(request.member_id);  // a member id that was given out
    call.Fail("", ErrorCode::kGroupMaxSizeReached);
    MaybeCompleteJoin(group, step);
  } else if (request.member_id.empty()) {
    JoinNew(group, call);
  } else {
    JoinExisting(group, call);
  }
  if (is_new_group && group.members().empty() && !group.has_pending()) {
    groups_.Erase(request.group_id);
  }
}

bool Membership::Accepts(ClassicGroup& group, std::string_view member_id) const {
  const auto max_size = static_cast<size_t>(options_.max_size);
  const Member* member = group.FindMember(member_id);
  switch (group.state()) {
    case GroupState::kEmpty:
      return true;
    case GroupState::kPreparingRebalance:
      // Those who wait count, so that of a group that became too large the last to rejoin must go.
      return (member != nullptr && member->awaits_join()) || group.awaiting_join() < max_size;
    case GroupState::kCompletingRebalance:
    case GroupState::kStable:
      break;
  }
  return member != nullptr || group.members().size() < max_size;
}

void Membership::JoinNew(ClassicGroup& group, JoinCall& call) {
  const JoinGroupRequest& request = call.request;
  if (!group.Supports(request.protocol_type, call.protocols)) {
    return call.Fail("", ErrorCode::kInconsistentGroupProtocol);
  }
  std::string member_id = NewMemberId(request.group_instance_id.value_or(call.client.id));
  if (!request.group_instance_id) {
    if (call.version >= kRequiresKnownMemberId) {
      return GiveOutMemberId(group, std::move(member_id), call);
    }
    return Add(group, std::move(member_id), call);
  }
  if (Member* old = group.FindStaticMember(*request.group_instance_id)) {
    LogInfo("group {}: static member {} joins anew, {} replaces {}", group.id(),
            *request.group_instance_id, member_id, old->id());
    return ReplaceStatic(group, *old, std::move(member_id), call);
  }
  Add(group, std::move(member_id), call);
}

void Membership::GiveOutMemberId(ClassicGroup& group, std::string member_id, JoinCall& call) {
  Deadline& deadline = group.AddPending(member_id);
  deadlines_.Set(deadline, call.step.now.steady + call.timeouts.session);
  call.Fail(member_id, ErrorCode::kMemberIdRequired);
}

void Membership::JoinExisting(ClassicGroup& group, JoinCall& call) {
  const JoinGroupRequest& request = call.request;
  if (!group.Supports(request.protocol_type, call.protocols)) {
    return call.Fail(request.member_id, ErrorCode::kInconsistentGroupProtocol);
  }
  // An id that was given out belongs to a dynamic member.
  if (group.IsPending(request.member_id) && !request.group_instance_id) {
    return Add(group, std::string(request.member_id), call);
  }
  const ErrorCode error = group.ValidateMember(request.member_id, request.group_instance_id);
  if (error != ErrorCode::kNone) return call.Fail(request.member_id, error);
  JoinAgain(group, *group.FindMember(request.member_id), call);
}

void Membership::JoinAgain(ClassicGroup& group, Member& member, JoinCall& call) {
  const bool changed = member.protocols != call.protocols;
  const bool leader = group.IsLeader(member.id());
  switch (group.state()) {
    case GroupState::kPreparingRebalance:
      return Update(group, member, fmt::format("member {} joins", member.id()), call);
    case GroupState::kCompletingRebalance:
      // Unchanged: the answer to its first JoinGroup may have been lost.
      if (!changed) return call.reply(CurrentGeneration(group, member, leader));
      return Update(group, member, fmt::format("new metadata of member {}", member.id()), call);
    case GroupState::kStable:
      // A leader joins because of changes that only it sees, such as new partitions of a topic.
      if (leader) return Update(group, member, fmt::format("leader {} rejoins", member.id()), call);
      if (!changed) return call.reply(CurrentGeneration(group, member, false));
      return Update(group, member, fmt::format("new metadata of member {}", member.id()), call);
    case GroupState::kEmpty:
      break;
  }
  call.Fail(member.id(), ErrorCode::kUnknownMemberId);
}

JoinGroupResponse Membership::CurrentGeneration(const ClassicGroup& group, const Member& member,
                                                bool with_members) const {
  JoinGroupResponse response;
  response.generation_id = group.generation();
  response.protocol_type = group.protocol_type();
  response.protocol_name = group.protocol_name();
  response.leader = group.leader_id().value_or("");
  response.member_id = member.id();
  if (!with_members) return response;
  response.members.reserve(group.members().size());
  for (const auto& [id, other] : group.members()) {
    const Bytes metadata = other->MetadataOf(group.protocol_name().value_or(""));
    response.members.push_back(
        {id, other->identity.instance_id, {metadata.begin(), metadata.end()}});
  }
  return response;
}

void Membership::Park(ClassicGroup& group, Member& member, Callback<JoinGroupResponse> reply) {
  // A second JoinGroup of the same member: the first one's client has given up on it.
  group.CompleteJoin(member, JoinError(member.id(), ErrorCode::kRebalanceInProgress));
  group.ParkJoin(member, std::move(reply));
}

void Membership::Add(ClassicGroup& group, std::string member_id, JoinCall& call) {
  const JoinGroupRequest& request = call.request;
  MemberIdentity identity{
      .id = std::move(member_id), .client_id = call.client.id, .client_host = call.client.host};
  identity.instance_id = request.group_instance_id;
  Member& member =
      group.AddMember(std::make_unique<Member>(&group, std::move(identity), call.timeouts,
                                               std::move(call.protocols)),
                      request.protocol_type);
  member.is_new = true;
  if (group.initial_delay) group.initial_delay->member_added = true;
  Park(group, member, std::move(call.reply));
  deadlines_.Set(member.session, call.step.now.steady + options_.new_member_join_timeout);
  RebalanceOrCompleteJoin(
      group,
      fmt::format("new member {}, instance id {}; client's reason: {}", member.id(),
                  request.group_instance_id.value_or("none"), call.reason()),
      call.step);
}

void Membership::Update(ClassicGroup& group, Member& member, std::string reason, JoinCall& call) {
  group.UpdateMember(member, std::move(call.protocols), call.timeouts);
  Park(group, member, std::move(call.reply));
  RebalanceOrCompleteJoin(group, reason + fmt::format("; client's reason: {}", call.reason()),
                          call.step);
}

void Membership::ReplaceStatic(ClassicGroup& group, Member& old, std::string member_id,
                               JoinCall& call) {
  // Whoever still waits under the old id is a duplicate of this client.
  group.CompleteJoin(old, JoinError(old.id(), ErrorCode::kFencedInstanceId));
  group.CompleteSync(old, ErrorResponse<protocol::SyncGroupResponse>(ErrorCode::kFencedInstanceId));
  std::string old_leader = group.leader_id().value_or("");
  Member& member = group.ReplaceStaticMember(old, std::move(member_id));
  RefreshSession(member, call.step.now);
  group.UpdateMember(member, std::move(call.protocols), call.timeouts);
  Park(group, member, std::move(call.reply));

  const std::string reason = fmt::format("static member {} joined as {}; client's reason: {}",
                                         *member.identity.instance_id, member.id(), call.reason());
  switch (group.state()) {
    case GroupState::kStable:
      // The assignment stays good as long as the protocol does.
      if (group.protocol_name() == group.SelectProtocol()) {
        return StoreReplacedStatic(group, member, std::move(old_leader), call.version, call.step);
      }
      return PrepareRebalance(group, reason, call.step);
    case GroupState::kCompletingRebalance:
      // The leader may be computing an assignment for the old id.
      return PrepareRebalance(group, reason, call.step);
    case GroupState::kPreparingRebalance:
      return MaybeCompleteJoin(group, call.step);
    case GroupState::kEmpty:
      break;  // has no members, so there was none to replace
  }
}

void Membership::StoreReplacedStatic(ClassicGroup& group, Member& member, std::string old_leader,
                                     int16_t version, Step& step) {
  step.records.AddGroupMetadata(
      {group.id()}, group.ToRecord([](const Member& each) { return Bytes(each.assignment); }));
  step.Then([this, group_id = group.id(), member_id = member.id(),
             old_leader = std::move(old_leader), version](ErrorCode error, Step&) {
    Group* found = groups_.Find(group_id);
    Member* joined = found == nullptr ? nullptr : found->classic.FindMember(member_id);
    if (joined == nullptr) return;
    const ClassicGroup& now = found->classic;
    const bool is_leader = now.IsLeader(member_id);
    const bool skips = is_leader && version >= kSkipsAssignment;
    JoinGroupResponse response = CurrentGeneration(now, *joined, skips);
    response.skip_assignment = skips;
    // An older client must not think it is the leader: its assignment would go nowhere.
    if (version < kSkipsAssignment) response.leader = old_leader;
    if (error != ErrorCode::kNone) {
      LogWarning("group {}: static member {} could not be stored: {}", group_id, member_id,
                 ErrorName(error));
      response = JoinError("", ToCoordinatorError(error));
    }
    found->classic.CompleteJoin(*joined, std::move(response));
  });
}

}  // namespace monkafka::groups
