#include "storage/file_system.h"

namespace monkafka::storage {
namespace {

std::string ParentOf(const std::string& path) {
  const size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

Status WriteFileAtomically(FileSystem& file_system, const std::string& path, Bytes content) {
  const std::string temporary = path + ".tmp";
  {
    Result<std::shared_ptr<File>> file = file_system.Open(temporary, OpenMode::kCreateTruncate);
    if (!file) return Forward(std::move(file));
    if (Status status = (*file)->WriteAt(0, std::span(&content, 1)); !status) return status;
    if (Status status = (*file)->Sync(); !status) return status;
  }
  if (Status status = file_system.Rename(temporary, path); !status) return status;
  return file_system.SyncDirectory(ParentOf(path));
}

Result<std::vector<uint8_t>> ReadWholeFile(FileSystem& file_system, const std::string& path) {
  Result<std::shared_ptr<File>> file = file_system.Open(path, OpenMode::kRead);
  if (!file) return Forward(std::move(file));
  Result<int64_t> size = (*file)->Size();
  if (!size) return Forward(std::move(size));
  std::vector<uint8_t> content(static_cast<size_t>(*size));
  Result<size_t> read = (*file)->ReadAt(0, content);
  if (!read) return Forward(std::move(read));
  content.resize(*read);
  return content;
}

}  // namespace monkafka::storage
