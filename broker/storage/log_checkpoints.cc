#include "storage/log_checkpoints.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "common/log.h"
#include "storage/names.h"

namespace monkafka::storage {
namespace {

Offset ValueOf(const OffsetCheckpoint& entries, const TopicPartition& tp) {
  const auto found = entries.find(tp);
  return found == entries.end() ? 0 : found->second;
}

std::string SpareOf(const std::string& path) { return path + ".tmp"; }

}  // namespace

Status LogCheckpoints::Load() {
  MutexLock lock(files_mutex_);
  if (Status status = ReadFile(kLogStartFile, log_starts_); !status) {
    return Fail(status.error().code,
                fmt::format("{} (without it deleted records would reappear; remove the file to "
                            "accept that)",
                            status.error().message));
  }
  if (Status status = ReadFile(kRecoveryPointFile, recovery_points_); !status) {
    LogWarning("{}; all logs are checked from their beginning", status.error().message);
    recovery_points_.clear();
  }
  if (Status status = ReadFile(kHighWatermarkFile, high_watermarks_); !status) {
    LogWarning("{}; it is written anew", status.error().message);
    high_watermarks_.clear();
  }
  return {};
}

Status LogCheckpoints::ReadFile(std::string_view name, OffsetCheckpoint& entries) {
  const std::string path = directory_ + "/" + std::string(name);
  Result<bool> exists = environment_->file_system.Exists(path);
  if (!exists) return Forward(std::move(exists));
  if (!*exists) return {};
  Result<std::vector<uint8_t>> content = ReadWholeFile(environment_->file_system, path);
  if (!content) return Forward(std::move(content));
  Result<OffsetCheckpoint> parsed = ParseOffsetCheckpoint(AsText(*content));
  if (!parsed) return Fail(parsed.error().code, path + ": " + parsed.error().message);
  entries = *std::move(parsed);
  return {};
}

Offset LogCheckpoints::LogStartOf(const TopicPartition& tp) const {
  MutexLock lock(files_mutex_);
  return ValueOf(log_starts_, tp);
}

Offset LogCheckpoints::RecoveryPointOf(const TopicPartition& tp) const {
  MutexLock lock(files_mutex_);
  return ValueOf(recovery_points_, tp);
}

Status LogCheckpoints::WriteFile(std::string_view name, OffsetCheckpoint fresh,
                                 OffsetCheckpoint& written) {
  if (fresh == written) return {};
  const std::string content = FormatOffsetCheckpoint(fresh);
  Status status = name == kLogStartFile
                      ? WriteLogStartFile(AsBytes(content))
                      : WriteFileAtomically(environment_->file_system,
                                            directory_ + "/" + std::string(name), AsBytes(content));
  if (status) written = std::move(fresh);
  return status;
}

// As WriteFileAtomically, into the spare if there is one.
Status LogCheckpoints::WriteLogStartFile(Bytes content) {
  FileSystem& files = environment_->file_system;
  const std::string path = directory_ + "/" + std::string(kLogStartFile);
  {
    Result<std::shared_ptr<File>> file = files.Open(SpareOf(path), OpenMode::kCreate);
    if (!file) return Forward(std::move(file));
    if (Status status = (*file)->WriteAt(0, std::span(&content, 1)); !status) return status;
    if (Status status = (*file)->Truncate(static_cast<int64_t>(content.size())); !status) {
      return status;
    }
    if (Status status = (*file)->Sync(); !status) return status;
  }
  if (Status status = files.Rename(SpareOf(path), path); !status) return status;
  Status status = files.SyncDirectory(directory_);
  spare_bytes_ = std::max<int64_t>(spare_bytes_, 2 * static_cast<int64_t>(content.size()));
  if (keep_spare_) MakeSpare();
  return status;
}

void LogCheckpoints::MakeSpare() {
  const std::string path = SpareOf(directory_ + "/" + std::string(kLogStartFile));
  Result<std::shared_ptr<File>> file = environment_->file_system.Open(path, OpenMode::kCreate);
  // Without one it is written where there is room, as the other files are.
  if (file) static_cast<void>((*file)->Reserve(spare_bytes_));
}

void LogCheckpoints::KeepSpare() {
  MutexLock lock(files_mutex_);
  keep_spare_ = true;
  MakeSpare();
}

void LogCheckpoints::DropSpare() {
  MutexLock lock(files_mutex_);
  if (!std::exchange(keep_spare_, false)) return;
  static_cast<void>(
      environment_->file_system.Remove(SpareOf(directory_ + "/" + std::string(kLogStartFile))));
}

Status LogCheckpoints::Forget(std::span<const TopicPartition> partitions) {
  MutexLock lock(files_mutex_);
  const std::pair<std::string_view, OffsetCheckpoint*> files[] = {
      {kLogStartFile, &log_starts_},
      {kRecoveryPointFile, &recovery_points_},
      {kHighWatermarkFile, &high_watermarks_},
  };
  for (const auto& [name, written] : files) {
    OffsetCheckpoint fresh = *written;
    for (const TopicPartition& tp : partitions) fresh.erase(tp);
    if (Status status = WriteFile(name, std::move(fresh), *written); !status) return status;
  }
  return {};
}

Status LogCheckpoints::WriteLogStarts() {
  MutexLock lock(files_mutex_);
  OffsetCheckpoint fresh;
  for (const std::shared_ptr<LocalLog>& log : logs_->All()) {
    const TopicPartition& tp = log->topic_partition();
    const Offset start = log->wanted_log_start().value_or(ValueOf(log_starts_, tp));
    if (start > 0) fresh[tp] = start;
  }
  return WriteFile(kLogStartFile, std::move(fresh), log_starts_);
}

Status LogCheckpoints::WriteProgress() {
  MutexLock lock(files_mutex_);
  OffsetCheckpoint recovery_points;
  OffsetCheckpoint high_watermarks;
  for (const std::shared_ptr<LocalLog>& log : logs_->All()) {
    const TopicPartition& tp = log->topic_partition();
    const std::optional<LocalLog::Checkpoint> checkpoint = log->PrepareCheckpoint();
    recovery_points[tp] = checkpoint ? checkpoint->recovery_point : ValueOf(recovery_points_, tp);
    high_watermarks[tp] = checkpoint ? checkpoint->high_watermark : ValueOf(high_watermarks_, tp);
  }
  Status status = WriteFile(kRecoveryPointFile, std::move(recovery_points), recovery_points_);
  if (status) status = WriteFile(kHighWatermarkFile, std::move(high_watermarks), high_watermarks_);
  return status;
}

void LogCheckpoints::PersistLogStarts(Callback<Status> done) {
  MutexLock lock(waiters_mutex_);
  waiters_.push_back(std::move(done));
  if (persist_running_) return;
  persist_running_ = true;
  environment_->workers.Post([self = shared_from_this()] { self->RunPersist(); });
}

void LogCheckpoints::RunPersist() {
  std::vector<Callback<Status>> waiters;
  {
    MutexLock lock(waiters_mutex_);
    waiters.swap(waiters_);
  }
  const Status status = WriteLogStarts();
  {
    MutexLock lock(waiters_mutex_);
    persist_running_ = !waiters_.empty();
    if (persist_running_) {
      environment_->workers.Post([self = shared_from_this()] { self->RunPersist(); });
    }
  }
  for (Callback<Status>& done : waiters) done(status);
}

}  // namespace monkafka::storage
