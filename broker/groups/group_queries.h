// Answers about a shard's groups. Pure reads.
//
// Threads: one at a time (the shard's strand).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "groups/group_map.h"
#include "groups/group_views.h"
#include "protocol/groups.h"

namespace monkafka::groups {

// Filters are case-insensitive; an empty one lets everything through. Source: KIP-518, KIP-848.
std::vector<protocol::ListGroupsResponse::Group> ListGroups(
    const GroupMap& groups, const protocol::ListGroupsRequest& request);

// A group that doesn't exist is "Dead"; from version 6 on it is GROUP_ID_NOT_FOUND too (KIP-1043).
protocol::DescribeGroupsResponse::Group DescribeGroup(GroupMap& groups, std::string_view group_id,
                                                      int16_t version);

GroupSummary SummaryOf(const Group& group, int32_t offsets_partition);
GroupDetail DetailOf(const Group& group, int32_t offsets_partition);

}  // namespace monkafka::groups
