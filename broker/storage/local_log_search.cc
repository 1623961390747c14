// Finding records by timestamp: the time index leads to the batch, the batch's records to the
// record. On a worker, because whole batches are read and perhaps decompressed.
#include <algorithm>
#include <limits>

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
      if (Status status = PlanSearch(index, plan); !status) return Forward(std::move(status));
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

Status LocalLog::PlanSearch(size_t segment_index, SearchPlan& plan) {
  plan.segment = segments_[segment_index];
  plan.size = plan.segment->size();
  plan.log_start = log_start_;
  Result<std::shared_ptr<File>> file = plan.segment->log_file().Get();
  if (!file) return Forward(std::move(file));
  plan.file = *std::move(file);
  return {};
}

Result<std::optional<TimestampedOffset>> LocalLog::FindMaxTimestampNow() {
  SearchPlan plan;
  SearchPlan first;  // set when records of the first segment were deleted: its index knows too much
  TimestampMs max = kNoTimestamp;
  {
    MutexLock lock(mutex_);
    if (Status status = CheckOpen(); !status) return Forward(std::move(status));
    size_t best = segments_.size();
    size_t begin = 0;
    if (segments_.front()->base_offset() < log_start_) {
      if (Status status = PlanSearch(begin++, first); !status) return Forward(std::move(status));
    }
    for (size_t i = begin; i < segments_.size(); ++i) {
      Result<TimeIndexEntry> candidate = segments_[i]->MaxTimestamp();
      if (!candidate) return Forward(std::move(candidate));
      if (candidate->timestamp <= max) continue;
      max = candidate->timestamp;
      best = i;
    }
    if (best < segments_.size()) {
      if (Status status = PlanSearch(best, plan); !status) return Forward(std::move(status));
    }
  }
  if (first.segment) {
    Result<TimestampMs> left = MaxTimestampLeft(first);
    if (!left) return Forward(std::move(left));
    if (*left >= max) {
      max = *left;
      plan = std::move(first);
    }
  }
  if (max < 0) return std::nullopt;
  return SearchSegment(plan, max, std::numeric_limits<Offset>::max());
}

// The largest timestamp at or above the log start.
Result<TimestampMs> LocalLog::MaxTimestampLeft(const SearchPlan& plan) {
  TimestampMs max = kNoTimestamp;
  std::vector<uint8_t> buffer;
  for (int64_t position = 0; position < plan.size;) {
    Result<BatchInfo> info = ReadBatchInfo(*plan.file, position, plan.size);
    if (!info) return Forward(std::move(info));
    position = info->end_position();
    if (info->last_offset < plan.log_start) continue;
    if (info->base_offset >= plan.log_start) {
      max = std::max(max, info->max_timestamp);
      continue;
    }
    Result<records::BatchView> batch = ReadBatch(*plan.file, *info, buffer);
    if (!batch) return Forward(std::move(batch));
    Status status = records::ForEachRecord(*batch, {}, [&](const records::Record& record) {
      if (record.offset >= plan.log_start) max = std::max(max, record.timestamp);
    });
    if (!status) return Forward(std::move(status));
  }
  return max;
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

void LocalLog::ListSegmentOffsets(Callback<Result<std::vector<SegmentOffset>>> done) {
  environment_->workers.Post([self = shared_from_this(), done = std::move(done)]() mutable {
    done(self->ListSegmentOffsetsNow());
  });
}

Result<std::vector<SegmentOffset>> LocalLog::ListSegmentOffsetsNow() {
  std::vector<SegmentPtr> segments;
  std::vector<SegmentOffset> found;
  {
    MutexLock lock(mutex_);
    if (Status status = CheckOpen(); !status) return Forward(std::move(status));
    segments = segments_;
    for (const SegmentPtr& segment : segments) {
      found.push_back({std::max(segment->base_offset(), log_start_)});
    }
    if (active().size() > 0) found.push_back({log_end_, environment_->clock.WallMs()});
  }
  for (size_t i = 0; i < segments.size(); ++i) {
    Result<std::shared_ptr<File>> file = segments[i]->log_file().Get();
    if (!file) return Forward(std::move(file));
    Result<TimestampMs> modified = (*file)->ModifiedAt();
    if (!modified) return Forward(std::move(modified));
    found[i].modified_at = *modified;
  }
  return found;
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
    Result<std::optional<TimeIndexEntry>> found = TimeIndex::Find(*view, *view->file, before);
    if (found) entry = *found;
  }
  if (!entry) return 0;
  DiskWait wait;
  Result<std::optional<BatchInfo>> batch =
      LocateBatch(plan.segment, *plan.file, plan.size, entry->offset, wait);
  if (batch && *batch && (*batch)->last_offset == entry->offset &&
      (*batch)->max_timestamp == entry->timestamp) {
    return (*batch)->position;
  }
  ReportDamagedIndex(plan.segment, "time index");
  return 0;
}

}  // namespace monkafka::storage
