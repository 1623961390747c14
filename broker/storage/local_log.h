// A partition's log in files of this machine: a PartitionLog over segments.
//
// Invariants:
//   1. segments_ is never empty, sorted, without overlap; the last one is active.
//   2. log_start_ <= durable log start <= wanted_log_start(): it moves only after the checkpoint
//      with it is on disk, and files go only after it moved.
//   3. durable_end_ <= log_end_: everything below survives a power cut, directory entries included.
//   4. recovery_point_ <= durable_end_: below it, sealed segments' indexes and the producer
//      snapshots at their ends are durable too.
//   5. sync_waiters_ is sorted by offset; sync_requested_ or sync_running_ whenever it is not empty
//      and the log open.
//
// Threads: a monitor. mutex_ guards the state; appends write under it, syncs and reads of record
// data happen outside. files_mutex_ keeps the slow changes of files (retention, index rebuilds,
// checkpoints, deletion) apart from each other; it is taken before mutex_.
// Lifetime: shared; tasks on the workers hold it.
#pragma once

#include <array>
#include <future>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/mutex.h"
#include "storage/leader_epochs.h"
#include "storage/log_environment.h"
#include "storage/log_loader.h"
#include "storage/partition_log.h"
#include "storage/position_cache.h"
#include "storage/prepared_append.h"
#include "storage/producer_state.h"
#include "storage/segment.h"
#include "storage/staged_appends.h"
#include "storage/sync_pacing.h"

namespace monkafka::storage {

class LocalLog final : public PartitionLog, public std::enable_shared_from_this<LocalLog> {
 public:
  LocalLog(std::shared_ptr<LogEnvironment> environment, TopicPartition tp, const Uuid& topic_id,
           std::shared_ptr<const std::string> directory, const LogConfig& config, LoadedLog loaded);
  // One that could not be loaded: every call fails with the error.
  LocalLog(std::shared_ptr<LogEnvironment> environment, TopicPartition tp, const Uuid& topic_id,
           std::shared_ptr<const std::string> directory, const LogConfig& config, Error error);

  // PartitionLog
  void Append(AppendRequest request, Callback<AppendOutcome> done) override;
  void AppendAll(std::span<PendingAppend> appends) override;
  void Flush(Callback<Status> done) override;
  void Read(ReadRequest request, Callback<Result<ReadOutcome>> done) override;
  Result<std::vector<AbortedTxn>> AbortedTxns(Offset from, Offset to) override;
  void FindByTimestamp(TimestampMs timestamp, Offset upper_bound,
                       Callback<Result<std::optional<TimestampedOffset>>> done) override;
  void FindMaxTimestamp(Callback<Result<std::optional<TimestampedOffset>>> done) override;
  void ListSegmentOffsets(Callback<Result<std::vector<SegmentOffset>>> done) override;
  EpochEnd EndOfEpoch(LeaderEpoch epoch) override;
  std::optional<LeaderEpoch> EpochAt(Offset offset) override;
  void DeleteRecordsBefore(Offset offset, Callback<Result<Offset>> done) override;
  LogOffsets Offsets() const override;
  Status Availability() const override;
  std::vector<ActiveProducer> ActiveProducers() override;
  int64_t SizeInBytes() const override;
  RateMeter::Rate AppendRate() const override;
  Result<LogFiles> Files() const override;
  LogConfig Config() const override;
  void Reconfigure(const LogConfig& config) override;

  const TopicPartition& topic_partition() const { return tp_; }
  const Uuid& topic_id() const { return topic_id_; }

  // For the manager's periodic work, on a worker.
  // Wants a later log start, and rolls, where retention asks for it. True: persist, then apply.
  bool PlanRetention(TimestampMs now);
  // The wanted log start is durable: publishes it and removes the segments below it.
  void ApplyLogStart(Offset durable_log_start);
  void ExpireProducers(TimestampMs now, std::chrono::milliseconds expiration);
  // Syncs records that were unsynced at the last call already, so that a crash loses little of what
  // nobody waits for, and recovery is short.
  void FlushOld();
  // What to checkpoint; writes the leader epochs first, if they changed.
  struct Checkpoint {
    Offset recovery_point = 0;
    Offset high_watermark = 0;
  };
  std::optional<Checkpoint> PrepareCheckpoint();  // nullopt: keep what was checkpointed before
  // The log start that may be written into the checkpoint; nullopt for one that could not be
  // loaded.
  std::optional<Offset> wanted_log_start() const;

  // Syncs everything and leaves what a clean start needs. Afterwards calls fail.
  Status Close();
  // Renames the directory; afterwards calls fail with UNKNOWN_TOPIC_OR_PARTITION.
  Status RenameForDeletion(const std::string& new_directory);

