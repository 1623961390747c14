// The files that monkafkactl keeps for its user. All failures are thrown as Failure.
#pragma once

#include <filesystem>
#include <fstream>
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

// To be read from; a directory is refused.
std::ifstream OpenFile(const std::filesystem::path& path);

// The same as a descriptor.
class OpenedFile {
 public:
  explicit OpenedFile(const std::filesystem::path& path);
  ~OpenedFile();
  OpenedFile(const OpenedFile&) = delete;
  OpenedFile& operator=(const OpenedFile&) = delete;

  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

// "-" is stdin.
std::string ReadFile(const std::filesystem::path& path);

// Whose file is written.
enum class Whose {
  kTool,  // monkafkactl's own: the user alone may read it, its directories are made
  kUser,  // one that the user named: its directory must be there, and it keeps its mode
};

// Whole or not at all: written beside the file, synced, renamed over it. A symbolic link stays; the
// file behind it is written. What is there and no regular file, as /dev/null or a pipe, is written
// to as it is.
void WriteFile(const std::filesystem::path& named, std::string_view content,
               Whose whose = Whose::kTool);

// Takes a name for a file of monkafkactl's own that is written later: an empty file there, its
// directories made. False when the name is taken, by whatever process.
bool ClaimFile(const std::filesystem::path& path);

}  // namespace monkafka::cli
