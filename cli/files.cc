#include "cli/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <iostream>
#include <iterator>
#include <utility>

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

constexpr const char* kCannotRead = "cannot be read";
constexpr const char* kCannotWrite = "cannot be written";

// The file itself, when `path` is a symbolic link: to rename a file over the link would replace it.
std::filesystem::path BehindLinks(std::filesystem::path path) {
  constexpr int kMostLinks = 40;  // as the kernel follows
  std::error_code error;
  for (int links = 0; std::filesystem::is_symlink(path, error); ++links) {
    if (links == kMostLinks) ThrowFileError(path, "cannot be written", ELOOP);
    path = path.parent_path() / std::filesystem::read_symlink(path, error);
  }
  return path;
}

void RequireDirectory(const std::filesystem::path& file) {
  const std::filesystem::path directory = file.has_parent_path() ? file.parent_path() : ".";
  std::error_code error;
  if (std::filesystem::is_directory(directory, error)) return;
  throw Failure(fmt::format("{}: cannot be written: there is no directory {}", file.string(),
                            directory.string()),
                "make it first, or name another file");
}

// A new file beside `path`, under a name that no other writer of it has, of this process or
// another; -1 and errno when there can be none.
std::pair<int, std::string> OpenBeside(const std::filesystem::path& path, mode_t mode) {
  for (int attempt = 0;; ++attempt) {
    std::string name = fmt::format("{}.new-{}-{}", path.string(), getpid(), attempt);
    const int fd = open(name.c_str(), O_WRONLY | O_CLOEXEC | O_CREAT | O_EXCL, mode);
    if (fd >= 0 || errno != EEXIST) return {fd, std::move(name)};
  }
}

}  // namespace

std::filesystem::path ConfigDirectory(const Environment& environment) {
  return UserDirectory(environment, "XDG_CONFIG_HOME", ".config");
}

std::filesystem::path StateDirectory(const Environment& environment) {
  return UserDirectory(environment, "XDG_STATE_HOME", ".local/state");
}

std::ifstream OpenFile(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) ThrowFileError(path, kCannotRead, EISDIR);
  std::ifstream file(path, std::ios::binary);
  if (!file) ThrowFileError(path, kCannotRead, errno);
  return file;
}

OpenedFile::OpenedFile(const std::filesystem::path& path)
    : descriptor_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (descriptor_ < 0) ThrowFileError(path, kCannotRead, errno);
  struct stat found{};
  if (fstat(descriptor_, &found) == 0 && !S_ISDIR(found.st_mode)) return;
  close(descriptor_);
  ThrowFileError(path, kCannotRead, EISDIR);
}

OpenedFile::~OpenedFile() { close(descriptor_); }

std::string ReadFile(const std::filesystem::path& path) {
  if (path == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
  std::ifstream file = OpenFile(path);
  std::string content;
  std::array<char, 4096> part{};
  while (file.read(part.data(), part.size()), file.gcount() > 0) {
    content.append(part.data(), static_cast<size_t>(file.gcount()));
  }
  if (file.bad()) ThrowFileError(path, kCannotRead, errno);
  return content;
}

void WriteFile(const std::filesystem::path& named, std::string_view content, Whose whose) {
  std::error_code error;
  const std::filesystem::path path = BehindLinks(named);
  if (whose == Whose::kTool) {
    std::filesystem::create_directories(path.parent_path(), error);
  } else {
    RequireDirectory(path);
  }
  // A device or a pipe is written to: to rename a file over /dev/null would replace it.
  const bool special =
      std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error);
  const auto [fd, temporary] =
      special ? std::pair(open(path.c_str(), O_WRONLY | O_CLOEXEC), path.string())
              : OpenBeside(path, whose == Whose::kTool ? 0600 : 0666);
  if (fd < 0) ThrowFileError(temporary, kCannotWrite, errno);
  const auto fail = [&](int reason) {
    if (!special) unlink(temporary.c_str());
    ThrowFileError(path, kCannotWrite, reason);
  };
  struct stat before{};
  if (!special && whose == Whose::kUser && stat(path.c_str(), &before) == 0 &&
      fchmod(fd, before.st_mode & 07777) != 0) {
    const int reason = errno;
    close(fd);
    fail(reason);
  }
  while (!content.empty()) {
    ssize_t written = write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const int reason = errno;
      close(fd);
      fail(reason);
    }
    content.remove_prefix(static_cast<size_t>(written));
  }
  const int reason = special || fsync(fd) == 0 ? 0 : errno;
  close(fd);
  if (reason != 0) fail(reason);
  if (special) return;
  if (rename(temporary.c_str(), path.c_str()) != 0) fail(errno);
}

bool ClaimFile(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC | O_CREAT | O_EXCL, 0600);
  if (fd < 0 && errno == EEXIST) return false;
  if (fd < 0) ThrowFileError(path, kCannotWrite, errno);
  close(fd);
  return true;
}

}  // namespace monkafka::cli
