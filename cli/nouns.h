// The nouns, each in a file of its own.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/session.h"

namespace monkafka::cli {

void AddTopicCommands(CLI::App& root, Session& session);
void AddSegmentCommands(CLI::App& root, Session& session);
void AddOffsetCommands(CLI::App& root, Session& session);
void AddGroupCommands(CLI::App& root, Session& session);
void AddRecordCommands(CLI::App& root, Session& session);
void AddConfigCommands(CLI::App& root, Session& session);
void AddConnectionCommands(CLI::App& root, Session& session);
void AddClusterCommands(CLI::App& root, Session& session);
void AddResourceCommands(CLI::App& root, Session& session);  // plan, apply, diff, export
void AddContextCommands(CLI::App& root, Session& session);
void AddTopCommand(CLI::App& root, Session& session);
void AddDoctorCommand(CLI::App& root, Session& session);
void AddCompletionCommands(CLI::App& root, Session& session);

}  // namespace monkafka::cli