 private:
  enum class State { kOpen, kOffline, kDeleted, kClosed };
  using SegmentPtr = std::shared_ptr<Segment>;
  struct SyncWaiter {
    Offset offset = 0;  // done once everything below is durable
    Callback<Status> done;
  };

  // Who is to be told, once the mutex was released: whoever is woken needs it.
  struct Wakeups {
    bool sync = false;          // a worker, to sync
    CondVar* enough = nullptr;  // the sync that waits for more appends
  };
  void Tell(const Wakeups& wakeups) EXCLUDES(mutex_);

  // local_log_append.cc
  // Leaves the outcome to the sync where the append is to be durable.
  void AwaitDurable(GroupedAppend& grouped, Wakeups& wakeups) REQUIRES(mutex_);
  // As many of the group as one write takes, and all when it fails; returns how many they are.
  size_t AppendPart(std::span<GroupedAppend> group, std::vector<SyncWaiter>& orphans,
                    Wakeups& wakeups) REQUIRES(mutex_);
  // Whether the next one may be staged with those: they need not be in the log before it.
  bool GoesWith(const StagedAppends& staged, const PreparedAppend& next) REQUIRES(mutex_);
  // Stages it, unless it is refused or a duplicate. Returns the outcome, if the write succeeds.
  AppendOutcome Stage(GroupedAppend& grouped, StagedAppends& staged, Wakeups& wakeups)
      REQUIRES(mutex_);
  AppendOutcome Outcome(const PreparedAppend& append, Offset base, Offset last) const
      REQUIRES(mutex_);
  Status CheckProducers(const PreparedAppend& append, const StagedProducers& staged) const
      REQUIRES(mutex_);
  static void AssignOffsets(PreparedAppend& append, Offset next);
  Status RollIfNeeded(const PreparedAppend& append, Wakeups& wakeups) REQUIRES(mutex_);
  Status Roll(Wakeups& wakeups) REQUIRES(mutex_);
  Status WriteStaged(const StagedAppends& staged, std::vector<SyncWaiter>& orphans)
      REQUIRES(mutex_);
  void LogFailedAppend(std::string_view what, const Error& error) const;
  void Commit(const StagedAppends& staged) REQUIRES(mutex_);
  void CommitBatch(const PreparedBatch& batch, int32_t index_interval_bytes) REQUIRES(mutex_);
  void ApplyToProducers(const PreparedBatch& batch) REQUIRES(mutex_);
  Status WriteSnapshot() REQUIRES(mutex_);

  // local_log_sync.cc
  struct SyncPlan {
    Offset end = 0;
    bool directory = false;
    bool indexes_written = true;
    std::vector<SegmentPtr> sealed;
    std::vector<std::shared_ptr<File>> files;  // oldest first
    std::vector<std::shared_ptr<File>> snapshots;
  };
  struct Pace {
    SyncPacing pacing;
    CondVar enough;  // wait for it
  };
  void AddWaiter(SyncWaiter waiter, Wakeups& wakeups) REQUIRES(mutex_);
  void RequestSync(Wakeups& wakeups) REQUIRES(mutex_);
  void RunSync();
  // Until as many wait as the pacing wants, or the time is up.
  void AwaitEnough() REQUIRES(mutex_);
  Result<SyncPlan> PlanSync() REQUIRES(mutex_);
  Status ExecuteSync(const SyncPlan& plan);
  // Indexes and producer snapshots: without them a recovery only takes longer.
  static Status SyncDerived(const SyncPlan& plan);
  void FinishSync(const SyncPlan& plan, bool derived_durable) REQUIRES(mutex_);
  std::vector<SyncWaiter> TakeWaiters(Offset below_or_at) REQUIRES(mutex_);
  void StartFlushTimer() REQUIRES(mutex_);
  // Marks the log offline; the waiters must be failed without the lock.
  [[nodiscard]] std::vector<SyncWaiter> TakeOffline(Error error) REQUIRES(mutex_);
  static void FailAll(std::vector<SyncWaiter> waiters, const Error& error);

  // local_log_read.cc
  struct ReadPlan;
  class FileForRead;
  // Whether a read may wait for the disk, and whether it would have had to.
  struct DiskWait {
    bool allowed = true;
    bool needed = false;  // set instead of waiting; what the read answers then means nothing
  };
  Result<ReadOutcome> ReadNow(const ReadRequest& request, DiskWait& wait);
  Result<bool> PlanRead(const ReadRequest& request, Offset from, ReadPlan& plan) REQUIRES(mutex_);
  Result<bool> FindStart(Offset from, ReadPlan& plan, DiskWait& wait);
  Status FindLimit(Offset upper_bound, ReadPlan& plan, DiskWait& wait);
  Status FindCut(const ReadRequest& request, ReadPlan& plan, DiskWait& wait);
  Result<std::optional<BatchInfo>> LocateBatch(const SegmentPtr& segment, const ReadableFile& file,
                                               int64_t size, Offset offset, DiskWait& wait);
  Result<int64_t> FloorPosition(const ReadPlan& plan, int64_t until, DiskWait& wait);
  // The segment that holds the offset, or would.
  size_t SegmentIndexOf(Offset offset) const REQUIRES(mutex_);
  Offset EndOffsetOf(size_t segment_index) const REQUIRES(mutex_);

