// `topic trim`: deletes the oldest records of a topic.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/session.h"

namespace monkafka::cli::topic {

void AddTrim(CLI::App& noun, Session& session);

}  // namespace monkafka::cli::topic
