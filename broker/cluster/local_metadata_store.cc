#include "cluster/local_metadata_store.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <limits>

#include "cluster/await.h"
#include "cluster/metadata_batches.h"
#include "cluster/quorum_state.h"
#include "cluster/snapshot_file.h"
#include "common/log.h"
#include "records/control_records.h"

namespace monkafka::cluster {
namespace {

constexpr std::string_view kMetadataTopic = "__cluster_metadata";
constexpr Uuid kMetadataTopicId{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};
constexpr int64_t kReadBytes = 8 << 20;

storage::LogConfig MetadataLogConfig(const LocalMetadataStoreOptions& options) {
  storage::LogConfig config;
  config.segment_bytes = options.segment_bytes;
  config.retention_ms = -1;
  config.retention_bytes = -1;
  config.max_message_bytes = std::numeric_limits<int32_t>::max();
  return config;
}

class LocalMetadataStore final : public MetadataStore {
 public:
  LocalMetadataStore(const LocalMetadataStoreOptions& options, storage::FileSystem& file_system,
                     std::string directory, std::shared_ptr<storage::PartitionLog> log,
                     const Clock& clock)
      : options_(options),
        file_system_(file_system),
        directory_(std::move(directory)),
        log_(std::move(log)),
        clock_(clock) {}

  Result<Offset> Load(const Apply& apply) override;
  void Append(std::span<const MetadataRecord> records, Durability durability,
              Callback<Result<Offset>> done) override;
  void Flush(Callback<Status> done) override { log_->Flush(std::move(done)); }
  bool SnapshotIsDue() const override;
  Status WriteSnapshot(std::span<const MetadataRecord> records, Offset last_offset) override;

 private:
  // Where the snapshot ends, from which the log goes on.
  Result<SnapshotId> LoadSnapshot(const Apply& apply);
  Status LoadLog(Offset from, const Apply& apply);
  // Takes the lead: goes on in the epoch that this node led last, else begins a new one.
  Status BeginEpoch(LeaderEpoch last_in_log);
  Status AppendLeaderChange();
  void AppendBatch(std::vector<uint8_t> batch, Durability durability,
                   Callback<Result<Offset>> done);

  const LocalMetadataStoreOptions options_;
  storage::FileSystem& file_system_;
  const std::string directory_;
  const std::shared_ptr<storage::PartitionLog> log_;
  const Clock& clock_;

