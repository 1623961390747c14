#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "storage/file_system.h"

namespace monkafka::storage {
namespace {

std::unexpected<Error> FailWith(std::string_view operation, const std::string& path, int error) {
  return Fail(ErrorCode::kKafkaStorageError,
              fmt::format("{} {}: {}", operation, path, std::system_category().message(error)));
}

class PosixFile final : public File {
 public:
  PosixFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  ~PosixFile() override { ::close(descriptor_); }
  PosixFile(const PosixFile&) = delete;
  PosixFile& operator=(const PosixFile&) = delete;

  int descriptor() const override { return descriptor_; }

  Result<size_t> ReadAt(int64_t position, MutableBytes out) const override {
    size_t done = 0;
    while (done < out.size()) {
      const ssize_t n = ::pread(descriptor_, out.data() + done, out.size() - done,
                                position + static_cast<int64_t>(done));
      if (n == 0) break;
      if (n < 0) {
        if (errno == EINTR) continue;
        return FailWith("read", path_, errno);
      }
      done += static_cast<size_t>(n);
    }
    return done;
  }

  Result<std::optional<size_t>> ReadCached(int64_t position, MutableBytes out) const override {
    const iovec range{out.data(), out.size()};
    const ssize_t n = ::preadv2(descriptor_, &range, 1, position, RWF_NOWAIT);
    if (n == static_cast<ssize_t>(out.size())) return out.size();
    // What came in part ends where the file ends, or where the page cache does: only the size
    // tells.
    if (n >= 0) {
      Result<int64_t> size = Size();
      if (!size) return Forward(std::move(size));
      if (position + n >= *size) return static_cast<size_t>(n);
      return std::nullopt;
    }
    if (errno == EAGAIN) return std::nullopt;
    // The file system has no RWF_NOWAIT, or a signal came.
    return ReadAt(position, out);
  }

  Status WriteAt(int64_t position, std::span<const Bytes> pieces) override {
    std::array<iovec, kMaxPieces> vectors;
    while (!pieces.empty()) {
      const size_t count = std::min(pieces.size(), vectors.size());
      for (size_t i = 0; i < count; ++i) {
        vectors[i] = {const_cast<uint8_t*>(pieces[i].data()), pieces[i].size()};
      }
      Result<int64_t> written = WriteVectors(position, std::span(vectors).first(count));
      if (!written) return Forward(std::move(written));
      position += *written;
      pieces = pieces.subspan(count);
    }
    return {};
  }

  Status Truncate(int64_t size) override {
    if (::ftruncate(descriptor_, size) != 0) return FailWith("truncate", path_, errno);
    return {};
  }

  Status Reserve(int64_t size) override {
    // Asked first: the system takes all that is left before it finds that it does not suffice, and
    // whoever else writes meanwhile would find the volume full.
    struct statvfs space;
    if (::fstatvfs(descriptor_, &space) != 0) return FailWith("statvfs", path_, errno);
    if (std::cmp_less(space.f_bavail * space.f_frsize, size)) {
      return FailWith("reserve", path_, ENOSPC);
    }
    int error = 0;
    do {
      error = ::fallocate(descriptor_, FALLOC_FL_KEEP_SIZE, 0, size) == 0 ? 0 : errno;
    } while (error == EINTR);
    if (error == 0) return {};
    // What it got before the volume was full.
    if (const Result<int64_t> present = Size(); present) static_cast<void>(Truncate(*present));
    return FailWith("reserve", path_, error);
  }

  Status Sync() override {
    if (::fdatasync(descriptor_) != 0) return FailWith("sync", path_, errno);
    return {};
  }

  Result<int64_t> Size() const override {
    struct stat info;
    if (::fstat(descriptor_, &info) != 0) return FailWith("stat", path_, errno);
    return info.st_size;
  }

  Result<TimestampMs> ModifiedAt() const override {
    struct stat info;
    if (::fstat(descriptor_, &info) != 0) return FailWith("stat", path_, errno);
    return info.st_mtim.tv_sec * 1000 + info.st_mtim.tv_nsec / 1'000'000;
  }

 private:
  static constexpr size_t kMaxPieces = 64;

  // All of them, however often the system stops in the middle.
  Result<int64_t> WriteVectors(int64_t position, std::span<iovec> vectors) {
    int64_t done = 0;
    while (!vectors.empty()) {
      if (vectors.front().iov_len == 0) {
        vectors = vectors.subspan(1);
        continue;
      }
      // For one piece the kernel need not fetch a list of them.
      ssize_t n = vectors.size() == 1
                      ? ::pwrite(descriptor_, vectors.front().iov_base, vectors.front().iov_len,
                                 position + done)
                      : ::pwritev(descriptor_, vectors.data(), static_cast<int>(vectors.size()),
                                  position + done);
      if (n < 0) {
        if (errno == EINTR) continue;
        return FailWith("write", path_, errno);
      }
      if (n == 0) return FailWith("write", path_, ENOSPC);
      done += n;
      while (n > 0) {
        const size_t part = std::min(static_cast<size_t>(n), vectors.front().iov_len);
        vectors.front().iov_base = static_cast<uint8_t*>(vectors.front().iov_base) + part;
        vectors.front().iov_len -= part;
        n -= static_cast<ssize_t>(part);
        if (vectors.front().iov_len == 0) vectors = vectors.subspan(1);
      }
    }
    return done;
  }

