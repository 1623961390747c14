#include "groups/group_queries.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "groups/consumer_protocol.h"

namespace monkafka::groups {
namespace {

constexpr std::string_view kClassicType = "classic";
constexpr int16_t kUnknownGroupIsAnError = 6;

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

bool EqualIgnoringCase(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
  return std::ranges::equal(a, b, {}, lower, lower);
}

bool Passes(const std::vector<std::string_view>& filter, std::string_view value) {
  return filter.empty() || std::ranges::any_of(filter, [&](std::string_view wanted) {
           return EqualIgnoringCase(Trim(wanted), value);
         });
}

std::vector<uint8_t> Copy(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

MemberView ViewOf(const ClassicGroup& group, const Member& member) {
  MemberView view{.member_id = member.id(),
                  .instance_id = member.identity.instance_id,
                  .client_id = member.identity.client_id,
                  .client_host = member.identity.client_host,
                  .session_timeout = member.timeouts.session,
                  .rebalance_timeout = member.timeouts.rebalance,
                  .leader = group.IsLeader(member.id())};
  for (const MemberProtocol& protocol : member.protocols) view.protocols.push_back(protocol.name);
  if (!group.UsesConsumerProtocol()) return view;
  if (group.protocol_name()) {
    const auto topics = ParseSubscribedTopics(member.MetadataOf(*group.protocol_name()));
    if (topics) view.subscribed_topics.assign(topics->begin(), topics->end());
  }
  auto partitions = ParseAssignedPartitions(member.assignment);
  if (partitions) view.assigned_partitions = std::move(*partitions);
  return view;
}

}  // namespace

std::vector<protocol::ListGroupsResponse::Group> ListGroups(
    const GroupMap& groups, const protocol::ListGroupsRequest& request) {
  std::vector<protocol::ListGroupsResponse::Group> listed;
  if (!Passes(request.types_filter, kClassicType)) return listed;
  for (const auto& [id, group] : groups.groups()) {
    const ClassicGroup& classic = group->classic;
    if (!Passes(request.states_filter, StateName(classic.state()))) continue;
    listed.push_back({.group_id = id,
                      .protocol_type = classic.protocol_type().value_or(""),
                      .group_state = std::string(StateName(classic.state())),
                      .group_type = std::string(kClassicType)});
  }
  return listed;
}

protocol::DescribeGroupsResponse::Group DescribeGroup(GroupMap& groups, std::string_view group_id,
                                                      int16_t version) {
  protocol::DescribeGroupsResponse::Group answer;
  answer.group_id = group_id;
  const Group* found = groups.Find(group_id);
  if (found == nullptr) {
    answer.group_state = kDeadStateName;
    if (version >= kUnknownGroupIsAnError) {
      answer.error_code = ErrorCode::kGroupIdNotFound;
      answer.error_message = fmt::format("Group {} not found.", group_id);
    }
    return answer;
  }
  const ClassicGroup& group = found->classic;
  const bool stable = group.IsIn(GroupState::kStable);
  answer.group_state = StateName(group.state());
  answer.protocol_type = group.protocol_type().value_or("");
  if (stable) answer.protocol_data = group.protocol_name().value_or("");
  for (const auto& [id, member] : group.members()) {
    answer.members.push_back(
        {.member_id = id,
         .group_instance_id = member->identity.instance_id,
         .client_id = member->identity.client_id,
         .client_host = member->identity.client_host,
         .member_metadata =
             stable ? Copy(member->MetadataOf(answer.protocol_data)) : std::vector<uint8_t>(),
         .member_assignment = member->assignment});
  }
  return answer;
}

GroupSummary SummaryOf(const Group& group, int32_t offsets_partition) {
  GroupSummary summary{.group_id = group.id(),
                       .state = std::string(StateName(group.classic.state())),
                       .type = std::string(kClassicType),
                       .protocol_type = group.classic.protocol_type().value_or(""),
                       .member_count = static_cast<int64_t>(group.classic.members().size()),
                       .offsets_partition = offsets_partition};
  for (const auto& [topic, partitions] : group.offsets.committed()) {
    summary.offset_count += static_cast<int64_t>(partitions.size());
  }
  return summary;
}

GroupDetail DetailOf(const Group& group, int32_t offsets_partition) {
  const ClassicGroup& classic = group.classic;
  GroupDetail detail{.summary = SummaryOf(group, offsets_partition),
                     .generation = classic.generation(),
                     .protocol_name = classic.protocol_name().value_or(""),
                     .state_since = classic.state_timestamp()};
  for (const auto& [id, member] : classic.members()) {
    detail.members.push_back(ViewOf(classic, *member));
  }
  for (const auto& [topic, partitions] : group.offsets.committed()) {
    for (const auto& [partition, offset] : partitions) {
      detail.offsets.push_back({.partition = {topic, partition},
                                .offset = offset.offset,
                                .leader_epoch = offset.leader_epoch,
                                .metadata = offset.metadata,
                                .commit_timestamp = offset.commit_timestamp,
                                .pending_transaction = group.offsets.HasPending(topic, partition)});
    }
  }
  return detail;
}

}  // namespace monkafka::groups
