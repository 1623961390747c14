// `record produce`.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/session.h"

namespace monkafka::cli::record {

void AddProduce(CLI::App& noun, Session& session);

}  // namespace monkafka::cli::record
