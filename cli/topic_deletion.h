// The verbs of `topic` that delete records: delete, trim.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/session.h"

namespace monkafka::cli::topic {

void AddDeletions(CLI::App& noun, Session& session);

}  // namespace monkafka::cli::topic
