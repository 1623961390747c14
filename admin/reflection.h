// Server reflection, in the protocol's version v1 and under its earlier name v1alpha.
#pragma once

#include "admin/method.h"

namespace monkafka::admin {

// The services that are listed are those of the table at the end of this call.
void AddReflection(MethodTable& table);

}  // namespace monkafka::admin
