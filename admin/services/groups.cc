#include <fmt/format.h>

#include "admin/listing.h"
#include "admin/port/groups.h"
#include "admin/services/convert.h"
#include "admin/services/group_lag.h"
#include "admin/services/group_offsets.h"
#include "admin/services/services.h"
#include "admin/utf8.h"
#include "monkafka/admin/v1/groups.pb.h"

namespace monkafka::admin {
namespace {

v1::GroupType TypeOf(GroupType type) {
  switch (type) {
    case GroupType::kClassic:
      return v1::GROUP_TYPE_CLASSIC;
    case GroupType::kConsumer:
      return v1::GROUP_TYPE_CONSUMER;
    case GroupType::kUnknown:
      break;
  }
  return v1::GROUP_TYPE_UNSPECIFIED;
}

void Fill(const GroupMember& member, v1::GroupMember& out) {
  out.set_member_id(ToUtf8(member.member_id));
  out.set_group_instance_id(ToUtf8(member.group_instance_id));
  out.set_client_id(ToUtf8(member.client_id));
  out.set_client_host(member.client_host);
  for (const AssignedPartition& partition : member.assignment) {
    v1::TopicPartition& added = *out.add_assignment();
    added.set_topic(ToUtf8(partition.topic));
    added.set_partition(partition.partition);
  }
  for (const std::string& topic : member.subscription) out.add_subscription(ToUtf8(topic));
  *out.mutable_session_timeout() = ToProto(member.session_timeout);
  *out.mutable_rebalance_timeout() = ToProto(member.rebalance_timeout);
  for (const std::string& protocol : member.protocols) out.add_protocols(ToUtf8(protocol));
}

void Fill(const GroupInfo& info, v1::Group& out) {
  out.set_group_id(ToUtf8(info.group_id));
  out.set_state(ToProto(info.state));
  out.set_type(TypeOf(info.type));
  out.set_protocol_type(ToUtf8(info.protocol_type));
  out.set_protocol(ToUtf8(info.protocol));
  out.set_member_count(info.member_count);
  out.set_offset_count(info.offset_count);
  out.set_coordinator_id(info.coordinator_id);
  out.set_coordinator_partition(info.coordinator_partition);
  out.set_generation(info.generation);
  out.set_leader_member_id(ToUtf8(info.leader_member_id));
  for (const GroupMember& member : info.members) Fill(member, *out.add_members());
}

Outcome<v1::ListGroupsResponse> ListGroups(GroupsPort& port, const v1::ListGroupsRequest& request,
                                           const Call& call) {
  Outcome<std::vector<GroupInfo>> groups = port.List(call.stop_token());
  if (!groups) return std::unexpected(std::move(groups).error());
  v1::ListGroupsResponse response;
  for (const GroupInfo& group : *groups) Fill(group, *response.add_groups());
  return ListAll(request, std::move(response), &v1::ListGroupsResponse::mutable_groups, "group_id");
}

Outcome<v1::GetGroupResponse> GetGroup(GroupsPort& port, const v1::GetGroupRequest& request,
                                       const Call& call) {
  if (auto named = RequireText(request.group_id(), "group_id"); !named) {
    return std::unexpected(std::move(named).error());
  }
  Outcome<GroupInfo> group = port.Get(request.group_id(), call.stop_token());
  if (!group) return std::unexpected(std::move(group).error());
  v1::GetGroupResponse response;
  Fill(*group, *response.mutable_group());
  return response;
}

Outcome<v1::DeleteGroupResponse> DeleteGroup(GroupsPort& port,
                                             const v1::DeleteGroupRequest& request,
                                             const Call& call) {
  if (auto named = RequireText(request.group_id(), "group_id"); !named) {
    return std::unexpected(std::move(named).error());
  }
  Outcome<GroupInfo> deleted =
      port.Delete(request.group_id(), request.validate_only(), call.stop_token());
  if (request.allow_missing() && IsNotFound(deleted)) return v1::DeleteGroupResponse();
  if (!deleted) return std::unexpected(std::move(deleted).error());
  v1::DeleteGroupResponse response;
  Fill(*deleted, *response.mutable_group());
  return response;
}

}  // namespace

void AddGroups(MethodTable& table, GroupsPort& port, const Runtime& runtime) {
  const std::string service = "/monkafka.admin.v1.GroupsService/";
  table.AddRead<v1::ListGroupsRequest>(
      service + "ListGroups", Role::kViewer,
      [&port](const auto& request, Call& call) { return ListGroups(port, request, call); });
  table.AddRead<v1::GetGroupRequest>(
      service + "GetGroup", Role::kViewer,
      [&port](const auto& request, Call& call) { return GetGroup(port, request, call); });
  table.AddMutation<v1::DeleteGroupRequest>(
      service + "DeleteGroup", Role::kAdmin,
      [](const auto& request) { return "group " + request.group_id(); },
      [&port](const auto& request, Call& call) { return DeleteGroup(port, request, call); });
  AddGroupLag(table, port, runtime);
  AddGroupOffsets(table, port);
}

}  // namespace monkafka::admin
