// Durations of many events, and their percentiles. Nanoseconds. One thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

namespace monkafka::bench {

using Clock = std::chrono::steady_clock;

class Latencies {
 public:
  void Add(Clock::duration duration) {
    nanoseconds_.push_back(std::chrono::duration_cast<std::chrono::nanoseconds>(duration).count());
  }
  void Add(const Latencies& other) {
    nanoseconds_.insert(nanoseconds_.end(), other.nanoseconds_.begin(), other.nanoseconds_.end());
  }
  void Clear() { nanoseconds_.clear(); }
  size_t size() const { return nanoseconds_.size(); }

  // Milliseconds; 0 without events. `share` of 0.99: the 99th percentile.
  double Percentile(double share) {
    if (nanoseconds_.empty()) return 0;
    const auto at = static_cast<size_t>(share * static_cast<double>(nanoseconds_.size() - 1));
    std::nth_element(nanoseconds_.begin(), nanoseconds_.begin() + static_cast<ptrdiff_t>(at),
                     nanoseconds_.end());
    return static_cast<double>(nanoseconds_[at]) / 1e6;
  }
  double Mean() const {
    if (nanoseconds_.empty()) return 0;
    double sum = 0;
    for (const int64_t value : nanoseconds_) sum += static_cast<double>(value);
    return sum / static_cast<double>(nanoseconds_.size()) / 1e6;
  }

 private:
  std::vector<int64_t> nanoseconds_;
};

}  // namespace monkafka::bench
