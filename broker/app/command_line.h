// The broker's command line.
#pragma once

#include <string>
#include <vector>

#include "common/result.h"
#include "config/sources.h"

namespace monkafka::app {

struct CommandLine {
  config::SourcedValues settings;  // file, then environment, then flags: the last one wins
  std::string ready_file;          // empty: none
  std::string admin_ready_file;    // empty: none
  bool ephemeral = false;
  bool verbose = false;
};

struct CommandLineOutcome {
  bool exit =
      false;  // --help, --version or a mistake: `text` was for the user, `code` for the shell
  int code = 0;
  std::string text;
  CommandLine command_line;
};

// Reads the named server.properties too. A mistake is one sentence with exit code 64 (usage) or,
// for a file that cannot be read, 1.
CommandLineOutcome ParseCommandLine(int argc, const char* const* argv,
                                    const char* const* environment);

}  // namespace monkafka::app
