// Names that exist, for completion and for "did you mean".
#pragma once

#include <set>
#include <string>

#include "cli/command.h"
#include "cli/session.h"

namespace monkafka::cli {

// Empty when there is no such list or the server doesn't answer; never throws.
std::set<std::string> KnownNames(Session& session, Completion completion);

}  // namespace monkafka::cli
