// GetGroupLag and WatchGroupLag of the groups service.
#pragma once

#include "admin/port/groups.h"
#include "admin/services/services.h"
#include "monkafka/admin/v1/groups.pb.h"

namespace monkafka::admin {

void AddGroupLag(MethodTable& table, GroupsPort& port, const Runtime& runtime);

v1::GroupState ToProto(GroupState state);

}  // namespace monkafka::admin
