#include "cli/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>

#include "cli/failure.h"

namespace monkafka::cli {
namespace {

std::filesystem::path UserDirectory(const Environment& environment, const char* variable,
                                    const char* below_home) {
  if (auto base = environment(variable); base && !base->empty()) {
    return std::filesystem::path(*base) / "monkafkactl";
  }
  auto home = environment("HOME");
  if (!home || home->empty()) {
    throw Failure(fmt::format("neither {} nor HOME is set", variable),
                  fmt::format("set {} to a directory of yours", variable));
  }
  return std::filesystem::path(*home) / below_home / "monkafkactl";
}

[[noreturn]] void ThrowFileError(const std::filesystem::path& path, const char* what) {
  throw Failure(fmt::format("{}: {}: {}", path.string(), what, std::strerror(errno)));
}

}  // namespace

std::filesystem::path ConfigDirectory(const Environment& environment) {
  return UserDirectory(environment, "XDG_CONFIG_HOME", ".config");
}

std::filesystem::path StateDirectory(const Environment& environment) {
  return UserDirectory(environment, "XDG_STATE_HOME", ".local/state");
}

std::string ReadFile(const std::filesystem::path& path) {
  if (path == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
  std::ifstream file(path, std::ios::binary);
  if (!file) ThrowFileError(path, "cannot be read");
  return std::string(std::istreambuf_iterator<char>(file), {});
}

void WriteFile(const std::filesystem::path& path, std::string_view content) {
  std::error_code error;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), error);
  std::string temporary = path.string() + ".new";
  int fd = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) ThrowFileError(temporary, "cannot be written");
  while (!content.empty()) {
    ssize_t written = write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      close(fd);
      ThrowFileError(temporary, "cannot be written");
    }
    content.remove_prefix(static_cast<size_t>(written));
  }
  bool synced = fsync(fd) == 0;
  close(fd);
  if (!synced || rename(temporary.c_str(), path.c_str()) != 0) {
    ThrowFileError(path, "cannot be written");
  }
}

}  // namespace monkafka::cli
