#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <set>

#include "app/admin/segment_source.h"
#include "storage/checkpoint_files.h"
#include "storage/names.h"

namespace monkafka::app {
namespace {

// Kafka writes it once its cleaner compacted something.
constexpr std::string_view kCleanerCheckpoint = "cleaner-offset-checkpoint";

bool IsCompactedByNature(std::string_view topic) {
  return topic == "__consumer_offsets" || topic == "__transaction_state" ||
         topic == "__share_group_state";
}

// One that cannot be asked for is taken for a broker's that ended.
bool IsLocked(storage::FileSystem& file_system, const std::string& directory) {
  return file_system.IsLocked(directory + "/" + std::string(storage::kLockFile)).value_or(false);
}

class DirectorySource final : public SegmentSource {
 public:
  // `only`: the directory's parent is what it is about, and of it only this partition.
  DirectorySource(storage::FileSystem& file_system, std::string directory,
                  std::optional<TopicPartition> only)
      : file_system_(file_system), directory_(std::move(directory)), only_(std::move(only)) {
    const auto content = storage::ReadWholeFile(file_system_, PathOf(kCleanerCheckpoint));
    if (!content) return;
    const auto cleaned = storage::ParseOffsetCheckpoint(AsText(Bytes(*content)));
    if (!cleaned) return;
    for (const auto& [tp, offset] : *cleaned) cleaned_.insert(tp);
  }

  Result<std::vector<TopicPartition>> Partitions(const std::string& topic) const override {
    std::vector<TopicPartition> found;
    if (only_) {
      found.push_back(*only_);
    } else {
      Result<std::vector<std::string>> names = file_system_.List(directory_);
      if (!names) return Forward(std::move(names));
      for (const std::string& name : *names) {
        const Result<bool> is_directory = file_system_.IsDirectory(PathOf(name));
        auto tp = storage::ParsePartitionDirectory(name);
        if (tp && is_directory && *is_directory) found.push_back(*std::move(tp));
      }
    }
    std::erase_if(found, [&](const auto& tp) { return !topic.empty() && tp.topic != topic; });
    if (found.empty() && !topic.empty()) {
      return Fail(ErrorCode::kUnknownTopicOrPartition,
                  fmt::format("{} has no partition of topic {}", directory_, topic));
    }
    std::ranges::sort(found);
    return found;
  }

  Result<Partition> Open(const TopicPartition& tp) const override {
    const std::string path = PathOf(tp.ToString());
    const Result<bool> exists = file_system_.IsDirectory(path);
    if (!exists || !*exists || (only_ && *only_ != tp)) {
      return Fail(ErrorCode::kUnknownTopicOrPartition, path + " is no directory");
    }
    Result<storage::PartitionFiles> files =
        storage::ListPartitionFiles(file_system_, path, IsLocked(file_system_, directory_));
    if (!files) return Forward(std::move(files));
    return Partition{*std::move(files), IsCompactedByNature(tp.topic) || cleaned_.contains(tp)};
  }

  const std::string& directory() const override { return directory_; }
  storage::FileSystem& file_system() const override { return file_system_; }

 private:
  std::string PathOf(std::string_view name) const { return directory_ + "/" + std::string(name); }

  storage::FileSystem& file_system_;
  const std::string directory_;
  const std::optional<TopicPartition> only_;
  std::set<TopicPartition> cleaned_;
};

bool HoldsSegments(const std::vector<std::string>& names) {
  return std::ranges::any_of(names, [](const std::string& name) {
    const auto parts = storage::ParseSegmentFileName(name);
    return parts && parts->suffix == storage::kLogSuffix;
  });
}

std::string ParentOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

bool IsInUse(storage::FileSystem& file_system, const std::string& path) {
  return IsLocked(file_system, path) || IsLocked(file_system, ParentOf(path));
}

Result<std::unique_ptr<SegmentSource>> OpenSegmentDirectory(storage::FileSystem& file_system,
                                                            std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  Result<std::vector<std::string>> names = file_system.List(path);
  if (!names) return Forward(std::move(names));
  if (HoldsSegments(*names)) {
    const size_t slash = path.rfind('/');
    const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
    const std::string parent = ParentOf(path);
    auto tp = storage::ParsePartitionDirectory(name);
    if (!tp) {
      return Fail(ErrorCode::kInvalidRequest,
                  fmt::format("{} holds segments, but is not named <topic>-<partition>", path));
    }
    return std::make_unique<DirectorySource>(file_system, parent, std::move(tp));
  }
  auto source = std::make_unique<DirectorySource>(file_system, std::move(path), std::nullopt);
  const Result<std::vector<TopicPartition>> partitions = source->Partitions({});
  if (partitions && !partitions->empty()) return source;
  return Fail(ErrorCode::kInvalidRequest,
              source->directory() +
                  " is neither a data directory with partitions nor the "
                  "directory of one");
}

}  // namespace monkafka::app
