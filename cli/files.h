// The files that monkafkactl keeps for its user. All failures are thrown as Failure.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace monkafka::cli {

// Looks up an environment variable.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

// $XDG_CONFIG_HOME/monkafkactl, or else ~/.config/monkafkactl: the contexts.
std::filesystem::path ConfigDirectory(const Environment& environment);

// $XDG_STATE_HOME/monkafkactl, or else ~/.local/state/monkafkactl: the undo files.
std::filesystem::path StateDirectory(const Environment& environment);

// "-" is stdin.
std::string ReadFile(const std::filesystem::path& path);

// Who may read what is written.
enum class Readers {
  kUser,   // the user alone
  kUmask,  // as the umask says, as of any file that a command makes
};

// Whole or not at all: written beside the file, synced, renamed over it. Makes the directories.
// What is there and no regular file, as /dev/null or a pipe, is written to as it is.
void WriteFile(const std::filesystem::path& path, std::string_view content,
               Readers readers = Readers::kUser);

}  // namespace monkafka::cli
