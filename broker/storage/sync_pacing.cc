#include "storage/sync_pacing.h"

#include <algorithm>

namespace monkafka::storage {

void SyncPacing::Synced(Time began, Time ended, size_t answered, size_t waiting) {
  answered_ = answered;
  if (to_skip_ > 0) {
    --to_skip_;
    wanted_ = 0;
    return;
  }
  wanted_ = waiting + answered;
  deadline_ = ended + std::min<Time::duration>(ended - began, kMost);
}

void SyncPacing::Begins(size_t waiting) {
  if (wanted_ == 0 || answered_ == 0) return;
  const size_t missing = wanted_ - std::min(waiting, wanted_);
  wanted_ = 0;
  if (2 * missing <= answered_) {
    skip_ = 0;
    return;
  }
  skip_ = std::min(2 * skip_ + 1, kMaxSkipped);
  to_skip_ = skip_;
}

}  // namespace monkafka::storage
