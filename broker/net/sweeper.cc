#include "net/sweeper.h"

#include <algorithm>

namespace monkafka::net {

std::chrono::milliseconds Sweeper::IntervalFor(std::chrono::milliseconds max_idle) {
  constexpr std::chrono::milliseconds kShortest{1'000};
  constexpr std::chrono::milliseconds kLongest{30'000};
  if (max_idle.count() <= 0) return kLongest;
  return std::clamp(max_idle / 16, kShortest, kLongest);
}

Sweeper::Sweeper(Timers& timers, std::chrono::milliseconds interval,
                 std::shared_ptr<const ConnectionLimits> connections, std::function<void()> sweep)
    : timers_(timers),
      interval_(interval),
      connections_(std::move(connections)),
      sweep_(std::move(sweep)) {}

void Sweeper::Wake() {
  MutexLock lock(mutex_);
  if (!scheduled_ && !stopped_) Schedule();
}

void Sweeper::Schedule() {
  scheduled_ = true;
  timers_.Schedule(interval_, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->Run();
  });
}

void Sweeper::Run() {
  // The mutex is held throughout, so that what sweep_ refers to outlives it: see Stop.
  MutexLock lock(mutex_);
  scheduled_ = false;
  if (stopped_) return;
  sweep_();
  // A connection that comes after this look finds no sweep scheduled and wakes us.
  if (connections_->count() > 0) Schedule();
}

void Sweeper::Stop() {
  MutexLock lock(mutex_);
  stopped_ = true;
}

}  // namespace monkafka::net
