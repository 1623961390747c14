// The three checkpoint files of a data directory: where each log begins (so that deleted records
// stay deleted), from where it must be recovered, and its high watermark (for Kafka, should it take
// the directory over).
//
// Threads: safe from any thread; writing blocks.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "common/mutex.h"
#include "storage/checkpoint_files.h"
#include "storage/log_set.h"

namespace monkafka::storage {

class LogCheckpoints : public std::enable_shared_from_this<LogCheckpoints> {
 public:
  LogCheckpoints(std::shared_ptr<LogEnvironment> environment, std::string directory,
                 std::shared_ptr<const LogSet> logs)
      : environment_(std::move(environment)),
        directory_(std::move(directory)),
        logs_(std::move(logs)) {}

  // An unreadable log start checkpoint is an error: without it deleted records would come back. An
  // unreadable recovery point only makes recovery longer.
  Status Load();
  Offset LogStartOf(const TopicPartition& tp) const;
  Offset RecoveryPointOf(const TopicPartition& tp) const;

  // New logs are about to get these names: what the files say of earlier ones must not count. Each
  // file is written once at most.
  Status Forget(std::span<const TopicPartition> partitions);
  // Makes the log starts that the logs want now durable. Calls that come while a write is running
  // share the next one.
  void PersistLogStarts(Callback<Status> done);
  Status WriteLogStarts();
  // Log starts are written before records are deleted, which must be possible when the disk is
  // full: from now on until DropSpare the next file of them waits with its blocks, if there is
  // room.
  void KeepSpare();
  void DropSpare();
  // Recovery points and high watermarks.
  Status WriteProgress();

 private:
  Status ReadFile(std::string_view name, OffsetCheckpoint& entries);
  Status WriteFile(std::string_view name, OffsetCheckpoint fresh, OffsetCheckpoint& written)
      REQUIRES(files_mutex_);
  Status WriteLogStartFile(Bytes content) REQUIRES(files_mutex_);
  void MakeSpare() REQUIRES(files_mutex_);
  void RunPersist();

  const std::shared_ptr<LogEnvironment> environment_;
  const std::string directory_;
  const std::shared_ptr<const LogSet> logs_;

  mutable Mutex files_mutex_;  // held while writing; taken before any log's
  OffsetCheckpoint log_starts_ GUARDED_BY(files_mutex_);  // as in the files
  OffsetCheckpoint recovery_points_ GUARDED_BY(files_mutex_);
  OffsetCheckpoint high_watermarks_ GUARDED_BY(files_mutex_);
  int64_t spare_bytes_ GUARDED_BY(files_mutex_) = 64 << 10;
  bool keep_spare_ GUARDED_BY(files_mutex_) = false;

  Mutex waiters_mutex_;
  std::vector<Callback<Status>> waiters_ GUARDED_BY(waiters_mutex_);
  bool persist_running_ GUARDED_BY(waiters_mutex_) = false;
};

}  // namespace monkafka::storage
