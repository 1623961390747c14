// ResetGroupOffsets and CommitGroupOffsets of the groups service.
#pragma once

#include "admin/port/groups.h"
#include "admin/services/services.h"

namespace monkafka::admin {

void AddGroupOffsets(MethodTable& table, GroupsPort& port);

}  // namespace monkafka::admin
