#include "storage/inspect/partition_files.h"

#include <algorithm>
#include <array>

#include "storage/names.h"

namespace monkafka::storage {
namespace {

struct IndexSuffix {
  std::string_view suffix;
  std::optional<int64_t> SegmentFiles::* bytes;
};
constexpr std::array<IndexSuffix, 3> kIndexFiles{{
    {kOffsetIndexSuffix, &SegmentFiles::offset_index_bytes},
    {kTimeIndexSuffix, &SegmentFiles::time_index_bytes},
    {kTxnIndexSuffix, &SegmentFiles::txn_index_bytes},
}};

// Not of the log, and no business of ours.
bool IsOfTheDirectory(std::string_view name) {
  return name == kLeaderEpochFile || name == kPartitionMetadataFile || name == kFailedSyncFile ||
         name.ends_with(".checkpoint") || name == "quorum-state";
}

using Segments = std::map<Offset, SegmentFiles>;

// In a directory that is in use, what is being made, renamed or removed right now.
bool IsInTransit(std::string_view name, const std::optional<SegmentFileNameParts>& parts,
                 const Segments& segments) {
  if (name.ends_with(kDeletedSuffix) || name.ends_with(".tmp") || segments.empty()) return true;
  return parts && (parts->base_offset < segments.begin()->first ||
                   parts->base_offset > segments.rbegin()->first);
}

// False: it belongs to no segment.
Result<bool> TakeIndex(FileSystem& file_system, const PartitionFiles& files,
                       const SegmentFileNameParts& parts, Segments& segments) {
  const auto segment = segments.find(parts.base_offset);
  if (segment == segments.end()) return false;
  for (const IndexSuffix& index : kIndexFiles) {
    if (parts.suffix != index.suffix) continue;
    Result<int64_t> size = file_system.SizeOf(files.PathOf(parts.base_offset, parts.suffix));
    if (!size) return Forward(std::move(size));
    segment->second.*index.bytes = *size;
    return true;
  }
  return false;
}

// Sorts the directory's names to the segments that are known.
Status TakeNames(FileSystem& file_system, const std::vector<std::string>& names, Segments& segments,
                 PartitionFiles& files) {
  for (const std::string& name : names) {
    if (name == kLeaderEpochFile) files.has_leader_epochs = true;
    if (name == kPartitionMetadataFile) files.has_partition_metadata = true;
    if (IsOfTheDirectory(name)) continue;
    const std::optional<SegmentFileNameParts> parts = ParseSegmentFileName(name);
    if (parts && parts->suffix == kSnapshotSuffix) {
      files.producer_snapshots.push_back(parts->base_offset);
    } else if (files.live && IsInTransit(name, parts, segments)) {
      continue;
    } else if (!parts) {
      files.orphans.push_back(name);
    } else if (parts->suffix != kLogSuffix || !segments.contains(parts->base_offset)) {
      Result<bool> taken = TakeIndex(file_system, files, *parts, segments);
      // Removed since it was listed: no file of ours any more.
      if (!taken && !files.live) return Forward(std::move(taken));
      if (taken && !*taken) files.orphans.push_back(name);
    }
  }
  std::ranges::sort(files.orphans);
  std::ranges::sort(files.producer_snapshots);
  for (auto& [base_offset, segment] : segments) files.segments.push_back(segment);
  if (!files.segments.empty()) files.segments.back().active = true;
  return {};
}

}  // namespace

std::string PartitionFiles::PathOf(Offset base_offset, std::string_view suffix) const {
  return PathOf(SegmentFileName(base_offset, suffix));
}

const SegmentFiles* PartitionFiles::FindSegment(Offset base_offset) const {
  const auto found =
      std::ranges::lower_bound(segments, base_offset, {}, &SegmentFiles::base_offset);
  return found != segments.end() && found->base_offset == base_offset ? &*found : nullptr;
}

Result<PartitionFiles> ListPartitionFiles(FileSystem& file_system, const std::string& directory,
                                          bool in_use) {
  Result<std::vector<std::string>> names = file_system.List(directory);
  if (!names) return Forward(std::move(names));
  PartitionFiles files;
  files.directory = directory;
  files.live = in_use;
  Segments segments;
  Offset removed_to = kNoOffset;
  for (const std::string& name : *names) {
    const std::optional<SegmentFileNameParts> parts = ParseSegmentFileName(name);
    if (!parts || parts->suffix != kLogSuffix) continue;
    Result<int64_t> size = file_system.SizeOf(files.PathOf(name));
    if (!size && in_use) {  // removed since it was listed, and with it those before it
      removed_to = std::max(removed_to, parts->base_offset);
      continue;
    }
    if (!size) return Forward(std::move(size));
    SegmentFiles& segment = segments[parts->base_offset];
    segment.base_offset = parts->base_offset;
    segment.log_bytes = *size;
  }
  segments.erase(segments.begin(), segments.lower_bound(removed_to));
  if (Status taken = TakeNames(file_system, *names, segments, files); !taken) {
    return Forward(std::move(taken));
  }
  const size_t count = files.segments.size();
  for (size_t i = count - std::min<size_t>(count, 2); in_use && i < count; ++i) {
    files.segments[i].unsettled = true;
  }
  return files;
}

Result<PartitionFiles> ListPartitionFiles(FileSystem& file_system, const LogFiles& log) {
  if (log.segments.empty()) return ListPartitionFiles(file_system, log.directory);
  Result<std::vector<std::string>> names = file_system.List(log.directory);
  if (!names) return Forward(std::move(names));
  PartitionFiles files;
  files.directory = log.directory;
  files.live = true;
  Segments segments;
  for (const LogFiles::Segment& known : log.segments) {
    SegmentFiles& segment = segments[known.base_offset];
    segment.base_offset = known.base_offset;
    segment.log_bytes = known.size_in_bytes;
    segment.indexes_usable = known.indexes_usable;
  }
  if (Status taken = TakeNames(file_system, *names, segments, files); !taken) {
    return Forward(std::move(taken));
  }
  return files;
}

}  // namespace monkafka::storage
