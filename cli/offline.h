// --dir: the segment verbs over a data directory, with no broker. The same service answers, in this
// process, through a channel that needs no network.
#pragma once

#include <string>

#include "cli/session.h"

namespace monkafka::cli {

// From now on the session's channel leads to `directory`; nothing happens when that is empty.
// Throws Failure when it is no data directory.
void UseDirectory(Session& session, const std::string& directory);

}  // namespace monkafka::cli
