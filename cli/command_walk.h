// Follows the words of a command line down the command tree without running anything, for
// completion and for saying what was mistyped.
#pragma once

#include <CLI/CLI.hpp>
#include <span>
#include <string>
#include <vector>

namespace monkafka::cli {

// Where one stands after some words.
struct Place {
  const CLI::App* command = nullptr;
  const CLI::Option* value_of = nullptr;  // the option in front, when it wants a value
  size_t arguments = 0;                   // words that are arguments of the command
  // The first word that means nothing there: an option that is none, or no command where there
  // must be one. npos: there is none.
  size_t unknown = std::string::npos;
};

// `app` must outlive the result.
Place WalkCommand(const CLI::App& app, std::span<const std::string> words);

// The argument that a further word at `place` would belong to; nullptr when there is none.
const CLI::Option* ArgumentAt(const Place& place);

// "--name" of the options that `command` takes, its parents' included.
std::vector<std::string> OptionNames(const CLI::App& command);
// The commands below `command`; empty: it takes arguments.
std::vector<std::string> CommandNames(const CLI::App& command);

}  // namespace monkafka::cli
