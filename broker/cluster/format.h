// The data directory's identity: whose it is, and that only one process uses it.
//
// meta.properties, as Kafka writes it (Java properties; KIP-500, KIP-858 for directory.id):
//   version=1
//   cluster.id=<Uuid text>      of the cluster
//   node.id=<number>            of the broker
//   directory.id=<Uuid text>    of this directory
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "common/result.h"
#include "common/types.h"
#include "storage/file_system.h"

namespace monkafka::cluster {

struct MetaProperties {
  std::string cluster_id;
  int32_t node_id = 0;
  std::optional<Uuid> directory_id;  // absent when Kafka before 3.7 formatted the directory
};

// An error names what is wrong with the text, not the file.
Result<MetaProperties> ParseMetaProperties(std::string_view text);
std::string FormatMetaProperties(const MetaProperties& properties);

struct DataDirectory {
  std::string cluster_id;
  Uuid directory_id;
  std::unique_ptr<storage::FileLock> lock;  // held as long as the directory is used
};

// Opens the directory of this node; a missing or empty one is created and formatted first, with the
// given cluster id or a random one. KAFKA_STORAGE_ERROR, with one sentence that says what to do,
// when the directory is somebody else's (other node or cluster, files but no meta.properties) or
// another process has it locked; nothing in it was touched then.
Result<DataDirectory> FormatOrOpen(storage::FileSystem& file_system, const std::string& directory,
                                   int32_t node_id, const std::optional<std::string>& cluster_id);

}  // namespace monkafka::cluster
