#include "groups/deadline_queue.h"

namespace monkafka::groups {

Deadline::~Deadline() {
  if (queue_ != nullptr) queue_->Cancel(*this);
}

void DeadlineQueue::Set(Deadline& deadline, TimePoint at) {
  if (deadline.queue_ != nullptr && deadline.entry_->first <= at) {
    deadline.at_ = at;
    return;
  }
  Cancel(deadline);
  deadline.at_ = at;
  deadline.queue_ = this;
  deadline.entry_ = entries_.emplace(at, &deadline);
}

void DeadlineQueue::Cancel(Deadline& deadline) {
  if (deadline.queue_ == nullptr) return;
  entries_.erase(deadline.entry_);
  deadline.queue_ = nullptr;
}

std::optional<TimePoint> DeadlineQueue::NextWake() const {
  if (entries_.empty()) return std::nullopt;
  return entries_.begin()->first;
}

Deadline* DeadlineQueue::PopDue(TimePoint now) {
  while (!entries_.empty() && entries_.begin()->first <= now) {
    Deadline& deadline = *entries_.begin()->second;
    Cancel(deadline);
    if (deadline.at_ <= now) return &deadline;
    Set(deadline, deadline.at_);
  }
  return nullptr;
}

}  // namespace monkafka::groups
