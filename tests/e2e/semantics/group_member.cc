#include "e2e/semantics/group_member.h"

#include <stdexcept>

namespace monkafka::e2e {

using protocol::DescribeGroupsRequest;
using protocol::DescribeGroupsResponse;
using protocol::FindCoordinatorRequest;
using protocol::FindCoordinatorResponse;
using protocol::HeartbeatRequest;
using protocol::HeartbeatResponse;
using protocol::JoinGroupRequest;
using protocol::JoinGroupResponse;
using protocol::LeaveGroupRequest;
using protocol::LeaveGroupResponse;
using protocol::OffsetCommitRequest;
using protocol::OffsetCommitResponse;
using protocol::OffsetFetchRequest;
using protocol::OffsetFetchResponse;
using protocol::SyncGroupRequest;
using protocol::SyncGroupResponse;

namespace {

void AppendBigEndian(std::string& out, uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(value >> shift));
  }
}

}  // namespace

std::string Subscription(const std::vector<std::string>& topics, std::string_view user_data) {
  std::string out;
  AppendBigEndian(out, 0, 2);  // version
  AppendBigEndian(out, topics.size(), 4);
  for (const std::string& topic : topics) {
    AppendBigEndian(out, topic.size(), 2);
    out += topic;
  }
  AppendBigEndian(out, user_data.size(), 4);
  out += user_data;
  return out;
}

MemberSettings StaticMember(std::string instance_id) {
  MemberSettings settings;
  settings.instance_id = std::move(instance_id);
  return settings;
}

GroupMember::GroupMember(std::string group_id, MemberSettings member_settings, int port)
    : client(port, "member"), settings(std::move(member_settings)), group(std::move(group_id)) {}

GroupMember::GroupMember(const GroupMember& member, int port)
    : client(port, "member"),
      settings(member.settings),
      group(member.group),
      id(member.id),
      generation(member.generation),
      protocol_name(member.protocol_name) {}

JoinGroupRequest GroupMember::JoinRequest() const {
  JoinGroupRequest request;
  request.group_id = group;
  request.session_timeout_ms = settings.session_timeout_ms;
  request.rebalance_timeout_ms = settings.rebalance_timeout_ms;
  request.member_id = id;
  if (settings.instance_id) request.group_instance_id = *settings.instance_id;
  request.protocol_type = settings.protocol_type;
  for (const auto& [name, metadata] : settings.protocols) {
    request.protocols.push_back({name, AsBytes(metadata)});
  }
  return request;
}

void GroupMember::BeginJoin() {
  if (id.empty() && !settings.instance_id) {
    const auto answer = client.Call<JoinGroupResponse>(JoinRequest(), 9);
    if (answer.error_code != ErrorCode::kMemberIdRequired) {
      throw std::runtime_error("join: " + std::string(ErrorName(answer.error_code)));
    }
    id = answer.member_id;
  }
  join_ = client.Send(JoinRequest(), 9);
}

JoinGroupResponse GroupMember::EndJoin() {
  auto answer = client.Receive<JoinGroupResponse>(join_, 9);
  if (answer.error_code == ErrorCode::kNone) {
    id = answer.member_id;
    generation = answer.generation_id;
    protocol_name = answer.protocol_name;
  }
  return answer;
}

JoinGroupResponse GroupMember::Join() {
  BeginJoin();
  return EndJoin();
}

JoinGroupResponse GroupMember::JoinOnce(int16_t version) {
  return client.Call<JoinGroupResponse>(JoinRequest(), version);
}

void GroupMember::BeginSync(const Assignments& assignments) {
  SyncGroupRequest request;
  request.group_id = group;
  request.generation_id = generation;
  request.member_id = id;
  if (settings.instance_id) request.group_instance_id = *settings.instance_id;
  request.protocol_type = settings.protocol_type;
  request.protocol_name = protocol_name.value_or("range");
  for (const auto& [member, bytes] : assignments) {
    request.assignments.push_back({member, AsBytes(bytes)});
  }
  sync_ = client.Send(request, 5);
}

SyncGroupResponse GroupMember::EndSync() { return client.Receive<SyncGroupResponse>(sync_, 5); }

SyncGroupResponse GroupMember::Sync(const Assignments& assignments) {
  BeginSync(assignments);
  return EndSync();
}

ErrorCode GroupMember::Heartbeat() {
  HeartbeatRequest request;
  request.group_id = group;
  request.generation_id = generation;
  request.member_id = id;
  if (settings.instance_id) request.group_instance_id = *settings.instance_id;
  return client.Call<HeartbeatResponse>(request, 4).error_code;
}

