// Opens a partition's directory: finds its segments, and after an unclean stop checks what was not
// known to be durable.
//
// After a clean stop nothing is scanned: a few system calls for each partition. After an unclean
// one, the segments from the recovery point on are read batch by batch, with their checksums:
//
//     |-- segment --|-- segment --|---- active segment ---- ~~~torn~~~ |
//                         ^ recovery point: everything below was durable
//     trusted       | indexes, epochs, producer state rebuilt |  cut off
//
// Unlike Kafka, damage is not always cut off. What ends the log may be a torn write, or a hole that
// was never written back: nothing behind either was ever durable, so they are truncated. Damage
// with valid batches behind it is an error that names file, position and offset: those records may
// have been acknowledged, and it is not for the broker to drop them.
#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "storage/leader_epochs.h"
#include "storage/log_environment.h"
#include "storage/producer_state.h"
#include "storage/segment.h"

namespace monkafka::storage {

struct LoadOptions {
  std::shared_ptr<const std::string> directory;
  TopicPartition topic_partition;
  LogConfig config;
  bool clean_shutdown = false;
  Offset log_start_checkpoint = 0;
  Offset recovery_point = 0;
  std::chrono::milliseconds producer_id_expiration{86'400'000};
};

// All of it is durable, except the directory's entries when directory_dirty says so.
struct LoadedLog {
  std::vector<std::shared_ptr<Segment>> segments;  // by base offset; at least one
  Offset log_start = 0;
  Offset log_end = 0;
  LeaderEpochs epochs;
  bool epochs_dirty = false;
  ProducerState producers;
  Offset snapshot_offset = kNoOffset;  // of the newest producer snapshot
};

Result<LoadedLog> LoadLog(LogEnvironment& environment, const LoadOptions& options);

}  // namespace monkafka::storage