  const int descriptor_;
  const std::string path_;
};

class PosixFileLock final : public FileLock {
 public:
  explicit PosixFileLock(int descriptor) : descriptor_(descriptor) {}
  ~PosixFileLock() override { ::close(descriptor_); }
  PosixFileLock(const PosixFileLock&) = delete;
  PosixFileLock& operator=(const PosixFileLock&) = delete;

 private:
  const int descriptor_;
};

int FlagsOf(OpenMode mode) {
  switch (mode) {
    case OpenMode::kRead:
      return O_RDONLY;
    case OpenMode::kReadWrite:
      return O_RDWR;
    case OpenMode::kCreate:
      return O_RDWR | O_CREAT;
    case OpenMode::kCreateTruncate:
      return O_RDWR | O_CREAT | O_TRUNC;
  }
  return O_RDONLY;
}

class Posix final : public FileSystem {
 public:
  Result<std::shared_ptr<File>> Open(const std::string& path, OpenMode mode) override {
    const int descriptor = ::open(path.c_str(), FlagsOf(mode) | O_CLOEXEC, 0644);
    if (descriptor < 0) return FailWith("open", path, errno);
    return std::make_shared<PosixFile>(descriptor, path);
  }

  Result<bool> Exists(const std::string& path) override {
    struct stat info;
    if (::stat(path.c_str(), &info) == 0) return true;
    if (errno == ENOENT || errno == ENOTDIR) return false;
    return FailWith("stat", path, errno);
  }

  Result<int64_t> SizeOf(const std::string& path) override {
    struct stat info;
    if (::stat(path.c_str(), &info) != 0) return FailWith("stat", path, errno);
    return info.st_size;
  }

  Result<std::vector<std::string>> List(const std::string& directory) override {
    DIR* stream = ::opendir(directory.c_str());
    if (stream == nullptr) return FailWith("list", directory, errno);
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = ::readdir(stream)) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
    }
    const int error = errno;
    ::closedir(stream);
    if (error != 0) return FailWith("list", directory, error);
    return names;
  }

  Result<bool> IsDirectory(const std::string& path) override {
    struct stat info;
    if (::stat(path.c_str(), &info) == 0) return S_ISDIR(info.st_mode);
    if (errno == ENOENT || errno == ENOTDIR) return false;
    return FailWith("stat", path, errno);
  }

  Status CreateDirectories(const std::string& path) override {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error) return FailWith("create directory", path, error.value());
    return {};
  }

  Status Rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return FailWith("rename", from, errno);
    return {};
  }

  Status Remove(const std::string& path) override {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return FailWith("remove", path, errno);
    return {};
  }

  Status RemoveDirectory(const std::string& path) override {
    std::error_code error;
    std::filesystem::remove_all(path, error);
    if (error) return FailWith("remove directory", path, error.value());
    return {};
  }

  Status SyncDirectory(const std::string& path) override {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return FailWith("open directory", path, errno);
    const int result = ::fsync(descriptor);
    const int error = errno;
    ::close(descriptor);
    if (result != 0) return FailWith("sync directory", path, error);
    return {};
  }

  Result<std::unique_ptr<FileLock>> Lock(const std::string& path) override {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (descriptor < 0) return FailWith("open", path, errno);
    // Of the open file, so that it excludes within this process too; it also excludes a Java
    // broker, whose lock is POSIX's.
    struct flock region = {};
    region.l_type = F_WRLCK;
    region.l_whence = SEEK_SET;
    if (::fcntl(descriptor, F_OFD_SETLK, &region) != 0) {
      const int error = errno;
      ::close(descriptor);
      if (error == EAGAIN || error == EACCES) {
        return Fail(ErrorCode::kKafkaStorageError,
                    fmt::format("{} is locked: another broker is using this directory", path));
      }
      return FailWith("lock", path, error);
    }
    return std::make_unique<PosixFileLock>(descriptor);
  }

  Result<bool> IsLocked(const std::string& path) override {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0 && errno == ENOENT) return false;
    if (descriptor < 0) return FailWith("open", path, errno);
    struct flock region = {};
    region.l_type = F_WRLCK;
    region.l_whence = SEEK_SET;
    const int result = ::fcntl(descriptor, F_OFD_GETLK, &region);
    const int error = errno;
    ::close(descriptor);
    if (result != 0) return FailWith("look for the lock of", path, error);
    return region.l_type != F_UNLCK;
  }

  Result<Space> SpaceOf(const std::string& path) override {
    struct statvfs info;
    if (::statvfs(path.c_str(), &info) != 0) return FailWith("statvfs", path, errno);
    return Space{static_cast<int64_t>(info.f_blocks * info.f_frsize),
                 static_cast<int64_t>(info.f_bavail * info.f_frsize)};
  }
};

}  // namespace

FileSystem& PosixFileSystem() {
  static Posix file_system;
  return file_system;
}

}  // namespace monkafka::storage
