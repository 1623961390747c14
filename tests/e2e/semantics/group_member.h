// Members of classic groups, each over a connection of its own, and the calls about groups and
// their offsets that many tests make.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "e2e/semantics/semantics_fixture.h"
#include "e2e/semantics/wire_client.h"
#include "protocol/groups.h"
#include "protocol/offsets.h"

namespace monkafka::e2e {

// The metadata of a consumer: ConsumerProtocolSubscription v0.
std::string Subscription(const std::vector<std::string>& topics = {},
                         std::string_view user_data = "");

struct MemberSettings {
  std::optional<std::string> instance_id;
  // The metadata of members of the type "consumer" must be a subscription: Apache Kafka 3.9 never
  // completes the join of a group in which it cannot be read.
  std::vector<std::pair<std::string, std::string>> protocols = {{"range", Subscription()}};
  std::string protocol_type = "consumer";
  int32_t session_timeout_ms = 60'000;
  int32_t rebalance_timeout_ms = 60'000;
};

MemberSettings StaticMember(std::string instance_id);

class GroupMember {
 public:
  using Assignments = std::vector<std::pair<std::string, std::string>>;  // member id, bytes

  explicit GroupMember(std::string group, MemberSettings settings = {},
                       int port = SharedBrokerPort());

  // The same member over a connection of its own.
  GroupMember(const GroupMember& member, int port);

  // Sends JoinGroup; a dynamic member without an id gets one first (KIP-394). EndJoin waits until
  // the group is formed and keeps what it says of this member.
  void BeginJoin();
  protocol::JoinGroupResponse EndJoin();
  protocol::JoinGroupResponse Join();
  // One JoinGroup as it is, without asking for an id first.
  protocol::JoinGroupResponse JoinOnce(int16_t version = 9);

  void BeginSync(const Assignments& assignments = {});
  protocol::SyncGroupResponse EndSync();
  protocol::SyncGroupResponse Sync(const Assignments& assignments = {});

  ErrorCode Heartbeat();
  ErrorCode Leave();  // by member id; the member's error
  ErrorCode Commit(const std::string& topic, Offset offset);

  WireClient client;
  MemberSettings settings;
  const std::string group;
  std::string id;
  int32_t generation = -1;
  std::optional<std::string> protocol_name;  // as the last join said

 private:
  protocol::JoinGroupRequest JoinRequest() const;

  int32_t join_ = 0;
  int32_t sync_ = 0;
};

// Joins and syncs them all, the first one as the leader, each with the assignment "for <position>".
void FormGroup(const std::vector<GroupMember*>& members);

// Until the group's coordinator has loaded what it keeps.
void AwaitCoordinator(WireClient& client, const std::string& group);

protocol::DescribeGroupsResponse::Group DescribeGroup(WireClient& client, const std::string& group,
                                                      int16_t version = 5);
std::string StateOf(WireClient& client, const std::string& group);

struct CommitArguments {
  int32_t partition = 0;
  std::string member_id;
  int32_t generation = -1;
  std::optional<std::string> instance_id;
  LeaderEpoch leader_epoch = -1;
  std::string metadata;
  int16_t version = 9;
};
ErrorCode CommitOffset(WireClient& client, const std::string& group, const std::string& topic,
                       Offset offset, const CommitArguments& arguments = {});

// Of one partition, by OffsetFetch v8.
protocol::OffsetFetchResponse::Partition CommittedOffset(WireClient& client,
                                                         const std::string& group,
                                                         const std::string& topic,
                                                         int32_t partition = 0);

class GroupTest : public SemanticsTest {
 protected:
  GroupTest() : group_(topic_ + "-group") { AwaitCoordinator(client_, group_); }

  const std::string group_;
};

}  // namespace monkafka::e2e
