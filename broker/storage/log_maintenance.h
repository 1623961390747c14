// What happens to the logs of a data directory by themselves, at long intervals: retention,
// checkpoints, expiry of producers. Nothing wakes up in between.
//
// Threads: the work runs on the workers, one round of a kind at a time.
#pragma once

#include <array>
#include <chrono>
#include <memory>

#include "common/mutex.h"
#include "storage/log_checkpoints.h"
#include "storage/log_manager.h"

namespace monkafka::storage {

class LogMaintenance : public std::enable_shared_from_this<LogMaintenance> {
 public:
  LogMaintenance(std::shared_ptr<LogEnvironment> environment, LogManagerOptions options,
                 std::shared_ptr<LogSet> logs, std::shared_ptr<LogCheckpoints> checkpoints);

  void Start();
  // No new round begins; one that is running ends by itself.
  void Stop();

 private:
  using Round = void (LogMaintenance::*)();
  static constexpr size_t kRounds = 3;

  void Schedule(size_t slot, std::chrono::milliseconds interval, Round round) REQUIRES(mutex_);
  void Run(size_t slot, std::chrono::milliseconds interval, Round round);
  void ApplyRetention();
  void WriteCheckpoints();
  void ExpireProducers();

  const std::shared_ptr<LogEnvironment> environment_;
  const LogManagerOptions options_;
  const std::shared_ptr<LogSet> logs_;
  const std::shared_ptr<LogCheckpoints> checkpoints_;
  Mutex mutex_;
  bool running_ GUARDED_BY(mutex_) = false;
  std::array<Timers::Id, kRounds> timers_ GUARDED_BY(mutex_) = {};
};

}  // namespace monkafka::storage
