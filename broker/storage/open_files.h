// Files of segments, opened when they are used and closed again when too many are open, so that
// thousands of partitions cost few file descriptors. Which one to close is decided by the clock
// algorithm (a file used since the last look stays); a `.log` with unsynced writes is never closed,
// because a failed write-back could then go unnoticed.
//
// Threads: safe from any thread. A File that was given out stays usable whatever happens here.
// Lifetime: a SegmentFile must not outlive its OpenFiles.
#pragma once

#include <list>
#include <memory>
#include <string>
#include <string_view>

#include "common/mutex.h"
#include "storage/file_system.h"

namespace monkafka::storage {

class SegmentFile;

class OpenFiles {
 public:
  OpenFiles(FileSystem& file_system, size_t capacity)
      : file_system_(file_system), capacity_(capacity) {}

  FileSystem& file_system() { return file_system_; }
  size_t open_count();

 private:
  friend class SegmentFile;
  // Takes a file that was just opened into the list and closes others if there are too many.
  void Add(SegmentFile& file) EXCLUDES(mutex_);
  void Remove(SegmentFile& file) EXCLUDES(mutex_);

  FileSystem& file_system_;
  const size_t capacity_;
  Mutex mutex_;                                      // taken before a SegmentFile's
  std::list<SegmentFile*> open_ GUARDED_BY(mutex_);  // next candidate first
};

// One file of a segment: `directory/<base offset><suffix>`.
class SegmentFile {
 public:
  SegmentFile(OpenFiles& files, std::shared_ptr<const std::string> directory, Offset base_offset,
              std::string_view suffix);
  ~SegmentFile();
  SegmentFile(const SegmentFile&) = delete;
  SegmentFile& operator=(const SegmentFile&) = delete;

  std::string path() const;
  std::string_view suffix() const { return suffix_; }

  // The open file. Fails once it was released.
  Result<std::shared_ptr<File>> Get(OpenMode mode = OpenMode::kReadWrite);
  // There are writes to sync; a `.log` stays open until MarkSynced.
  void MarkDirty();
  void MarkSynced();
  bool dirty();
  // Closes it; it is opened anew when it is used again (its content was replaced).
  void Reopen();
  // Closes it for good: the name may soon belong to another file.
  void Release();
  // Closes it for good under another name: "<path>.deleted". Missing is fine.
  Status RenameToDeleted();
  // Removes the file of this name; missing is fine.
  Status Remove();

 private:
  friend class OpenFiles;
  enum class Use { kIdle, kRecent };

  // True when the file was closed, false when it has to stay for now.
  bool CloseIfIdle() EXCLUDES(mutex_);

  OpenFiles& files_;
  const std::shared_ptr<const std::string> directory_;
  const Offset base_offset_;
  const std::string_view suffix_;  // a constant of names.h
  Mutex mutex_;
  std::shared_ptr<File> file_ GUARDED_BY(mutex_);
  Use use_ GUARDED_BY(mutex_) = Use::kIdle;
  bool dirty_ GUARDED_BY(mutex_) = false;
  bool released_ GUARDED_BY(mutex_) = false;
  bool listed_ = false;                         // guarded by files_.mutex_
  std::list<SegmentFile*>::iterator position_;  // guarded by files_.mutex_
};

}  // namespace monkafka::storage