  // local_log_indexes.cc
  void ReportDamagedIndex(const SegmentPtr& segment, const std::string& what);
  void RebuildIndexes(const SegmentPtr& segment);

  // local_log_search.cc
  Result<std::optional<TimestampedOffset>> FindByTimestampNow(TimestampMs timestamp,
                                                              Offset upper_bound);
  Result<std::optional<TimestampedOffset>> FindMaxTimestampNow();
  Result<std::vector<SegmentOffset>> ListSegmentOffsetsNow();
  struct SearchPlan;
  Status PlanSearch(size_t segment_index, SearchPlan& plan) REQUIRES(mutex_);
  Result<TimestampMs> MaxTimestampLeft(const SearchPlan& plan);
  int64_t SearchStart(const SearchPlan& plan, TimestampMs timestamp);
  Result<std::optional<TimestampedOffset>> SearchSegment(const SearchPlan& plan,
                                                         TimestampMs timestamp, Offset upper_bound);

  // local_log_maintain.cc
  void WantLaterStart(TimestampMs now, Wakeups& wakeups) REQUIRES(mutex_);
  size_t CountExpired(TimestampMs now) REQUIRES(mutex_);
  size_t CountOversize() const REQUIRES(mutex_);
  void RemoveSegments(std::vector<SegmentPtr> segments) REQUIRES(files_mutex_);
  Status WriteEpochs() REQUIRES(files_mutex_);

  Status CheckOpen() const REQUIRES(mutex_);
  Offset LastStableOffset() const REQUIRES(mutex_);
  Segment& active() REQUIRES(mutex_) { return *segments_.back(); }

  const std::shared_ptr<LogEnvironment> environment_;
  const TopicPartition tp_;
  const Uuid topic_id_;
  const std::shared_ptr<const std::string> directory_;

  Mutex files_mutex_;
  mutable Mutex mutex_;
  State state_ GUARDED_BY(mutex_) = State::kOpen;
  Error state_error_ GUARDED_BY(mutex_);
  std::shared_ptr<const LogConfig> config_ GUARDED_BY(mutex_);
  std::vector<SegmentPtr> segments_ GUARDED_BY(mutex_);
  int64_t sealed_bytes_ GUARDED_BY(mutex_) = 0;
  Offset log_start_ GUARDED_BY(mutex_) = 0;
  Offset wanted_log_start_ GUARDED_BY(mutex_) = 0;
  Offset log_end_ GUARDED_BY(mutex_) = 0;
  LeaderEpochs epochs_ GUARDED_BY(mutex_);
  bool epochs_dirty_ GUARDED_BY(mutex_) = false;
  ProducerState producers_ GUARDED_BY(mutex_);
  Offset snapshot_offset_ GUARDED_BY(mutex_) = kNoOffset;
  PositionCache positions_ GUARDED_BY(mutex_);
  std::unique_ptr<RateMeter> appended_ GUARDED_BY(mutex_);  // from the first append on

  Offset durable_end_ GUARDED_BY(mutex_) = 0;
  Offset recovery_point_ GUARDED_BY(mutex_) = 0;
  // An index or a snapshot could not be synced.
  bool recovery_point_stuck_ GUARDED_BY(mutex_) = false;
  bool directory_dirty_ GUARDED_BY(mutex_) = false;
  std::vector<SegmentPtr> unsynced_sealed_ GUARDED_BY(mutex_);
  std::vector<std::shared_ptr<File>> unsynced_snapshots_ GUARDED_BY(mutex_);
  std::vector<SyncWaiter> sync_waiters_ GUARDED_BY(mutex_);
  bool sync_requested_ GUARDED_BY(mutex_) = false;  // and not begun
  bool sync_running_ GUARDED_BY(mutex_) = false;
  std::promise<Status>* closing_ GUARDED_BY(mutex_) = nullptr;  // waits for the sync that runs
  std::unique_ptr<Pace> pace_ GUARDED_BY(mutex_);               // from the first waiter on
  bool flush_timer_running_ GUARDED_BY(mutex_) = false;
  Offset end_at_last_look_ GUARDED_BY(mutex_) = kNoOffset;  // of FlushOld
};

}  // namespace monkafka::storage
