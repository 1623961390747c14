#include "groups/classic_group.h"

#include <algorithm>
#include <utility>

#include "common/check.h"
#include "common/log.h"
#include "groups/consumer_protocol.h"

namespace monkafka::groups {

std::string_view StateName(GroupState state) {
  switch (state) {
    case GroupState::kEmpty:
      return "Empty";
    case GroupState::kPreparingRebalance:
      return "PreparingRebalance";
    case GroupState::kCompletingRebalance:
      return "CompletingRebalance";
    case GroupState::kStable:
      return "Stable";
  }
  return kDeadStateName;
}

ClassicGroup::ClassicGroup(std::string id, TimestampMs now)
    : id_(std::move(id)), state_timestamp_(now) {}

bool ClassicGroup::UsesConsumerProtocol() const { return protocol_type_ == kConsumerProtocolType; }

Member* ClassicGroup::FindMember(std::string_view member_id) {
  const auto found = members_.find(member_id);
  return found == members_.end() ? nullptr : found->second.get();
}

Member* ClassicGroup::FindStaticMember(std::string_view instance_id) {
  const auto found = static_members_.find(instance_id);
  return found == static_members_.end() ? nullptr : found->second;
}

std::chrono::milliseconds ClassicGroup::MaxRebalanceTimeout() const {
  std::chrono::milliseconds longest{0};
  for (const auto& [id, member] : members_) longest = std::max(longest, member->timeouts.rebalance);
  return longest;
}

bool ClassicGroup::Supports(std::string_view protocol_type,
                            const std::vector<MemberProtocol>& protocols) const {
  if (state_ == GroupState::kEmpty) return !protocol_type.empty() && !protocols.empty();
  if (protocol_type_ != protocol_type) return false;
  return std::ranges::any_of(protocols, [&](const MemberProtocol& protocol) {
    const auto count = protocol_counts_.find(protocol.name);
    return (count == protocol_counts_.end() ? 0 : count->second) == members_.size();
  });
}

std::string ClassicGroup::SelectProtocol() const {
  std::map<std::string_view, size_t> votes;
  for (const auto& [id, member] : members_) {
    const auto liked = std::ranges::find_if(member->protocols, [&](const MemberProtocol& protocol) {
      return protocol_counts_.find(protocol.name)->second == members_.size();
    });
    CHECK(liked != member->protocols.end());
    ++votes[liked->name];
  }
  CHECK(!votes.empty());
  using Vote = std::pair<const std::string_view, size_t>;
  return std::string(std::ranges::max_element(votes, {}, &Vote::second)->first);
}

bool ClassicGroup::IsSubscribedTo(std::string_view topic) const {
  return subscribed_topics_ ? subscribed_topics_->contains(topic) : UsesConsumerProtocol();
}

ErrorCode ClassicGroup::ValidateMember(std::string_view member_id,
                                       std::optional<std::string_view> instance_id) const {
  if (instance_id) {
    const auto existing = static_members_.find(*instance_id);
    if (existing == static_members_.end()) return ErrorCode::kUnknownMemberId;
    if (existing->second->id() != member_id) return ErrorCode::kFencedInstanceId;
  }
  return members_.contains(member_id) ? ErrorCode::kNone : ErrorCode::kUnknownMemberId;
}

ErrorCode ClassicGroup::ValidateOffsetCommit(std::string_view member_id,
                                             std::optional<std::string_view> instance_id,
                                             int32_t generation) const {
  // Generation -1: an admin client, or a consumer that assigns partitions to itself.
  if (generation < 0 && state_ == GroupState::kEmpty) return ErrorCode::kNone;
  if (generation < 0 && member_id.empty() && !instance_id) return ErrorCode::kUnknownMemberId;
  if (const ErrorCode error = ValidateMember(member_id, instance_id); error != ErrorCode::kNone) {
    return error;
  }
  if (generation != generation_) return ErrorCode::kIllegalGeneration;
  // The member knows the new generation, but not yet its assignment.
  if (state_ == GroupState::kCompletingRebalance) return ErrorCode::kRebalanceInProgress;
  return ErrorCode::kNone;
}

Member& ClassicGroup::AddMember(std::unique_ptr<Member> added, std::string_view protocol_type) {
  Member& member = *added;
  const auto pending = pending_.find(member.id());
  if (pending != pending_.end()) pending_.erase(pending);
  if (members_.empty()) protocol_type_ = protocol_type;
  if (!leader_id_) leader_id_ = member.id();
  if (member.is_static()) {
    CHECK(static_members_.emplace(*member.identity.instance_id, &member).second);
  }
  CHECK(members_.emplace(member.id(), std::move(added)).second);
  CountProtocols(member, 1);
  return member;
}

void ClassicGroup::RemoveMember(std::string_view member_id) {
  const std::string id(member_id);  // the view may be of what is about to go
  const auto found = members_.find(id);
  if (found != members_.end()) {
    Member& member = *found->second;
    CHECK(!member.awaits_join());
    SetPendingSync(member, false);
    CountProtocols(member, -1);
    if (member.is_static()) static_members_.erase(*member.identity.instance_id);
    members_.erase(found);
  }
  if (IsLeader(id)) {
    leader_id_.reset();
    if (!members_.empty()) leader_id_ = members_.begin()->first;
  }
  pending_.erase(id);
}

void ClassicGroup::UpdateMember(Member& member, std::vector<MemberProtocol> protocols,
                                MemberTimeouts timeouts) {
  CountProtocols(member, -1);
  member.protocols = std::move(protocols);
  CountProtocols(member, 1);
  member.timeouts = timeouts;
}

Member& ClassicGroup::ReplaceStaticMember(Member& old, std::string new_id) {
  CHECK(!old.awaits_join() && !old.awaits_sync());
  const std::string old_id = old.id();
  MemberIdentity identity = old.identity;
  identity.id = std::move(new_id);
  auto replacement =
      std::make_unique<Member>(this, std::move(identity), old.timeouts, std::move(old.protocols));
  Member& member = *replacement;
  member.assignment = std::move(old.assignment);
  SetPendingSync(old, false);
  members_.erase(old_id);
  CHECK(members_.emplace(member.id(), std::move(replacement)).second);
  static_members_[*member.identity.instance_id] = &member;
  if (IsLeader(old_id)) leader_id_ = member.id();
  return member;
}

Deadline& ClassicGroup::AddPending(std::string member_id) {
  CHECK(!members_.contains(member_id));
  const auto [added, inserted] = pending_.emplace(std::move(member_id), nullptr);
  CHECK(inserted);
  added->second = std::make_unique<Deadline>(Deadline::Kind::kSession, this, added->first);
  return *added->second;
}

void ClassicGroup::ParkJoin(Member& member, Callback<protocol::JoinGroupResponse> reply) {
  if (!member.awaits_join()) ++awaiting_join_;
  member.join_reply = std::move(reply);
}

void ClassicGroup::ParkSync(Member& member, Callback<protocol::SyncGroupResponse> reply) {
  member.sync_reply = std::move(reply);
}

void ClassicGroup::CompleteJoin(Member& member, protocol::JoinGroupResponse response) {
  if (!member.awaits_join()) return;
  --awaiting_join_;
  std::exchange(member.join_reply, nullptr)(std::move(response));
}

void ClassicGroup::CompleteSync(Member& member, protocol::SyncGroupResponse response) {
  if (!member.awaits_sync()) return;
  std::exchange(member.sync_reply, nullptr)(std::move(response));
}

void ClassicGroup::SetPendingSync(Member& member, bool pending) {
  if (member.pending_sync == pending) return;
  member.pending_sync = pending;
  if (pending) {
    ++pending_sync_;
  } else {
    --pending_sync_;
  }
}

void ClassicGroup::ClearPendingSync() {
  for (const auto& [id, member] : members_) member->pending_sync = false;
  pending_sync_ = 0;
}

void ClassicGroup::TransitionTo(GroupState state, TimestampMs now) {
  state_ = state;
  state_timestamp_ = now;
}

void ClassicGroup::InitNextGeneration(TimestampMs now) {
  CHECK(state_ == GroupState::kPreparingRebalance);
  ++generation_;
  ClearPendingSync();
  if (members_.empty()) {
    protocol_name_.reset();
  } else {
    protocol_name_ = SelectProtocol();
  }
  ComputeSubscribedTopics();
  TransitionTo(members_.empty() ? GroupState::kEmpty : GroupState::kCompletingRebalance, now);
}

bool ClassicGroup::ElectJoinedLeader() {
  const Member* leader = leader_id_ ? FindMember(*leader_id_) : nullptr;
  if (leader != nullptr && leader->awaits_join()) return true;
  const auto joined =
      std::ranges::find_if(members_, [](const auto& entry) { return entry.second->awaits_join(); });
  if (joined == members_.end()) return false;
  LogInfo("group {}: leader {} did not join in time, {} is the new leader", id_,
          leader_id_.value_or("none"), joined->first);
  leader_id_ = joined->first;
  return true;
}

void ClassicGroup::Load(const GroupMetadataValue& value) {
  CHECK(awaiting_join_ == 0);
  static_members_.clear();
  members_.clear();
  pending_.clear();
  protocol_counts_.clear();
  pending_sync_ = 0;
  leader_id_ = value.leader;
  for (const GroupMetadataValue::Member& stored : value.members) {
    MemberIdentity identity{.id = std::string(stored.member_id),
                            .client_id = std::string(stored.client_id),
                            .client_host = std::string(stored.client_host)};
    identity.instance_id = stored.group_instance_id;
    const bool duplicate =
        members_.contains(identity.id) ||
        (identity.instance_id && static_members_.contains(*identity.instance_id));
    if (duplicate) {
      LogWarning("group {}: its record names member {} twice; the second is left out", id_,
                 identity.id);
      continue;
    }
    const std::chrono::milliseconds session(stored.session_timeout);
    const MemberTimeouts timeouts{
        .rebalance = stored.rebalance_timeout == -1
                         ? session
                         : std::chrono::milliseconds(stored.rebalance_timeout),
        .session = session};
    std::vector<MemberProtocol> protocols{
        {std::string(value.protocol.value_or("")),
         {stored.subscription.begin(), stored.subscription.end()}}};
    auto member =
        std::make_unique<Member>(this, std::move(identity), timeouts, std::move(protocols));
    member->assignment.assign(stored.assignment.begin(), stored.assignment.end());
    AddMember(std::move(member), value.protocol_type);
  }
  state_ = members_.empty() ? GroupState::kEmpty : GroupState::kStable;
  state_timestamp_ = value.current_state_timestamp;
  generation_ = value.generation;
  protocol_type_.reset();
  if (!value.protocol_type.empty()) protocol_type_ = value.protocol_type;
  protocol_name_ = value.protocol;
  ComputeSubscribedTopics();
}

void ClassicGroup::CountProtocols(const Member& member, int by) {
  for (const MemberProtocol& protocol : member.protocols) {
    if (by > 0) {
      ++protocol_counts_[protocol.name];
      continue;
    }
    const auto count = protocol_counts_.find(protocol.name);
    if (--count->second == 0) protocol_counts_.erase(count);
  }
}

void ClassicGroup::ComputeSubscribedTopics() {
  subscribed_topics_.reset();
  if (!UsesConsumerProtocol()) return;
  if (!members_.empty() && !protocol_name_) return;
  std::set<std::string, std::less<>> all;
  for (const auto& [id, member] : members_) {
    const auto topics = ParseSubscribedTopics(member->MetadataOf(*protocol_name_));
    if (!topics) {
      LogWarning(
          "group {}: the subscription of member {} is not one of Kafka's consumers; which "
          "topics the group reads is not known",
          id_, id);
      return;
    }
    all.insert(topics->begin(), topics->end());
  }
  subscribed_topics_ = std::move(all);
}

}  // namespace monkafka::groups
