// The nouns, each in a file and a namespace of its own, in which its verbs may have the plain names
// that other nouns use as well.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/session.h"

namespace monkafka::cli {

namespace topic {
void AddCommands(CLI::App& root, Session& session);
}
namespace segment {
void AddCommands(CLI::App& root, Session& session);
}
namespace offset {
void AddCommands(CLI::App& root, Session& session);
}
namespace group {
void AddCommands(CLI::App& root, Session& session);
}
namespace record {
void AddCommands(CLI::App& root, Session& session);
}
namespace config {
void AddCommands(CLI::App& root, Session& session);
}
namespace connection {
void AddCommands(CLI::App& root, Session& session);
}
namespace cluster {
void AddCommands(CLI::App& root, Session& session);
}
namespace resource {  // plan, apply, diff, export
void AddCommands(CLI::App& root, Session& session);
}
namespace context {
void AddCommands(CLI::App& root, Session& session);
}
namespace top {
void AddCommands(CLI::App& root, Session& session);
}
namespace doctor {
void AddCommands(CLI::App& root, Session& session);
}
namespace completion {
void AddCommands(CLI::App& root, Session& session);
}

}  // namespace monkafka::cli
