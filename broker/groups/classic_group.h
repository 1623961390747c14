// The state of one group of the classic protocol: a set of members that agree on a generation, a
// leader and a protocol. State alone; what happens when is in membership.h.
//
//     Empty --join--> PreparingRebalance --all joined, or time is up--> CompletingRebalance
//       ^                |  ^  ^                                          |         |
//       +--nobody left---+  |  +---------- a member joins or leaves ------+      leader's
//                           +------------ a member joins or leaves -- Stable <--- sync
//
// A group without protocol type is one that only stores offsets (a "simple" consumer's).
//
// Invariants:
//   1. A member's protocols are counted in protocol_counts_; at least one has the count of all
//   members.
//   2. awaiting_join_ is the number of members with a parked JoinGroup, pending_sync_ the number
//   with
//      pending_sync.
//   3. static_members_ has exactly the members with an instance id.
//   4. No pending member id is a member.
//
// Threads: one at a time (the shard's strand).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/error_code.h"
#include "groups/coordinator_records.h"
#include "groups/member.h"

namespace monkafka::groups {

enum class GroupState { kEmpty, kPreparingRebalance, kCompletingRebalance, kStable };

std::string_view StateName(GroupState state);
// What Kafka calls the state of a group that doesn't exist.
inline constexpr std::string_view kDeadStateName = "Dead";

class ClassicGroup {
 public:
  using Members = std::map<std::string, std::unique_ptr<Member>, std::less<>>;

  // Before the first rebalance, time for more members to join (KIP-134).
  struct InitialDelay {
    std::chrono::milliseconds delay{0};
    std::chrono::milliseconds remaining{0};
    bool member_added = false;
  };

  ClassicGroup(std::string id, TimestampMs now);
  ClassicGroup(const ClassicGroup&) = delete;
  ClassicGroup& operator=(const ClassicGroup&) = delete;

  // --- what is so ---

  const std::string& id() const { return id_; }
  GroupState state() const { return state_; }
  bool IsIn(GroupState state) const { return state_ == state; }
  TimestampMs state_timestamp() const { return state_timestamp_; }
  int32_t generation() const { return generation_; }
  const std::optional<std::string>& protocol_type() const { return protocol_type_; }
  const std::optional<std::string>& protocol_name() const { return protocol_name_; }
  const std::optional<std::string>& leader_id() const { return leader_id_; }
  bool IsLeader(std::string_view member_id) const { return leader_id_ == member_id; }
  bool UsesConsumerProtocol() const;

  const Members& members() const { return members_; }
  Member* FindMember(std::string_view member_id);
  Member* FindStaticMember(std::string_view instance_id);
  size_t static_member_count() const { return static_members_.size(); }
  bool IsPending(std::string_view member_id) const { return pending_.contains(member_id); }
  bool has_pending() const { return !pending_.empty(); }

  size_t awaiting_join() const { return awaiting_join_; }
  bool AllMembersJoined() const { return members_.size() == awaiting_join_ && pending_.empty(); }
  bool AllMembersSynced() const { return pending_sync_ == 0; }
  std::chrono::milliseconds MaxRebalanceTimeout() const;  // O(members)

  // Whether a member with these protocols could be in the group.
  bool Supports(std::string_view protocol_type, const std::vector<MemberProtocol>& protocols) const;
  // What the members would agree on: of the protocols that all know, the one most members like
  // best.
  std::string SelectProtocol() const;
  // Of a group of consumers: whether one subscribes to the topic, yes when that isn't known.
  bool IsSubscribedTo(std::string_view topic) const;
  bool knows_subscriptions() const { return subscribed_topics_.has_value(); }

  // UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID or none.
  ErrorCode ValidateMember(std::string_view member_id,
                           std::optional<std::string_view> instance_id) const;
  // Whether a commit by that member may be accepted; adds ILLEGAL_GENERATION,
  // REBALANCE_IN_PROGRESS.
  ErrorCode ValidateOffsetCommit(std::string_view member_id,
                                 std::optional<std::string_view> instance_id,
                                 int32_t generation) const;