  MetadataBatchReader reader_;  // what is carried along, once loaded
  LeaderEpoch epoch_ = 0;
  TimestampMs last_timestamp_ = 0;
  int64_t bytes_since_snapshot_ = 0;
};

Result<Offset> LocalMetadataStore::Load(const Apply& apply) {
  Result<SnapshotId> snapshot = LoadSnapshot(apply);
  if (!snapshot) return Forward(std::move(snapshot));
  if (Status status = LoadLog(snapshot->end_offset, apply); !status) {
    return Forward(std::move(status));
  }
  if (!reader_.unknown_records().empty()) {
    LogWarning("the metadata log has {} records of features that this broker lacks; they are kept",
               reader_.unknown_records().size());
  }
  last_timestamp_ = std::max<TimestampMs>(reader_.last_timestamp(), 0);
  const storage::LogOffsets offsets = log_->Offsets();
  const LeaderEpoch last_epoch = offsets.log_end > offsets.log_start
                                     ? log_->EpochAt(offsets.log_end - 1).value_or(0)
                                     : snapshot->epoch;
  if (Status status = BeginEpoch(last_epoch); !status) return Forward(std::move(status));
  return log_->Offsets().log_end - 1;
}

Result<SnapshotId> LocalMetadataStore::LoadSnapshot(const Apply& apply) {
  Result<std::optional<SnapshotId>> found = FindSnapshot(file_system_, directory_);
  if (!found) return Forward(std::move(found));
  const SnapshotId snapshot = found->value_or(SnapshotId{});
  const storage::LogOffsets offsets = log_->Offsets();
  if (offsets.log_start > snapshot.end_offset) {
    return Fail(ErrorCode::kCorruptMessage,
                fmt::format("{} begins at offset {} and the snapshot up to there is missing",
                            directory_, offsets.log_start));
  }
  if (offsets.log_end < snapshot.end_offset) {
    return Fail(ErrorCode::kCorruptMessage,
                fmt::format("{} ends at offset {}, before its snapshot's end {}", directory_,
                            offsets.log_end, snapshot.end_offset));
  }
  if (!*found) return snapshot;
  Status status = ReadSnapshot(file_system_, directory_, snapshot, reader_, apply);
  if (status) status = RemoveOtherSnapshots(file_system_, directory_, snapshot);
  if (!status) return Forward(std::move(status));
  return snapshot;
}

Status LocalMetadataStore::LoadLog(Offset from, const Apply& apply) {
  Offset next = from;
  const Offset end = log_->Offsets().log_end;
  while (next < end) {
    auto read = Await<Result<storage::ReadOutcome>>([&](auto done) {
      log_->Read({next, kReadBytes, /*at_least_one_batch=*/true, end}, std::move(done));
    });
    if (!read) return Forward(std::move(read));
    Result<std::vector<uint8_t>> bytes = read->records.ReadAll();
    if (!bytes) return Forward(std::move(bytes));
    if (Status status = reader_.Read(*bytes, from, apply); !status) return status;
    if (read->next_offset <= next) {
      return Fail(ErrorCode::kCorruptMessage,
                  fmt::format("{} cannot be read at offset {}", directory_, next));
    }
    next = read->next_offset;
    bytes_since_snapshot_ += static_cast<int64_t>(bytes->size());
  }
  return {};
}

Status LocalMetadataStore::BeginEpoch(LeaderEpoch last_in_log) {
  const std::string path = directory_ + "/quorum-state";
  QuorumState state;
  Result<bool> exists = file_system_.Exists(path);
  if (!exists) return Forward(std::move(exists));
  if (*exists) {
    Result<std::vector<uint8_t>> text = storage::ReadWholeFile(file_system_, path);
    if (!text) return Forward(std::move(text));
    Result<QuorumState> parsed = ParseQuorumState(AsText(*text));
    if (!parsed) return Forward(std::move(parsed));
    state = *parsed;
  }
  if (state.leader_id == options_.node_id && state.leader_epoch > 0 &&
      state.leader_epoch == last_in_log) {
    epoch_ = state.leader_epoch;
    return {};
  }
  state.leader_id = options_.node_id;
  state.leader_epoch = std::max(state.leader_epoch, last_in_log) + 1;
  epoch_ = state.leader_epoch;
  Status status =
      storage::WriteFileAtomically(file_system_, path, AsBytes(FormatQuorumState(state)));
  if (!status) return status;
  return AppendLeaderChange();
}

Status LocalMetadataStore::AppendLeaderChange() {
  const std::array<int32_t, 1> voters{options_.node_id};
  const records::KraftControlOptions control{log_->Offsets().log_end, epoch_, clock_.WallMs()};
  const auto appended = Await<Result<Offset>>([&](auto done) {
    AppendBatch(records::BuildLeaderChangeBatch(control, options_.node_id, voters, voters),
                Durability::kWritten, std::move(done));
  });
  if (!appended) return std::unexpected(appended.error());
  return {};
}

void LocalMetadataStore::Append(std::span<const MetadataRecord> records, Durability durability,
                                Callback<Result<Offset>> done) {
  Result<std::vector<uint8_t>> batch =
      BuildMetadataBatch({log_->Offsets().log_end, epoch_, clock_.WallMs()}, records);
  if (!batch) {
    done(Forward(std::move(batch)));
    return;
  }
  AppendBatch(std::move(*batch), durability, std::move(done));
}

void LocalMetadataStore::AppendBatch(std::vector<uint8_t> batch, Durability durability,
                                     Callback<Result<Offset>> done) {
  bytes_since_snapshot_ += static_cast<int64_t>(batch.size());
  last_timestamp_ = clock_.WallMs();
  auto owner = std::make_shared<std::vector<uint8_t>>(std::move(batch));
  storage::AppendRequest request;
  request.batches.bytes = *owner;
  request.batches.owner = std::move(owner);
  request.origin = storage::AppendOrigin::kCoordinator;
  request.leader_epoch = epoch_;
  request.durable = durability == Durability::kDurable;
  log_->Append(std::move(request), [done = std::move(done)](storage::AppendOutcome o) mutable {
    if (o.error == ErrorCode::kNone) {
      done(o.last_offset);
    } else {
      done(Fail(o.error, "the metadata log: " + o.message));
    }
  });
}

// Not while a power cut could leave the log shorter than the snapshot: the two would contradict.
bool LocalMetadataStore::SnapshotIsDue() const {
  if (bytes_since_snapshot_ < options_.snapshot_bytes) return false;
  const storage::LogOffsets offsets = log_->Offsets();
  return offsets.durable_end >= offsets.log_end;
}

Status LocalMetadataStore::WriteSnapshot(std::span<const MetadataRecord> records,
                                         Offset last_offset) {
  const SnapshotId id{last_offset + 1, epoch_};
  const SnapshotContent content{last_timestamp_, clock_.WallMs(), records, reader_};
  // Whether it works or not, the next is due only after as much again.
  bytes_since_snapshot_ = 0;
  Status status = WriteSnapshotFile(file_system_, directory_, id, content);
  if (!status) return status;
  LogInfo("metadata snapshot {} with {} records", SnapshotFileName(id), records.size());
  // The log before it may go at any time after this; nobody waits for that.
  log_->DeleteRecordsBefore(id.end_offset, [](Result<Offset> deleted) {
    if (!deleted) {
      LogWarning("the metadata log's start did not move: {}", deleted.error().message);
    }
  });
  return RemoveOtherSnapshots(file_system_, directory_, id);
}

}  // namespace

Result<std::unique_ptr<MetadataStore>> OpenLocalMetadataStore(
    const LocalMetadataStoreOptions& options, storage::FileSystem& file_system,
    storage::LogManager& logs, const Clock& clock) {
  const TopicPartition tp{std::string(kMetadataTopic), 0};
  auto log = logs.OpenInternal(tp, kMetadataTopicId, MetadataLogConfig(options));
  if (!log) return Forward(std::move(log));
  return std::make_unique<LocalMetadataStore>(
      options, file_system, logs.directory() + "/" + tp.ToString(), std::move(*log), clock);
}

}  // namespace monkafka::cluster
