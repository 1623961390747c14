// Finding records by timestamp: the time index leads to the batch, the batch's records to the
// record. On a worker, because whole batches are read and perhaps decompressed.
#include <algorithm>

#include "records/record.h"
#include "storage/local_log.h"

namespace monkafka::storage {

struct LocalLog::SearchPlan {
  SegmentPtr segment;
  std::shared_ptr<File> file;
  int64_t size = 0;
  Offset log_start = 0;
};

void LocalLog::FindByTimestamp(TimestampMs timestamp, Offset upper_bound,
                               Callback<Result<std::optional<TimestampedOffset>>> done) {
  environment_->workers.Post(
      [self = shared_from_this(), timestamp, upper_bound, done = std::move(done)]() mutable {
        done(self->FindByTimestampNow(timestamp, upper_bound));
      });
}

void LocalLog::FindMaxTimestamp(Callback<Result<std::optional<TimestampedOffset>>> done) {
  environment_->workers.Post([self = shared_from_this(), done = std::move(done)]() mutable {
    done(self->FindMaxTimestampNow());
  });
}

Result<std::optional<TimestampedOffset>> LocalLog::FindByTimestampNow(TimestampMs timestamp,
                                                                      Offset upper_bound) {
  Offset from = 0;
  for (bool first = true;; first = false) {
    SearchPlan plan;
    {
      MutexLock lock(mutex_);
      if (Status status = CheckOpen(); !status) return Forward(std::move(status));
      size_t index = SegmentIndexOf(first ? log_start_ : from);
      for (; index < segments_.size(); ++index) {
        Segment& segment = *segments_[index];
        if (!segment.indexes_usable()) break;
        Result<TimeIndexEntry> max = segment.MaxTimestamp();
        if (!max) return Forward(std::move(max));
        if (max->timestamp >= timestamp) break;
      }
      if (index == segments_.size()) return std::nullopt;
      Result<bool> planned = PlanSearch(index, plan);
      if (!planned) return Forward(std::move(planned));
      from = EndOffsetOf(index);
    }
    if (plan.segment->base_offset() >= upper_bound) return std::nullopt;
    Result<std::optional<TimestampedOffset>> found = SearchSegment(plan, timestamp, upper_bound);
    if (!found || *found) return found;
    // The record with the large timestamp lies below the log start, or the segment is the last.
    MutexLock lock(mutex_);
    if (from >= log_end_) return std::nullopt;
  }
}

Result<bool> LocalLog::PlanSearch(size_t segment_index, SearchPlan& plan) {
  plan.segment = segments_[segment_index];
  plan.size = plan.segment->size();
  plan.log_start = log_start_;
  Result<std::shared_ptr<File>> file = plan.segment->log_file().Get();
  if (!file) return Forward(std::move(file));
  plan.file = *std::move(file);
  return true;
}

Result<std::optional<TimestampedOffset>> LocalLog::FindMaxTimestampNow() {
  SearchPlan plan;
  TimeIndexEntry max;
  {
    MutexLock lock(mutex_);
    if (Status status = CheckOpen(); !status) return Forward(std::move(status));
    std::optional<size_t> best;
    for (size_t i = 0; i < segments_.size(); ++i) {
      Result<TimeIndexEntry> candidate = segments_[i]->MaxTimestamp();
      if (!candidate) return Forward(std::move(candidate));
      if (best && candidate->timestamp <= max.timestamp) continue;
      max = *candidate;
      best = i;
    }
    if (!best || max.timestamp < 0) return std::nullopt;
    Result<bool> planned = PlanSearch(*best, plan);
    if (!planned) return Forward(std::move(planned));
  }
  return SearchSegment(plan, max.timestamp, std::numeric_limits<Offset>::max());
}

// The first record at or above the log start with a timestamp not below the one given.
Result<std::optional<TimestampedOffset>> LocalLog::SearchSegment(const SearchPlan& plan,
                                                                 TimestampMs timestamp,
                                                                 Offset upper_bound) {
  std::vector<uint8_t> buffer;
  for (int64_t position = SearchStart(plan, timestamp); position < plan.size;) {
    Result<BatchInfo> info = ReadBatchInfo(*plan.file, position, plan.size);
    if (!info) return Forward(std::move(info));
    if (info->base_offset >= upper_bound) break;
    position = info->end_position();
    if (info->max_timestamp < timestamp || info->last_offset < plan.log_start) continue;
    Result<records::BatchView> batch = ReadBatch(*plan.file, *info, buffer);
    if (!batch) return Forward(std::move(batch));
    records::RecordIterator records(*batch);
    records::Record record;
    for (;;) {
      Result<bool> more = records.Next(record);
      if (!more) return Forward(std::move(more));
      if (!*more) break;
      if (record.timestamp < timestamp || record.offset < plan.log_start) continue;
      if (record.offset >= upper_bound) return std::nullopt;
      return TimestampedOffset{record.timestamp, record.offset, info->leader_epoch};
    }
  }
  return std::nullopt;
}

// Below it no record has the timestamp. An index that does not agree with the log is not used.
int64_t LocalLog::SearchStart(const SearchPlan& plan, TimestampMs timestamp) {
  const auto before = [&](const TimeIndexEntry& entry) { return entry.timestamp < timestamp; };
  std::optional<TimeIndexEntry> entry;
  Result<TimeIndex::View> view = Fail(ErrorCode::kKafkaStorageError);
  {
    MutexLock lock(mutex_);
    TimeIndex& index = plan.segment->time_index();
    entry = index.FindPending(before);
    if (!entry && plan.segment->indexes_usable()) view = index.OpenView();
  }
  if (view) {
    Result<std::optional<TimeIndexEntry>> found = TimeIndex::Find(*view, before);
    if (found) entry = *found;
  }
  if (!entry) return 0;
  Result<std::optional<BatchInfo>> batch =
      LocateBatch(plan.segment, *plan.file, plan.size, entry->offset);
  if (batch && *batch && (*batch)->last_offset == entry->offset &&
      (*batch)->max_timestamp == entry->timestamp) {
    return (*batch)->position;
  }
  ReportDamagedIndex(plan.segment, "time index");
  return 0;
}

}  // namespace monkafka::storage
