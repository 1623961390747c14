// `record produce`.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/session.h"

namespace monkafka::cli {

void AddProduceCommand(CLI::App& noun, Session& session);

}  // namespace monkafka::cli
