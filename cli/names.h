// Names and ids that exist, for completion, for "did you mean" and for what is not said.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "cli/command.h"
#include "cli/session.h"

namespace monkafka::cli {

// Whose config keys are meant.
enum class KeysOf { kAny, kTopic, kBroker };

// Empty when there is no such list or the server doesn't answer; never throws.
std::set<std::string> KnownNames(Session& session, Completion completion,
                                 KeysOf keys_of = KeysOf::kAny);

// The id of the broker that answers.
int32_t AnsweringBroker(Session& session);

}  // namespace monkafka::cli
