// Snapshots of the metadata log (KIP-630): the records that make the image at an offset, so that
// the log before it can go. Files beside the log's segments, named by what they contain:
//
//   <end offset, 20 digits>-<leader epoch, 10 digits>.checkpoint
//
//   control batch   snapshot header: time of the last record contained
//   control batches KRaft version and voters, when the quorum has them
//   batches         metadata records; offsets count from 0 through the file
//   control batch   snapshot footer: the file is whole
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cluster/metadata_batches.h"
#include "storage/file_system.h"

namespace monkafka::cluster {

struct SnapshotId {
  Offset end_offset = 0;  // exclusive
  LeaderEpoch epoch = 0;
  friend auto operator<=>(const SnapshotId&, const SnapshotId&) = default;
};

std::string SnapshotFileName(const SnapshotId& id);
std::optional<SnapshotId> ParseSnapshotFileName(std::string_view name);

// The newest in the directory.
Result<std::optional<SnapshotId>> FindSnapshot(storage::FileSystem& file_system,
                                               const std::string& directory);
// Removes all snapshots but `keep`, and what an interrupted write left.
Status RemoveOtherSnapshots(storage::FileSystem& file_system, const std::string& directory,
                            const SnapshotId& keep);

// CORRUPT_MESSAGE when the file is damaged or ends early.
Status ReadSnapshot(storage::FileSystem& file_system, const std::string& directory,
                    const SnapshotId& id, MetadataBatchReader& reader,
                    const MetadataStore::Apply& apply);

struct SnapshotContent {
  TimestampMs last_contained_timestamp = 0;
  TimestampMs now = 0;
  std::span<const MetadataRecord> records;
  const MetadataBatchReader& carried;  // what is to be carried along
};
// Atomic and durable.
Status WriteSnapshotFile(storage::FileSystem& file_system, const std::string& directory,
                         const SnapshotId& id, const SnapshotContent& content);

}  // namespace monkafka::cluster