  // The group as a record; views of this group and of `assignment_of`'s results.
  template <class AssignmentOf>
  GroupMetadataValue ToRecord(AssignmentOf assignment_of) const;

  // --- changes ---

  // The first member gives the group its protocol type; without a leader it becomes the leader.
  Member& AddMember(std::unique_ptr<Member> member, std::string_view protocol_type);
  // Also of a pending id. Parked replies must have been completed.
  void RemoveMember(std::string_view member_id);
  void UpdateMember(Member& member, std::vector<MemberProtocol> protocols, MemberTimeouts timeouts);
  // The same member under another id, without parked replies; the old one is destroyed.
  Member& ReplaceStaticMember(Member& old, std::string new_id);

  // An id given out to a client that is to join with it; the result is when it is forgotten.
  Deadline& AddPending(std::string member_id);

  void ParkJoin(Member& member, Callback<protocol::JoinGroupResponse> reply);
  void ParkSync(Member& member, Callback<protocol::SyncGroupResponse> reply);
  // Do nothing for a member that isn't parked.
  void CompleteJoin(Member& member, protocol::JoinGroupResponse response);
  void CompleteSync(Member& member, protocol::SyncGroupResponse response);

  void SetPendingSync(Member& member, bool pending);
  void ClearPendingSync();

  void TransitionTo(GroupState state, TimestampMs now);
  // To CompletingRebalance with the protocol chosen, or to Empty without members.
  void InitNextGeneration(TimestampMs now);
  // The leader stays if it has joined; else a member that has. False when none has.
  bool ElectJoinedLeader();

  // The group of a record, in place of what was here: Stable, or Empty without members.
  void Load(const GroupMetadataValue& value);

  Deadline join_deadline{Deadline::Kind::kJoin, this};
  Deadline sync_deadline{Deadline::Kind::kSync, this};
  std::optional<InitialDelay> initial_delay;  // while the first join phase is being extended

 private:
  void CountProtocols(const Member& member, int by);
  void ComputeSubscribedTopics();

  const std::string id_;
  GroupState state_ = GroupState::kEmpty;
  TimestampMs state_timestamp_;
  int32_t generation_ = 0;
  std::optional<std::string> protocol_type_;
  std::optional<std::string> protocol_name_;
  std::optional<std::string> leader_id_;

  Members members_;
  std::map<std::string, Member*, std::less<>> static_members_;  // by instance id
  std::map<std::string, std::unique_ptr<Deadline>, std::less<>> pending_;
  std::map<std::string, size_t, std::less<>> protocol_counts_;
  size_t awaiting_join_ = 0;
  size_t pending_sync_ = 0;
  // nullopt: not known.
  std::optional<std::set<std::string, std::less<>>> subscribed_topics_;
};

template <class AssignmentOf>
GroupMetadataValue ClassicGroup::ToRecord(AssignmentOf assignment_of) const {
  GroupMetadataValue value;
  value.protocol_type = protocol_type_ ? std::string_view(*protocol_type_) : std::string_view();
  value.generation = generation_;
  value.protocol = protocol_name_;
  value.leader = leader_id_;
  value.current_state_timestamp = state_timestamp_;
  value.members.reserve(members_.size());
  for (const auto& [id, member] : members_) {
    const MemberIdentity& identity = member->identity;
    value.members.push_back({
        .member_id = id,
        .group_instance_id = identity.instance_id,
        .client_id = identity.client_id,
        .client_host = identity.client_host,
        .rebalance_timeout = static_cast<int32_t>(member->timeouts.rebalance.count()),
        .session_timeout = static_cast<int32_t>(member->timeouts.session.count()),
        .subscription = member->MetadataOf(protocol_name_.value_or(std::string())),
        .assignment = assignment_of(*member),
    });
  }
  return value;
}

}  // namespace monkafka::groups
