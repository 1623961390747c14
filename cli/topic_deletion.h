// `topic delete`.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/session.h"

namespace monkafka::cli::topic {

void AddDelete(CLI::App& noun, Session& session);

}  // namespace monkafka::cli::topic
