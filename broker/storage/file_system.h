// The seam to the file system. The real form is POSIX; the fake (tests/fakes) keeps files in
// memory, counts operations and misbehaves on request: loses or tears what was not synced, runs out
// of space, fails a sync. All paths are absolute or relative to the process; all calls are blocking
// and safe from any thread (a File's writes must come from one writer at a time). Errors are
// KAFKA_STORAGE_ERROR with the path, the operation and the system's reason.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "common/bytes.h"
#include "common/result.h"
#include "common/types.h"

namespace monkafka::storage {

class File : public ReadableFile {
 public:
  // Writes all of the pieces one after the other at `position` (one pwritev when it can).
  virtual Status WriteAt(int64_t position, std::span<const Bytes> pieces) = 0;
  // Gives back what was reserved beyond `size`, too, also when the file has this size already.
  virtual Status Truncate(int64_t size) = 0;
  // Takes the blocks for [0, size) from the volume, so that writing there can no more fail for want
  // of space. The file's size and content stay. On failure nothing is taken.
  virtual Status Reserve(int64_t size) = 0;
  // Makes data and what is needed to read it back (the size) durable: fdatasync. A failed sync is
  // never retried by the callers: what was not synced may be lost for good.
  virtual Status Sync() = 0;
  virtual Result<int64_t> Size() const = 0;
  virtual Result<TimestampMs> ModifiedAt() const = 0;
};

enum class OpenMode {
  kRead,            // must exist
  kReadWrite,       // must exist
  kCreate,          // created when missing, kept when there
  kCreateTruncate,  // created, or emptied when there
};

class FileLock {
 public:
  virtual ~FileLock() = default;  // releases
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;
  virtual Result<std::shared_ptr<File>> Open(const std::string& path, OpenMode mode) = 0;
  virtual Result<bool> Exists(const std::string& path) = 0;
  // The size of a file in bytes, without opening it.
  virtual Result<int64_t> SizeOf(const std::string& path) = 0;
  // Names (not paths) of the entries of a directory, in no order.
  virtual Result<std::vector<std::string>> List(const std::string& directory) = 0;
  virtual Result<bool> IsDirectory(const std::string& path) = 0;
  virtual Status CreateDirectories(const std::string& path) = 0;
  virtual Status Rename(const std::string& from, const std::string& to) = 0;  // replaces
  virtual Status Remove(const std::string& path) = 0;           // a file; missing is fine
  virtual Status RemoveDirectory(const std::string& path) = 0;  // with all in it; missing is fine
  // Makes created, renamed and removed names in the directory durable.
  virtual Status SyncDirectory(const std::string& path) = 0;
  // An exclusive lock held by this process, or an error naming who cannot have it.
  virtual Result<std::unique_ptr<FileLock>> Lock(const std::string& path) = 0;
  // Whether somebody holds that lock, which is not taken; false when there is no such file.
  virtual Result<bool> IsLocked(const std::string& path) = 0;
  struct Space {
    int64_t total_bytes = 0;
    int64_t usable_bytes = 0;
  };
  // Of the volume that holds the path.
  virtual Result<Space> SpaceOf(const std::string& path) = 0;
};

// The machine's file system; lives as long as the process.
FileSystem& PosixFileSystem();

// Replaces a small file atomically and durably: temporary file, sync, rename, directory sync.
Status WriteFileAtomically(FileSystem& file_system, const std::string& path, Bytes content);
Result<std::vector<uint8_t>> ReadWholeFile(FileSystem& file_system, const std::string& path);

}  // namespace monkafka::storage
