#include "storage/log_manager.h"

#include <fmt/core.h>

#include <algorithm>

#include "common/log.h"
#include "common/together.h"
#include "storage/log_checkpoints.h"
#include "storage/log_loader.h"
#include "storage/log_maintenance.h"
#include "storage/log_set.h"
#include "storage/names.h"
#include "storage/new_segment.h"

namespace monkafka::storage {
namespace {

constexpr char kTemporary[] = ".tmp";

// In a partition's directory.
std::string TopicIdFile(const std::string& directory) {
  return directory + "/" + std::string(kPartitionMetadataFile);
}

class LocalLogManager final : public LogManager {
 public:
  LocalLogManager(LogManagerOptions options, std::shared_ptr<LogEnvironment> environment)
      : options_(std::move(options)),
        environment_(std::move(environment)),
        files_(environment_->file_system),
        logs_(std::make_shared<LogSet>()),
        checkpoints_(std::make_shared<LogCheckpoints>(environment_, options_.directory, logs_)),
        maintenance_(
            std::make_shared<LogMaintenance>(environment_, options_, logs_, checkpoints_)) {
    directory_ = options_.directory;
    environment_->persist_log_starts = [weak = std::weak_ptr(checkpoints_)](Callback<Status> done) {
      const std::shared_ptr<LogCheckpoints> checkpoints = weak.lock();
      if (checkpoints) return checkpoints->PersistLogStarts(std::move(done));
      done(Fail(ErrorCode::kKafkaStorageError, "the logs are closed"));
    };
  }
  ~LocalLogManager() override { maintenance_->Stop(); }

  Status Begin();

  Result<std::shared_ptr<PartitionLog>> OpenInternal(const TopicPartition& tp, const Uuid& topic_id,
                                                     const LogConfig& config) override;
  Status LoadAll(const TopicLookup& lookup) override;
  std::shared_ptr<PartitionLog> Find(const TopicPartition& tp) override { return logs_->Find(tp); }
  std::vector<Result<std::shared_ptr<PartitionLog>>> CreateAll(
      std::span<const NewLog> logs) override;
  std::vector<Status> DeleteAll(std::span<const TopicPartition> partitions) override {
    return Remove(partitions, /*at_once=*/false);
  }
  std::vector<Status> DiscardAll(std::span<const TopicPartition> partitions) override {
    return Remove(partitions, /*at_once=*/true);
  }
  std::vector<LogDescription> Describe() const override;
  Result<std::pair<int64_t, int64_t>> DiskTotalAndUsableBytes() const override;
  void StartMaintenance() override {
    maintenance_->Start();
    environment_->workers.Post([checkpoints = checkpoints_] { checkpoints->KeepSpare(); });
  }
  Status Close() override;

 private:
  using Path = std::shared_ptr<const std::string>;
  // One log that CreateAll was asked for.
  struct Fresh {
    std::shared_ptr<LocalLog> log;
    Path directory;  // null: it is there already
    Status status;
  };

  Path PathOf(std::string_view name) const {
    return std::make_shared<const std::string>(options_.directory + "/" + std::string(name));
  }
  // Of a partition's directory; the zero id when it has no partition.metadata.
  Result<Uuid> ReadTopicId(const std::string& path);
  Status WriteTopicId(const std::string& path, const Uuid& topic_id);
  Status LoadDirectory(const TopicPartition& tp, const TopicLookup& lookup);
  // Loads what is in the directory; a log that cannot be loaded is offline.
  std::shared_ptr<LocalLog> Load(const TopicPartition& tp, const Path& path, const Uuid& topic_id,
                                 const LogConfig& config);
  std::shared_ptr<LocalLog> Offline(const TopicPartition& tp, const Path& path,
                                    const Uuid& topic_id, const LogConfig& config, Error error);
  Status FindOrMakeRoom(const NewLog& wanted, Fresh& fresh);
  Status MakeFiles(const NewLog& wanted, Fresh& fresh);
  void MakeDurable(std::vector<Fresh>& all);
  Status SyncFile(const std::string& path);
  void RemoveRemains(std::span<const NewLog> wanted, const std::vector<Fresh>& all);
  std::vector<Status> Remove(std::span<const TopicPartition> partitions, bool at_once);
  Status MoveAway(const TopicPartition& tp, const std::string& path);
  void RemoveLater(std::string path, std::chrono::milliseconds delay);

