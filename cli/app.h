// monkafkactl as a function: parses, runs one command, returns the exit code.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "cli/session.h"

namespace monkafka::cli {

// `arguments` without the program's name. Everything that goes wrong is printed and becomes the
// exit code; nothing is thrown.
int Run(const std::vector<std::string>& arguments, World world);

// All nouns and verbs. `session` must outlive it.
std::unique_ptr<CLI::App> MakeCommandTree(Session& session);

}  // namespace monkafka::cli
