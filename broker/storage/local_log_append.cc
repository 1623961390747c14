#include <fmt/core.h>

#include <algorithm>
#include <boost/container/small_vector.hpp>

#include "common/log.h"
#include "records/batch.h"
#include "storage/local_log.h"
#include "storage/names.h"
#include "storage/new_segment.h"
#include "storage/producer_snapshot.h"

namespace monkafka::storage {
namespace {

AppendOutcome Refuse(const Error& error) {
  AppendOutcome outcome;
  outcome.error = error.code;
  outcome.message = error.message;
  return outcome;
}

}  // namespace

void LocalLog::Append(AppendRequest request, Callback<AppendOutcome> done) {
  std::shared_ptr<const LogConfig> config;
  {
    MutexLock lock(mutex_);
    config = config_;
  }
  PreparedAppend append;
  if (std::optional<AppendOutcome> refusal = PrepareAppend(std::move(request), std::move(config),
                                                           environment_->clock.WallMs(), append)) {
    return done(*std::move(refusal));
  }
  AppendOutcome outcome;
  std::vector<SyncWaiter> orphans;
  Error offline;
  {
    MutexLock lock(mutex_);
    outcome = AppendLocked(append, orphans);
    offline = state_error_;
    const Offset wanted = outcome.last_offset + 1;
    const bool durable =
        append.request.durable || log_end_ - durable_end_ >= append.config->flush_messages;
    if (outcome.error == ErrorCode::kNone && wanted > durable_end_) {
      if (durable) {
        AddWaiter({wanted, [outcome, done = std::move(done)](Status status) mutable {
                     done(status ? std::move(outcome) : Refuse(status.error()));
                   }});
        return;
      }
      StartFlushTimer();
    }
  }
  FailAll(std::move(orphans), offline);
  done(std::move(outcome));
}

AppendOutcome LocalLog::AppendLocked(PreparedAppend& append, std::vector<SyncWaiter>& orphans) {
  if (Status status = CheckOpen(); !status) return Refuse(status.error());
  const BatchInfo& first = append.batches.front().info;
  if (append.request.origin == AppendOrigin::kClient && first.producer_id != kNoProducerId) {
    if (const ProducerBatch* earlier = producers_.FindDuplicate(first)) {
      AppendOutcome outcome = Outcome(append, earlier->first_offset(), earlier->last_offset);
      if (outcome.log_append_time != kNoTimestamp) outcome.log_append_time = earlier->timestamp;
      outcome.duplicate = true;
      return outcome;
    }
  }
  if (append.total_size > append.config->segment_bytes) {
    return Refuse({ErrorCode::kRecordListTooLarge,
                   fmt::format("{} bytes, segment.bytes is {}", append.total_size,
                               append.config->segment_bytes)});
  }
  if (Status status = CheckProducers(append); !status) return Refuse(status.error());
  AssignOffsets(append);
  if (Status status = RollIfNeeded(append); !status) {
    LogFailedAppend("cannot begin a new segment", status.error());
    return Refuse(status.error());
  }
  if (auto written = Write(append); !written) {
    const Segment::WriteFailure& failure = written.error();
    LogFailedAppend("append failed", failure.error);
    if (!failure.undone) orphans = TakeOffline(failure.error);
    return Refuse(failure.error);
  }
  Commit(append);
  return Outcome(append, append.batches.front().info.base_offset,
                 append.batches.back().info.last_offset);
}

void LocalLog::LogFailedAppend(std::string_view what, const Error& error) const {
  const auto left_out = environment_->failed_appends_log.Allow(environment_->clock.Now());
  if (!left_out) return;
  LogWarning("{}: {}: {}{}", tp_.ToString(), what, error.message,
             *left_out > 0 ? fmt::format(" ({} more like it not logged)", *left_out) : "");
}

AppendOutcome LocalLog::Outcome(const PreparedAppend& append, Offset base, Offset last) const {
  AppendOutcome outcome;
  outcome.base_offset = base;
  outcome.last_offset = last;
  outcome.log_start_offset = log_start_;
  if (append.config->timestamp_type == records::TimestampType::kLogAppendTime) {
    outcome.log_append_time = append.now;
  }
  return outcome;
}

Status LocalLog::CheckProducers(const PreparedAppend& append) const {
  for (const PreparedBatch& batch : append.batches) {
    if (batch.info.producer_id == kNoProducerId) continue;
    Status status = batch.marker ? producers_.CheckMarker(batch.info, *batch.marker)
                                 : producers_.CheckData(batch.info, append.request.origin);
    if (!status) return status;
  }
  return {};
}

// Base offset and leader epoch lie outside the checksum.
void LocalLog::AssignOffsets(PreparedAppend& append) {
  Offset next = log_end_;
  for (PreparedBatch& batch : append.batches) {
    records::BatchEditor editor(batch.bytes);
    editor.SetBaseOffset(next);
    editor.SetPartitionLeaderEpoch(append.request.leader_epoch);
    batch.info.last_offset = next + (batch.info.last_offset - batch.info.base_offset);
    batch.info.base_offset = next;
    batch.info.leader_epoch = append.request.leader_epoch;
    next = batch.info.next_offset();
  }
}

Status LocalLog::RollIfNeeded(const PreparedAppend& append) {
  const Segment::Next next{append.total_size, append.batches.back().info.last_offset,
                           append.max_timestamp};
  Result<bool> roll = active().ShouldRoll(next, *append.config, append.now);
  if (!roll) return Forward(std::move(roll));
  return *roll ? Roll() : Status();
}

Status LocalLog::Roll() {
  Result<SegmentPtr> created = BeginSegment(*environment_, directory_, log_end_, *config_);
  if (!created) return Forward(std::move(created));
  directory_dirty_ = true;
  if (Status status = active().Seal(); !status) {
    LogWarning("{}: a segment will be completed later: {}", tp_.ToString(), status.error().message);
  }
  if (Status status = WriteSnapshot(); !status) {
    LogWarning("{}: no producer snapshot: {}", tp_.ToString(), status.error().message);
    recovery_point_stuck_ = true;
  }
  sealed_bytes_ += active().size();
  unsynced_sealed_.push_back(segments_.back());
  segments_.push_back(*std::move(created));
  RequestSync();
  return {};
}

std::expected<void, Segment::WriteFailure> LocalLog::Write(PreparedAppend& append) {
  boost::container::small_vector<Bytes, 4> pieces;
  int64_t position = active().size();
  for (PreparedBatch& batch : append.batches) {
    batch.info.position = position;
    position += batch.info.size_in_bytes;
    const Bytes bytes(batch.bytes);
    if (!pieces.empty() && pieces.back().data() + pieces.back().size() == bytes.data()) {
      pieces.back() = Bytes(pieces.back().data(), pieces.back().size() + bytes.size());
    } else {
      pieces.push_back(bytes);
    }
  }
  return active().Append({pieces.data(), pieces.size()}, append.total_size);
}

void LocalLog::Commit(const PreparedAppend& append) {
  for (const PreparedBatch& batch : append.batches) {
    const BatchInfo& info = batch.info;
    if (active().indexes_usable()) active().Index(info, append.config->index_interval_bytes);
    positions_.NoteAppended(info.base_offset, active().base_offset(), info.position);
    epochs_dirty_ |= epochs_.Assign(info.leader_epoch, info.base_offset);
    if (info.producer_id != kNoProducerId) ApplyToProducers(batch);
  }
  if (!appended_) appended_ = std::make_unique<RateMeter>();
  const Offset end = append.batches.back().info.next_offset();
  appended_->Add(environment_->clock.Now(), end - log_end_, append.total_size);
  log_end_ = end;
}

void LocalLog::ApplyToProducers(const PreparedBatch& batch) {
  if (!batch.marker) {
    if (!batch.info.control) producers_.ApplyData(batch.info);
    return;
  }
  const std::optional<CompletedTxn> txn = producers_.ApplyMarker(batch.info, *batch.marker);
  if (!txn || !txn->aborted) return;
  directory_dirty_ |= !active().txn_index().exists();
  if (Status status = active().txn_index().Append(*txn); !status) {
    LogWarning("{}: the transaction index will be completed later: {}", tp_.ToString(),
               status.error().message);
  }
}

// Kafka's name for it: the snapshot holds everything below its offset. The next sync makes it
// durable.
Status LocalLog::WriteSnapshot() {
  if (snapshot_offset_ == log_end_) return {};
  const std::vector<uint8_t> content = EncodeProducerSnapshot(producers_.Entries());
  const std::string path = *directory_ + "/" + SegmentFileName(log_end_, kSnapshotSuffix);
  Result<std::shared_ptr<File>> file =
      environment_->file_system.Open(path, OpenMode::kCreateTruncate);
  if (!file) return Forward(std::move(file));
  const Bytes piece(content);
  if (Status status = (*file)->WriteAt(0, std::span(&piece, 1)); !status) return status;
  unsynced_snapshots_.push_back(*std::move(file));
  directory_dirty_ = true;
  snapshot_offset_ = log_end_;
  return {};
}

}  // namespace monkafka::storage
