// Keeps a log line that peers, or a full disk, can provoke at will from filling the disk. Threads:
// any.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include "common/mutex.h"

namespace monkafka {

class LogLimiter {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // Whether to write the line; if so, how many like it were left out since the last one written.
  std::optional<uint64_t> Allow(Time now) {
    MutexLock lock(mutex_);
    if (last_ && now - *last_ < kInterval) {
      ++left_out_;
      return std::nullopt;
    }
    last_ = now;
    return std::exchange(left_out_, 0);
  }

 private:
  static constexpr std::chrono::seconds kInterval{10};
  Mutex mutex_;
  std::optional<Time> last_ GUARDED_BY(mutex_);
  uint64_t left_out_ GUARDED_BY(mutex_) = 0;
};

}  // namespace monkafka
