// How much happened per second lately: sums in slots of one second over a short window. Nothing
// runs by itself; what is old falls out when somebody adds or asks.
//
// Threads: guarded by whoever owns it. Cost of Add: a few nanoseconds and no allocation.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

namespace monkafka {

class RateMeter {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  static constexpr int64_t kWindowSeconds = 10;

  struct Rate {
    double records_per_second = 0;
    double bytes_per_second = 0;
  };

  void Add(TimePoint now, int64_t records, int64_t bytes) {
    Slot& slot = slots_[IndexOf(SecondOf(now))];
    if (slot.second != SecondOf(now)) slot = {SecondOf(now), 0, 0};
    slot.records += records;
    slot.bytes += bytes;
  }

  // The mean of the last kWindowSeconds whole seconds; the one that has just begun does not count.
  Rate Read(TimePoint now) const {
    const int64_t second = SecondOf(now);
    int64_t records = 0, bytes = 0;
    for (const Slot& slot : slots_) {
      if (slot.second >= second || slot.second < second - kWindowSeconds) continue;
      records += slot.records;
      bytes += slot.bytes;
    }
    return {static_cast<double>(records) / kWindowSeconds,
            static_cast<double>(bytes) / kWindowSeconds};
  }

 private:
  static constexpr int64_t kNever = -1;
  static constexpr size_t kSlots = kWindowSeconds + 1;  // and the second that has just begun

  struct Slot {
    int64_t second = kNever;
    int64_t records = 0;
    int64_t bytes = 0;
  };

  static int64_t SecondOf(TimePoint time) {
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
  }
  static size_t IndexOf(int64_t second) { return static_cast<size_t>(second) % kSlots; }

  std::array<Slot, kSlots> slots_;
};

}  // namespace monkafka
