// What was wrong with a command line, and the one that was probably meant.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cli/failure.h"

namespace monkafka::cli {

// `error` is what CLI11 said of `words`.
Failure DescribeUsage(const CLI::App& app, const std::vector<std::string>& words,
                      const CLI::ParseError& error);

}  // namespace monkafka::cli
