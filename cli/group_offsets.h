// The verbs of `group` that move committed offsets: reset, undo, export, import.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/session.h"

namespace monkafka::cli::group {

void AddOffsets(CLI::App& noun, Session& session);

}  // namespace monkafka::cli::group
