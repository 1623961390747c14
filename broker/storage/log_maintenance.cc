#include "storage/log_maintenance.h"

#include <utility>

#include "common/log.h"

namespace monkafka::storage {

LogMaintenance::LogMaintenance(std::shared_ptr<LogEnvironment> environment,
                               LogManagerOptions options, std::shared_ptr<LogSet> logs,
                               std::shared_ptr<LogCheckpoints> checkpoints)
    : environment_(std::move(environment)),
      options_(std::move(options)),
      logs_(std::move(logs)),
      checkpoints_(std::move(checkpoints)) {}

void LogMaintenance::Start() {
  MutexLock lock(mutex_);
  if (running_) return;
  running_ = true;
  Schedule(0, options_.retention_check_interval, &LogMaintenance::ApplyRetention);
  Schedule(1, options_.checkpoint_interval, &LogMaintenance::WriteCheckpoints);
  Schedule(2, options_.producer_id_expiration_check, &LogMaintenance::ExpireProducers);
}

void LogMaintenance::Stop() {
  MutexLock lock(mutex_);
  running_ = false;
  for (Timers::Id& timer : timers_) {
    if (timer != 0) environment_->timers.Cancel(std::exchange(timer, 0));
  }
}

void LogMaintenance::Schedule(size_t slot, std::chrono::milliseconds interval, Round round) {
  timers_[slot] =
      environment_->timers.Schedule(interval, [weak = weak_from_this(), slot, interval, round] {
        const std::shared_ptr<LogMaintenance> self = weak.lock();
        if (!self) return;
        self->environment_->workers.Post(
            [self, slot, interval, round] { self->Run(slot, interval, round); });
      });
}

void LogMaintenance::Run(size_t slot, std::chrono::milliseconds interval, Round round) {
  {
    MutexLock lock(mutex_);
    if (!running_) return;
  }
  (this->*round)();
  MutexLock lock(mutex_);
  if (running_) Schedule(slot, interval, round);
}

void LogMaintenance::ApplyRetention() {
  std::vector<std::pair<std::shared_ptr<LocalLog>, Offset>> planned;
  for (std::shared_ptr<LocalLog>& log : logs_->All()) {
    if (!log->PlanRetention(environment_->clock.WallMs())) continue;
    const Offset start = log->wanted_log_start().value_or(0);
    planned.emplace_back(std::move(log), start);
  }
  if (planned.empty()) return;
  if (const Status status = checkpoints_->WriteLogStarts(); !status) {
    LogError("retention: nothing is removed: {}", status.error().message);
    return;
  }
  for (const auto& [log, start] : planned) log->ApplyLogStart(start);
}

void LogMaintenance::WriteCheckpoints() {
  for (const std::shared_ptr<LocalLog>& log : logs_->All()) log->FlushOld();
  if (const Status status = checkpoints_->WriteProgress(); !status) {
    LogWarning("checkpoints: {}", status.error().message);
  }
}

void LogMaintenance::ExpireProducers() {
  for (const std::shared_ptr<LocalLog>& log : logs_->All()) {
    log->ExpireProducers(environment_->clock.WallMs(), options_.producer_id_expiration);
  }
}

}  // namespace monkafka::storage
