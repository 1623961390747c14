// Server reflection, in the protocol's version v1 and under its earlier name v1alpha.
#pragma once

#include "admin/method.h"

namespace monkafka::admin {

// Lists the services of the table as it is when it is asked.
void AddReflection(MethodTable& table);

}  // namespace monkafka::admin
