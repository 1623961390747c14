#include "cli/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
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

std::string Remedy(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return "is the path right?";
    case EISDIR:
      return "name a file";
    case EACCES:
    case EPERM:
      return "let this user do it (chmod, chown), or run it as one who may";
    case ENOSPC:
    case EDQUOT:
      return "make room on the disk";
    default:
      return "";
  }
}

[[noreturn]] void ThrowFileError(const std::filesystem::path& path, const char* what, int error) {
  throw Failure(fmt::format("{}: {}: {}", path.string(), what, std::strerror(error)),
                Remedy(error));
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
  constexpr const char* kWhat = "cannot be read";
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) ThrowFileError(path, kWhat, EISDIR);
  std::ifstream file(path, std::ios::binary);
  if (!file) ThrowFileError(path, kWhat, errno);
  std::string content;
  std::array<char, 4096> part{};
  while (file.read(part.data(), part.size()), file.gcount() > 0) {
    content.append(part.data(), static_cast<size_t>(file.gcount()));
  }
  if (file.bad()) ThrowFileError(path, kWhat, errno);
  return content;
}

void WriteFile(const std::filesystem::path& path, std::string_view content, Readers readers) {
  constexpr const char* kWhat = "cannot be written";
  std::error_code error;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), error);
  // A device or a pipe is written to: to rename a file over /dev/null would replace it.
  const bool special =
      std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error);
  std::string temporary = special ? path.string() : path.string() + ".new";
  int fd = open(temporary.c_str(), O_WRONLY | O_CLOEXEC | (special ? 0 : O_CREAT | O_TRUNC),
                readers == Readers::kUser ? 0600 : 0666);
  if (fd < 0) ThrowFileError(temporary, kWhat, errno);
  while (!content.empty()) {
    ssize_t written = write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const int reason = errno;
      close(fd);
      ThrowFileError(temporary, kWhat, reason);
    }
    content.remove_prefix(static_cast<size_t>(written));
  }
  const int reason = special || fsync(fd) == 0 ? 0 : errno;
  close(fd);
  if (reason != 0) ThrowFileError(path, kWhat, reason);
  if (special) return;
  if (rename(temporary.c_str(), path.c_str()) != 0) ThrowFileError(path, kWhat, errno);
}

}  // namespace monkafka::cli
