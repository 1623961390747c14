#include "common/log.h"
#include "storage/local_log.h"

namespace monkafka::storage {
namespace {

// So that appends wait well below a millisecond.
constexpr int kBatchesPerStep = 500;

}  // namespace

// Reads go on without the index; a worker builds it anew.
void LocalLog::ReportDamagedIndex(const SegmentPtr& segment, const std::string& what) {
  {
    MutexLock lock(mutex_);
    if (!segment->indexes_usable()) return;
    segment->set_indexes_usable(false);
  }
  LogWarning("{}: {} contradicts the log ({}); the indexes are rebuilt", tp_.ToString(),
             segment->offset_index().file().path(), what);
  environment_->workers.Post(
      [self = shared_from_this(), segment] { self->RebuildIndexes(segment); });
}

void LocalLog::RebuildIndexes(const SegmentPtr& segment) {
  MutexLock files_lock(files_mutex_);
  Wakeups wakeups;
  int64_t position = -1;
  for (bool done = false; !done;) {
    MutexLock lock(mutex_);
    if (state_ != State::kOpen || segment->indexes_usable()) return;
    Result<int64_t> next = position;
    if (position < 0) {
      const Status begun = segment->BeginIndexRebuild();
      next = begun ? Result<int64_t>(0) : std::unexpected(begun.error());
    } else {
      next =
          segment->ContinueIndexRebuild(position, kBatchesPerStep, config_->index_interval_bytes);
    }
    if (!next) {
      LogError("{}: the indexes of {} cannot be rebuilt, reads of it are slow: {}", tp_.ToString(),
               segment->log_file().path(), next.error().message);
      return;
    }
    position = *next;
    done = position == segment->size();
    if (!done) continue;
    segment->set_indexes_usable(true);
    if (segment.get() == segments_.back().get()) continue;
    if (const Status sealed = segment->Seal(); !sealed) {
      LogWarning("{}: an index will be completed later: {}", tp_.ToString(),
                 sealed.error().message);
    }
    unsynced_sealed_.push_back(segment);
    RequestSync(wakeups);
  }
  Tell(wakeups);
}

}  // namespace monkafka::storage
