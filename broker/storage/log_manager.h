// All partition logs of this broker: finds them at start (and recovers what was not closed
// cleanly), creates, deletes, and runs what happens to logs by themselves (retention, checkpoints,
// flush by time, expiry of producers).
//
// Threads: safe from any thread; Create, Delete and Start block on the disk.
// Lifetime: outlives every PartitionLog it gave out; after Delete a log answers every call with
// UNKNOWN_TOPIC_OR_PARTITION, after Close with KAFKA_STORAGE_ERROR.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "common/executor.h"
#include "storage/file_system.h"
#include "storage/partition_log.h"

namespace monkafka::storage {

struct LogManagerOptions {
  std::string directory;
  std::chrono::milliseconds retention_check_interval{300'000};
  std::chrono::milliseconds checkpoint_interval{60'000};
  std::chrono::milliseconds producer_id_expiration{86'400'000};
  std::chrono::milliseconds producer_id_expiration_check{600'000};
  // Files of segments that stay open; those with unsynced records come on top.
  size_t max_open_files = 2048;
};

// What the log needs to know of a directory that it found: the topic is gone (delete the
// directory), or it has this id and config.
struct KnownTopic {
  Uuid topic_id;
  LogConfig config;
};
// nullopt: no such topic any more. The id found on disk tells a re-created topic from the old one.
using TopicLookup =
    std::function<std::optional<KnownTopic>(const TopicPartition&, const Uuid& id_on_disk)>;

struct NewLog {
  TopicPartition topic_partition;
  Uuid topic_id;
  LogConfig config;
};

class LogManager {
 public:
  // Opens the directory (which the caller locked and formatted). No log is loaded yet.
  static Result<std::unique_ptr<LogManager>> Open(LogManagerOptions options,
                                                  FileSystem& file_system, const Clock& clock,
                                                  Timers& timers, Executor& workers);
  virtual ~LogManager() = default;

  // Opens one log that is no topic of ours (the metadata log): recovered at once.
  virtual Result<std::shared_ptr<PartitionLog>> OpenInternal(const TopicPartition& tp,
                                                             const Uuid& topic_id,
                                                             const LogConfig& config) = 0;
  // Loads every partition directory; those whose topic is gone are deleted. A damaged log is
  // reported (file, position, offset) and left offline, the others load.
  virtual Status LoadAll(const TopicLookup& lookup) = 0;

  virtual std::shared_ptr<PartitionLog> Find(const TopicPartition& tp) = 0;
  // Creates them, durable in the directory, or returns those that are there; one answer for each.
  // Many wait for the disk together, on the workers. No log may be named twice. Of one that cannot
  // be created no files stay.
  virtual std::vector<Result<std::shared_ptr<PartitionLog>>> CreateAll(
      std::span<const NewLog> logs) = 0;
  Result<std::shared_ptr<PartitionLog>> Create(const TopicPartition& tp, const Uuid& topic_id,
                                               const LogConfig& config) {
    const NewLog log{tp, topic_id, config};
    return std::move(CreateAll(std::span(&log, 1)).front());
  }
  // Renames their directories away at once (they do not come back after a crash); the files are
  // removed after file.delete.delay.ms. One answer for each.
  virtual std::vector<Status> DeleteAll(std::span<const TopicPartition> partitions) = 0;
  // As DeleteAll, of logs that nobody was told of since CreateAll: the files go at once.
  virtual std::vector<Status> DiscardAll(std::span<const TopicPartition> partitions) = 0;
  Status Delete(const TopicPartition& tp) { return DeleteAll(std::span(&tp, 1)).front(); }

  struct LogDescription {
    TopicPartition topic_partition;
    int64_t size_in_bytes = 0;
  };
  virtual std::vector<LogDescription> Describe() const = 0;
  virtual Result<std::pair<int64_t, int64_t>> DiskTotalAndUsableBytes() const = 0;
  const std::string& directory() const { return directory_; }

  // Starts retention and the other periodic work.
  virtual void StartMaintenance() = 0;
  // Syncs everything, writes producer snapshots and checkpoints, and marks the shutdown clean.
  virtual Status Close() = 0;

 protected:
  std::string directory_;
};

}  // namespace monkafka::storage
