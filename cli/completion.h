// Shell completion. The scripts that `monkafkactl completion SHELL` prints call
// `monkafkactl __complete WORD...` at each <tab>, which prints the candidates, one a line.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cli/session.h"

namespace monkafka::cli {

constexpr const char* kCompleteCommand = "__complete";

// `words` is what stands on the command line behind the program's name, the unfinished last word
// included ("" when it has not begun). Prints commands, options, and names of topics, groups,
// config keys and contexts; the server is asked with a short deadline, and without an answer there
// are no candidates.
void Complete(const CLI::App& app, Session& session, const std::vector<std::string>& words);

}  // namespace monkafka::cli
