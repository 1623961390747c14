// Why an admin service cannot be reached, found out by asking the address itself: gRPC says no more
// than "unavailable".
#pragma once

#include <string>

#include "cli/contexts.h"

namespace monkafka::cli {

struct Unreachable {
  std::string why;   // "nobody listens at 127.0.0.1:9095"
  std::string next;  // what to do about it
};

// Connects to context.endpoint and looks at what answers. `said` is gRPC's own message, which knows
// why a certificate was refused. Takes a few seconds at most.
Unreachable ExplainUnreachable(const Context& context, const std::string& said);

}  // namespace monkafka::cli
