// Who is in a group and what happens when that changes: JoinGroup, SyncGroup, Heartbeat, LeaveGroup
// and the deadlines of the classic protocol. Pure: works on the shard's groups, the request and the
// step alone (step.h).
// Source: Kafka's group coordinator; KIP-62 (rebalance timeout), KIP-134 (initial delay), KIP-345
// (static members), KIP-394 (member ids are given out first), KIP-559, KIP-800 (reasons), KIP-814
// (a restarted static leader skips the assignment).
//
// A rebalance costs O(members) altogether: parked replies are counted, not searched, and each is
// completed once.
//
// Threads: one at a time (the shard's strand).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/executor.h"
#include "groups/group_map.h"
#include "groups/options.h"
#include "groups/step.h"
#include "protocol/groups.h"

namespace monkafka::groups {

// Who sent a JoinGroup; remembered with the member.
struct ClientInfo {
  std::string id;    // client.id, may be empty
  std::string host;  // as Kafka writes it: "/10.0.0.7"
};

class Membership {
 public:
  // All three outlive this.
  Membership(const GroupOptions& options, GroupMap& groups, DeadlineQueue& deadlines)
      : options_(options), groups_(groups), deadlines_(deadlines) {}
  Membership(const Membership&) = delete;
  Membership& operator=(const Membership&) = delete;

  // Replies at once or when the join phase ends. Group id and session timeout are already checked.
  void Join(const protocol::JoinGroupRequest& request, int16_t version, const ClientInfo& client,
            Callback<protocol::JoinGroupResponse> reply, Step& step);
  // Replies at once, or when the leader's assignment is durable.
  void Sync(const protocol::SyncGroupRequest& request, Callback<protocol::SyncGroupResponse> reply,
            Step& step);
  protocol::HeartbeatResponse Heartbeat(const protocol::HeartbeatRequest& request, const Now& now);
  protocol::LeaveGroupResponse Leave(const protocol::LeaveGroupRequest& request, int16_t version,
                                     Step& step);

  // Of kind kSession, kJoin or kSync.
  void OnDeadline(const Deadline& deadline, Step& step);

  // The member has been heard of.
  void RefreshSession(Member& member, const Now& now);

  // After the log was replayed: members of a Stable group get a session as if they had just been
  // heard of; a group over its size limit is rebalanced.
  void OnLoaded(Step& step);
  // Answers everything that is parked with NOT_COORDINATOR.
  void OnUnload();

 private:
  struct JoinCall;

  bool Accepts(ClassicGroup& group, std::string_view member_id) const;
  void JoinNew(ClassicGroup& group, JoinCall& call);
  void JoinExisting(ClassicGroup& group, JoinCall& call);
  void JoinAgain(ClassicGroup& group, Member& member, JoinCall& call);
  void GiveOutMemberId(ClassicGroup& group, std::string member_id, JoinCall& call);
  void Add(ClassicGroup& group, std::string member_id, JoinCall& call);
  void Update(ClassicGroup& group, Member& member, std::string reason, JoinCall& call);
  void ReplaceStatic(ClassicGroup& group, Member& old, std::string member_id, JoinCall& call);
  void StoreReplacedStatic(ClassicGroup& group, Member& member, std::string old_leader,
                           int16_t version, Step& step);
  protocol::JoinGroupResponse CurrentGeneration(const ClassicGroup& group, const Member& member,
                                                bool with_members) const;

  void Park(ClassicGroup& group, Member& member, Callback<protocol::JoinGroupResponse> reply);
  // Answers what is parked and removes the member.
  void Remove(ClassicGroup& group, Member& member);
  void RemoveAndRebalance(ClassicGroup& group, Member& member, std::string_view reason, Step& step);
  ErrorCode LeaveOne(ClassicGroup& group, const protocol::LeaveGroupRequest::Member& leaving);

  void RebalanceOrCompleteJoin(ClassicGroup& group, std::string_view reason, Step& step);
  void PrepareRebalance(ClassicGroup& group, std::string_view reason, Step& step);
  void MaybeCompleteJoin(ClassicGroup& group, Step& step);
  void CompleteJoin(ClassicGroup& group, Step& step);
  void RemoveMembersNotJoined(ClassicGroup& group);
  void AnswerJoined(ClassicGroup& group, const Now& now);
  void StoreEmptyGroup(ClassicGroup& group, Step& step);
  void OnInitialDelayOver(ClassicGroup& group, Step& step);
  void OnSessionOver(ClassicGroup& group, const std::string& member_id, Step& step);
  void OnSyncOver(ClassicGroup& group, Step& step);

  using Assignments = std::map<std::string, std::vector<uint8_t>, std::less<>>;
  void StoreAssignments(ClassicGroup& group, const protocol::SyncGroupRequest& request, Step& step);
  void OnAssignmentsStored(std::string_view group_id, int32_t generation,
                           const Assignments& assignments, ErrorCode error, Step& step);
  void PropagateAssignments(ClassicGroup& group, ErrorCode error, const Now& now);

  const GroupOptions& options_;
  GroupMap& groups_;
  DeadlineQueue& deadlines_;
};

}  // namespace monkafka::groups
