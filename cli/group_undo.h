// `group undo`.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/session.h"

namespace monkafka::cli::group {

void AddUndo(CLI::App& noun, Session& session);

}  // namespace monkafka::cli::group
