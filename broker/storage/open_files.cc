#include "storage/open_files.h"

#include "storage/names.h"

namespace monkafka::storage {

size_t OpenFiles::open_count() {
  MutexLock lock(mutex_);
  return open_.size();
}

void OpenFiles::Add(SegmentFile& file) {
  MutexLock lock(mutex_);
  if (!file.listed_) {
    file.position_ = open_.insert(open_.end(), &file);
    file.listed_ = true;
  }
  // Twice round at most: the first look takes away "recently used", the second closes.
  for (size_t looks = 2 * open_.size(); looks > 0 && open_.size() > capacity_; --looks) {
    SegmentFile& candidate = *open_.front();
    if (&candidate != &file && candidate.CloseIfIdle()) {
      open_.pop_front();
      candidate.listed_ = false;
    } else {
      open_.splice(open_.end(), open_, open_.begin());
    }
  }
}

void OpenFiles::Remove(SegmentFile& file) {
  MutexLock lock(mutex_);
  if (!file.listed_) return;
  open_.erase(file.position_);
  file.listed_ = false;
}

SegmentFile::SegmentFile(OpenFiles& files, std::shared_ptr<const std::string> directory,
                         Offset base_offset, std::string_view suffix)
    : files_(files), directory_(std::move(directory)), base_offset_(base_offset), suffix_(suffix) {}

SegmentFile::~SegmentFile() { files_.Remove(*this); }

std::string SegmentFile::path() const {
  return *directory_ + "/" + SegmentFileName(base_offset_, suffix_);
}

Result<std::shared_ptr<File>> SegmentFile::Get(OpenMode mode) {
  {
    MutexLock lock(mutex_);
    if (released_) return Fail(ErrorCode::kKafkaStorageError, path() + " was deleted");
    use_ = Use::kRecent;
    if (file_) return file_;
  }
  Result<std::shared_ptr<File>> opened = files_.file_system().Open(path(), mode);
  if (!opened) return opened;
  {
    MutexLock lock(mutex_);
    if (released_) return Fail(ErrorCode::kKafkaStorageError, path() + " was deleted");
    if (file_) return file_;  // another thread was faster
    file_ = *opened;
  }
  files_.Add(*this);
  return opened;
}

void SegmentFile::MarkDirty() {
  MutexLock lock(mutex_);
  dirty_ = true;
}

void SegmentFile::MarkSynced() {
  MutexLock lock(mutex_);
  dirty_ = false;
}

bool SegmentFile::dirty() {
  MutexLock lock(mutex_);
  return dirty_;
}

void SegmentFile::Reopen() {
  {
    MutexLock lock(mutex_);
    file_.reset();
    dirty_ = false;
  }
  files_.Remove(*this);
}

void SegmentFile::Release() {
  {
    MutexLock lock(mutex_);
    file_.reset();
    dirty_ = false;
    released_ = true;
  }
  files_.Remove(*this);
}

Status SegmentFile::RenameToDeleted() {
  Release();
  const std::string name = path();
  Result<bool> exists = files_.file_system().Exists(name);
  if (!exists) return Forward(std::move(exists));
  if (!*exists) return {};
  return files_.file_system().Rename(name, name + std::string(kDeletedSuffix));
}

Status SegmentFile::Remove() { return files_.file_system().Remove(path()); }

bool SegmentFile::CloseIfIdle() {
  MutexLock lock(mutex_);
  if (dirty_ && suffix_ == kLogSuffix) return false;
  if (use_ == Use::kRecent) {
    use_ = Use::kIdle;
    return false;
  }
  file_.reset();
  return true;
}

}  // namespace monkafka::storage