ErrorCode GroupMember::Leave() {
  LeaveGroupRequest request;
  request.group_id = group;
  auto& member = request.members.emplace_back();
  member.member_id = id;
  if (settings.instance_id) member.group_instance_id = *settings.instance_id;
  const auto answer = client.Call<LeaveGroupResponse>(request, 5);
  if (answer.error_code != ErrorCode::kNone) return answer.error_code;
  return answer.members.at(0).error_code;
}

ErrorCode GroupMember::Commit(const std::string& topic, Offset offset) {
  CommitArguments arguments;
  arguments.member_id = id;
  arguments.generation = generation;
  arguments.instance_id = settings.instance_id;
  return CommitOffset(client, group, topic, offset, arguments);
}

void FormGroup(const std::vector<GroupMember*>& members) {
  const auto expect = [](bool condition, const std::string& why) {
    if (!condition) throw std::runtime_error("forming a group: " + why);
  };
  // Alone at first, so that it leads; then it joins again with the others.
  GroupMember& leader = *members.at(0);
  expect(leader.Join().error_code == ErrorCode::kNone, "the leader's join");
  for (size_t i = 1; i < members.size(); ++i) {
    members[i]->BeginJoin();
    expect(Eventually(
               [&] { return DescribeGroup(leader.client, leader.group).members.size() == i + 1; }),
           "a member does not appear");
  }
  if (members.size() > 1) expect(leader.Join().error_code == ErrorCode::kNone, "joining again");
  GroupMember::Assignments assignments;
  for (size_t i = 0; i < members.size(); ++i) {
    if (i > 0) expect(members[i]->EndJoin().error_code == ErrorCode::kNone, "a join");
    assignments.emplace_back(members[i]->id, "for " + std::to_string(i));
  }
  // Every sync is under way before the first answer is awaited: the leader's waits for the disk,
  // and who has not asked by then is left out after a short session or rebalance timeout.
  for (size_t i = 1; i < members.size(); ++i) members[i]->BeginSync();
  expect(leader.Sync(assignments).error_code == ErrorCode::kNone, "the leader's sync");
  for (size_t i = 1; i < members.size(); ++i) {
    expect(members[i]->EndSync().error_code == ErrorCode::kNone, "a sync");
  }
}

void AwaitCoordinator(WireClient& client, const std::string& group) {
  FindCoordinatorRequest find;
  find.coordinator_keys.push_back(group);
  const bool found = Eventually([&] {
    const auto answer = client.Call<FindCoordinatorResponse>(find, 4);
    return answer.coordinators.at(0).error_code == ErrorCode::kNone &&
           DescribeGroup(client, group).error_code == ErrorCode::kNone;
  });
  if (!found) throw std::runtime_error("no coordinator for " + group);
}

DescribeGroupsResponse::Group DescribeGroup(WireClient& client, const std::string& group,
                                            int16_t version) {
  DescribeGroupsRequest request;
  request.groups.push_back(group);
  return client.Call<DescribeGroupsResponse>(request, version).groups.at(0);
}

std::string StateOf(WireClient& client, const std::string& group) {
  return DescribeGroup(client, group).group_state;
}

ErrorCode CommitOffset(WireClient& client, const std::string& group, const std::string& topic,
                       Offset offset, const CommitArguments& arguments) {
  OffsetCommitRequest request;
  request.group_id = group;
  request.generation_id_or_member_epoch = arguments.generation;
  request.member_id = arguments.member_id;
  if (arguments.instance_id) request.group_instance_id = *arguments.instance_id;
  auto& wanted = request.topics.emplace_back();
  wanted.name = topic;
  auto& partition = wanted.partitions.emplace_back();
  partition.partition_index = arguments.partition;
  partition.committed_offset = offset;
  partition.committed_leader_epoch = arguments.leader_epoch;
  partition.committed_metadata = arguments.metadata;
  const auto answer = client.Call<OffsetCommitResponse>(request, arguments.version);
  return answer.topics.at(0).partitions.at(0).error_code;
}

OffsetFetchResponse::Partition CommittedOffset(WireClient& client, const std::string& group,
                                               const std::string& topic, int32_t partition) {
  OffsetFetchRequest request;
  auto& wanted = request.groups.emplace_back();
  wanted.group_id = group;
  wanted.topics->push_back({topic, {}, {partition}});
  const auto answer = client.Call<OffsetFetchResponse>(request, 8);
  if (answer.groups.at(0).error_code != ErrorCode::kNone) {
    throw std::runtime_error("committed offset: " +
                             std::string(ErrorName(answer.groups[0].error_code)));
  }
  return answer.groups[0].topics.at(0).partitions.at(0);
}

}  // namespace monkafka::e2e
