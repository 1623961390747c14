// Which files a partition's directory has and what they belong to: read-only, of a directory
// without a broker as well as of one that is being written to.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/file_system.h"
#include "storage/partition_log.h"

namespace monkafka::storage {

// The files of one segment, by size in bytes; absent: no such file.
struct SegmentFiles {
  Offset base_offset = 0;
  int64_t log_bytes = 0;  // of a live active segment: what was whole when it was listed
  std::optional<int64_t> offset_index_bytes;
  std::optional<int64_t> time_index_bytes;
  std::optional<int64_t> txn_index_bytes;
  bool active = false;         // the last one of the log
  bool indexes_usable = true;  // false: the broker is rebuilding them
  // Of a directory that is in use, the last two segments: what is at the end of their files may be
  // half written, and the one may be making place for the other.
  bool unsettled = false;
};

struct PartitionFiles {
  std::string directory;
  // A broker has it open: the newest index entries and checkpoints may be in its memory only, and
  // files may be removed at any time.
  bool live = false;
  std::vector<SegmentFiles> segments;      // by base offset
  std::vector<Offset> producer_snapshots;  // by offset
  // Names of files that belong to no segment: indexes without log, what a crash or a compaction
  // left behind, files that are not Kafka's.
  std::vector<std::string> orphans;
  bool has_leader_epochs = false;
  bool has_partition_metadata = false;

  std::string PathOf(std::string_view name) const { return directory + "/" + std::string(name); }
  std::string PathOf(Offset base_offset, std::string_view suffix) const;
  const SegmentFiles* FindSegment(Offset base_offset) const;
};

// KAFKA_STORAGE_ERROR when the directory cannot be read. `in_use`: a broker has it open, which
// cannot be asked.
Result<PartitionFiles> ListPartitionFiles(FileSystem& file_system, const std::string& directory,
                                          bool in_use = false);
// Of a log that is open: the segments and sizes are those that the log knows. One that is offline
// is listed as a directory.
Result<PartitionFiles> ListPartitionFiles(FileSystem& file_system, const LogFiles& log);

}  // namespace monkafka::storage
