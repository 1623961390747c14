// Where the admin service finds partitions to inspect: in a running broker, or in a directory
// without one. Threads: any; the methods may read directories.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/result.h"
#include "common/types.h"
#include "storage/inspect/partition_files.h"

namespace monkafka::app {

class SegmentSource {
 public:
  struct Partition {
    storage::PartitionFiles files;
    bool compacted = false;  // its offsets may have gaps
  };

  virtual ~SegmentSource() = default;
  // Sorted. Of one topic (UNKNOWN_TOPIC_OR_PARTITION when there is none of it), or of all when the
  // name is empty.
  virtual Result<std::vector<TopicPartition>> Partitions(const std::string& topic) const = 0;
  // UNKNOWN_TOPIC_OR_PARTITION, or KAFKA_STORAGE_ERROR when its directory cannot be read.
  virtual Result<Partition> Open(const TopicPartition& tp) const = 0;
  // What paths are shown relative to, and where the offset checkpoints are.
  virtual const std::string& directory() const = 0;
  virtual storage::FileSystem& file_system() const = 0;
};

// A data directory, or the directory of a single partition, without the help of a broker. It is
// neither locked nor written to; that a broker has locked it is taken into account. The error says
// what the path is instead.
Result<std::unique_ptr<SegmentSource>> OpenSegmentDirectory(storage::FileSystem& file_system,
                                                            std::string path);

// Whether a broker has locked the data directory that `path` is, or is in.
bool IsInUse(storage::FileSystem& file_system, const std::string& path);

}  // namespace monkafka::app