  const LogManagerOptions options_;
  const std::shared_ptr<LogEnvironment> environment_;
  FileSystem& files_;
  const std::shared_ptr<LogSet> logs_;
  const std::shared_ptr<LogCheckpoints> checkpoints_;
  const std::shared_ptr<LogMaintenance> maintenance_;
  bool clean_shutdown_ = false;  // the last one; constant after Begin
  Mutex changes_mutex_;          // one change of the set of logs at a time; blocks on the disk
};

// The mark of a clean shutdown is taken away before anything can change. If it is gone, a start
// that was cut short may have removed it a moment ago: that must last, too.
Status LocalLogManager::Begin() {
  if (Status status = files_.CreateDirectories(options_.directory); !status) return status;
  const std::string mark = *PathOf(kCleanShutdownFile);
  Result<bool> clean = files_.Exists(mark);
  if (!clean) return Forward(std::move(clean));
  clean_shutdown_ = *clean;
  if (Status status = checkpoints_->Load(); !status) return status;
  if (clean_shutdown_) {
    if (Status status = files_.Remove(mark); !status) return status;
  }
  return files_.SyncDirectory(options_.directory);
}

Result<Uuid> LocalLogManager::ReadTopicId(const std::string& path) {
  const std::string file = TopicIdFile(path);
  Result<bool> exists = files_.Exists(file);
  if (!exists) return Forward(std::move(exists));
  if (!*exists) return Uuid{};
  Result<std::vector<uint8_t>> content = ReadWholeFile(files_, file);
  if (!content) return Forward(std::move(content));
  Result<Uuid> id = ParsePartitionMetadata(AsText(*content));
  if (!id) return Fail(id.error().code, file + ": " + id.error().message);
  return id;
}

Status LocalLogManager::WriteTopicId(const std::string& path, const Uuid& topic_id) {
  const std::string content = FormatPartitionMetadata(topic_id);
  return WriteFileAtomically(files_, TopicIdFile(path), AsBytes(content));
}

Result<std::shared_ptr<PartitionLog>> LocalLogManager::OpenInternal(const TopicPartition& tp,
                                                                    const Uuid& topic_id,
                                                                    const LogConfig& config) {
  Result<std::shared_ptr<PartitionLog>> log = Create(tp, topic_id, config);
  if (!log) return log;
  // Nothing works without it, so its damage is the caller's to report.
  Status flushed;
  (*log)->Flush([&flushed](Status status) { flushed = std::move(status); });
  if (!flushed) return Forward(std::move(flushed));
  return log;
}

Status LocalLogManager::LoadAll(const TopicLookup& lookup) {
  MutexLock lock(changes_mutex_);
  Result<std::vector<std::string>> names = files_.List(options_.directory);
  if (!names) return Forward(std::move(names));
  std::sort(names->begin(), names->end());
  for (const std::string& name : *names) {
    const Path path = PathOf(name);
    if (IsDeletedDirectory(name)) {
      RemoveLater(*path, std::chrono::milliseconds(0));
      continue;
    }
    const std::optional<TopicPartition> tp = ParsePartitionDirectory(name);
    // The metadata log is opened by OpenInternal, before or after.
    if (!tp || tp->topic == kMetadataTopic || logs_->Find(*tp)) continue;
    Result<bool> directory = files_.IsDirectory(*path);
    if (!directory) return Forward(std::move(directory));
    if (!*directory) continue;
    if (Status status = LoadDirectory(*tp, lookup); !status) return status;
  }
  return {};
}

Status LocalLogManager::LoadDirectory(const TopicPartition& tp, const TopicLookup& lookup) {
  const Path path = PathOf(tp.ToString());
  Result<Uuid> id = ReadTopicId(*path);
  const Uuid id_on_disk = id.value_or(Uuid{});
  const std::optional<KnownTopic> known = lookup(tp, id_on_disk);
  if (!known || (!id_on_disk.IsZero() && known->topic_id != id_on_disk)) {
    LogInfo("{} belongs to no topic (any more) and is removed", *path);
    return MoveAway(tp, *path);
  }
  if (id && id_on_disk.IsZero()) {
    if (Status status = WriteTopicId(*path, known->topic_id); !status) return status;
  }
  logs_->Put(id ? Load(tp, path, known->topic_id, known->config)
                : Offline(tp, path, known->topic_id, known->config, std::move(id).error()));
  return {};
}

std::shared_ptr<LocalLog> LocalLogManager::Load(const TopicPartition& tp, const Path& path,
                                                const Uuid& topic_id, const LogConfig& config) {
  LoadOptions options;
  options.directory = path;
  options.topic_partition = tp;
  options.config = config;
  options.clean_shutdown = clean_shutdown_;
  options.log_start_checkpoint = checkpoints_->LogStartOf(tp);
  options.recovery_point = checkpoints_->RecoveryPointOf(tp);
  options.producer_id_expiration = options_.producer_id_expiration;
  Result<LoadedLog> loaded = LoadLog(*environment_, options);
  if (!loaded) return Offline(tp, path, topic_id, config, std::move(loaded).error());
  return std::make_shared<LocalLog>(environment_, tp, topic_id, path, config, *std::move(loaded));
}

std::shared_ptr<LocalLog> LocalLogManager::Offline(const TopicPartition& tp, const Path& path,
                                                   const Uuid& topic_id, const LogConfig& config,
                                                   Error error) {
  LogError("{} is offline: {}", tp.ToString(), error.message);
  error.code = ErrorCode::kKafkaStorageError;
  return std::make_shared<LocalLog>(environment_, tp, topic_id, path, config, std::move(error));
}

std::vector<Result<std::shared_ptr<PartitionLog>>> LocalLogManager::CreateAll(
    std::span<const NewLog> logs) {
  MutexLock lock(changes_mutex_);
  std::vector<Fresh> fresh(logs.size());
  std::vector<TopicPartition> missing;
  for (size_t i = 0; i < logs.size(); ++i) {
    fresh[i].status = FindOrMakeRoom(logs[i], fresh[i]);
    if (fresh[i].directory) missing.push_back(logs[i].topic_partition);
  }
  const Status forgotten = checkpoints_->Forget(missing);
  for (size_t i = 0; i < logs.size(); ++i) {
    if (!fresh[i].directory) continue;
    fresh[i].status = forgotten ? MakeFiles(logs[i], fresh[i]) : forgotten;
  }
  MakeDurable(fresh);
  RemoveRemains(logs, fresh);
  std::vector<Result<std::shared_ptr<PartitionLog>>> results;
  for (Fresh& each : fresh) {
    if (each.status) {
      logs_->Put(each.log);
      results.emplace_back(std::move(each.log));
    } else {
      results.emplace_back(std::unexpected(std::move(each.status).error()));
    }
  }
  return results;
}

// Finds the log, or sets the directory for its files, in whose way nothing is then.
Status LocalLogManager::FindOrMakeRoom(const NewLog& wanted, Fresh& fresh) {
  const TopicPartition& tp = wanted.topic_partition;
  fresh.log = logs_->Find(tp);
  if (fresh.log) {
    if (fresh.log->topic_id() == wanted.topic_id) return {};
    return Fail(ErrorCode::kInconsistentTopicId,
                fmt::format("{} belongs to topic id {}, not {}", tp.ToString(),
                            fresh.log->topic_id().ToString(), wanted.topic_id.ToString()));
  }
  const Path path = PathOf(tp.ToString());
  Result<bool> exists = files_.Exists(*path);
  if (!exists) return Forward(std::move(exists));
  if (*exists) {
    Result<Uuid> id = ReadTopicId(*path);
    if (!id) return Forward(std::move(id));
    if (*id == wanted.topic_id) {
      fresh.log = Load(tp, path, wanted.topic_id, wanted.config);
      return {};
    }
    if (Status status = MoveAway(tp, *path); !status) return status;
  }
  fresh.directory = path;
  return {};
}

// MakeDurable completes them.
Status LocalLogManager::MakeFiles(const NewLog& wanted, Fresh& fresh) {
  const Path& path = fresh.directory;
  if (Status status = files_.CreateDirectories(*path); !status) return status;
  Result<std::shared_ptr<Segment>> segment =
      BeginSegment(*environment_, path, /*base_offset=*/0, wanted.config);
  if (!segment) return Forward(std::move(segment));
  LoadedLog loaded;
  loaded.segments.push_back(*std::move(segment));
  fresh.log = std::make_shared<LocalLog>(environment_, wanted.topic_partition, wanted.topic_id,
                                         path, wanted.config, std::move(loaded));
  Result<std::shared_ptr<File>> file =
      files_.Open(TopicIdFile(*path) + kTemporary, OpenMode::kCreateTruncate);
  if (!file) return Forward(std::move(file));
  const std::string content = FormatPartitionMetadata(wanted.topic_id);
  const Bytes piece = AsBytes(content);
  return (*file)->WriteAt(0, std::span(&piece, 1));
}

// The file with the topic's id is there only when all of it is. Each waits for its own files alone:
// to sync the volume would be one wait for all of them, and for all that producers have written to
// it. Waiting at the same time they share the commits of the file system's journal; the names come
// after the contents of all, so that they share theirs, too.
void LocalLogManager::MakeDurable(std::vector<Fresh>& all) {
  std::vector<Fresh*> fresh;
  for (Fresh& each : all) {
    if (each.directory && each.status) fresh.push_back(&each);
  }
  if (fresh.empty()) return;
  DoTogether(environment_->workers, fresh.size(), [&](size_t i) {
    fresh[i]->status = SyncFile(TopicIdFile(*fresh[i]->directory) + kTemporary);
  });
  std::erase_if(fresh, [](const Fresh* each) { return !each->status; });
  for (Fresh* each : fresh) {
    const std::string name = TopicIdFile(*each->directory);
    each->status = files_.Rename(name + kTemporary, name);
  }
  DoTogether(environment_->workers, fresh.size(), [&](size_t i) {
    if (fresh[i]->status) fresh[i]->status = files_.SyncDirectory(*fresh[i]->directory);
  });
  const Status names = files_.SyncDirectory(options_.directory);
  for (Fresh* each : fresh) {
    if (each->status) each->status = names;
  }
}

Status LocalLogManager::SyncFile(const std::string& path) {
  Result<std::shared_ptr<File>> file = files_.Open(path, OpenMode::kReadWrite);
  if (!file) return Forward(std::move(file));
  return (*file)->Sync();
}

// What was begun and cannot be completed; nothing was ever written to it.
void LocalLogManager::RemoveRemains(std::span<const NewLog> wanted, const std::vector<Fresh>& all) {
  for (size_t i = 0; i < all.size(); ++i) {
    if (!all[i].directory || all[i].status) continue;
    const Result<bool> begun = files_.Exists(*all[i].directory);
    if (!begun || !*begun) continue;
    const Status moved = MoveAway(wanted[i].topic_partition, *all[i].directory);
    // Then it is found without a topic at the next start, or in the way of the next of its name,
    // and removed.
    if (!moved) LogWarning("{}", moved.error().message);
  }
}

std::vector<Status> LocalLogManager::Remove(std::span<const TopicPartition> partitions,
                                            bool at_once) {
  MutexLock lock(changes_mutex_);
  struct Renamed {
    Path target;  // null: not renamed
    std::chrono::milliseconds delay{0};
  };
  std::vector<Status> results(partitions.size());
  std::vector<Renamed> renamed(partitions.size());
  for (size_t i = 0; i < partitions.size(); ++i) {
    const TopicPartition& tp = partitions[i];
    const std::shared_ptr<LocalLog> log = logs_->Take(tp);
    if (!log) {
      results[i] = Fail(ErrorCode::kUnknownTopicOrPartition, tp.ToString() + " does not exist");
      continue;
    }
    Path target = PathOf(DeletedDirectoryName(tp));
    results[i] = log->RenameForDeletion(*target);
    if (!results[i]) continue;
    renamed[i].target = std::move(target);
    if (!at_once) renamed[i].delay = log->Config().file_delete_delay;
  }
  const bool any =
      std::ranges::any_of(renamed, [](const Renamed& each) { return each.target != nullptr; });
  const Status names = any ? files_.SyncDirectory(options_.directory) : Status();
  for (size_t i = 0; i < partitions.size(); ++i) {
    if (!renamed[i].target) continue;
    results[i] = names;
    if (names) RemoveLater(*renamed[i].target, renamed[i].delay);
  }
  return results;
}

Status LocalLogManager::MoveAway(const TopicPartition& tp, const std::string& path) {
  const Path target = PathOf(DeletedDirectoryName(tp));
  if (Status status = files_.Rename(path, *target); !status) return status;
  RemoveLater(*target, std::chrono::milliseconds(0));
  return files_.SyncDirectory(options_.directory);
}

void LocalLogManager::RemoveLater(std::string path, std::chrono::milliseconds delay) {
  auto remove = [environment = environment_, path = std::move(path)] {
    const Status status = environment->file_system.RemoveDirectory(path);
    if (!status) LogWarning("{}", status.error().message);
  };
  if (delay.count() == 0) return environment_->workers.Post(std::move(remove));
  environment_->timers.Schedule(delay,
                                [environment = environment_, remove = std::move(remove)]() mutable {
                                  environment->workers.Post(std::move(remove));
                                });
}

std::vector<LogManager::LogDescription> LocalLogManager::Describe() const {
  std::vector<LogDescription> descriptions;
  for (const std::shared_ptr<LocalLog>& log : logs_->All()) {
    descriptions.push_back({log->topic_partition(), log->SizeInBytes()});
  }
  return descriptions;
}

Result<std::pair<int64_t, int64_t>> LocalLogManager::DiskTotalAndUsableBytes() const {
  Result<FileSystem::Space> space = files_.SpaceOf(options_.directory);
  if (!space) return Forward(std::move(space));
  return std::pair(space->total_bytes, space->usable_bytes);
}

Status LocalLogManager::Close() {
  MutexLock lock(changes_mutex_);
  maintenance_->Stop();
  Status result;
  for (const std::shared_ptr<LocalLog>& log : logs_->All()) {
    if (Status status = log->Close(); !status) {
      LogError("{}: not closed cleanly: {}", log->topic_partition().ToString(),
               status.error().message);
      result = std::move(status);
    }
  }
  if (Status status = checkpoints_->WriteLogStarts(); !status) return status;
  checkpoints_->DropSpare();
  if (Status status = checkpoints_->WriteProgress(); !status) return status;
  if (!result) return result;
  const std::string content = FormatCleanShutdown();
  return WriteFileAtomically(files_, *PathOf(kCleanShutdownFile), AsBytes(content));
}

}  // namespace

Result<std::unique_ptr<LogManager>> LogManager::Open(LogManagerOptions options,
                                                     FileSystem& file_system, const Clock& clock,
                                                     Timers& timers, Executor& workers) {
  auto environment =
      std::make_shared<LogEnvironment>(file_system, clock, timers, workers, options.max_open_files);
  auto manager = std::make_unique<LocalLogManager>(std::move(options), std::move(environment));
  if (Status status = manager->Begin(); !status) return Forward(std::move(status));
  return manager;
}

}  // namespace monkafka::storage
