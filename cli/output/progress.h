// A progress line on stderr: bar, rate and time left. Shown on a terminal only, redrawn at most ten
// times a second, and wiped when it ends, so that it never mixes with what stays.
//
// Not thread-safe; stdout must be flushed by whoever writes there while a bar is shown.
#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>

#include "cli/output/terminal.h"

namespace monkafka::cli {

class Progress {
 public:
  using Clock = std::chrono::steady_clock;

  enum class Unit { kBytes, kItems };

  // `what` stands in front of the bar. `quiet`: nothing is shown.
  Progress(std::string_view what, Unit unit, std::ostream& error, const Terminal& terminal,
           bool quiet);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `total` 0: not known, then there is a rate but no bar.
  void Update(int64_t done, int64_t total, std::string_view detail = "",
              Clock::time_point now = Clock::now());

  // Wipes the line; the next Update draws it again.
  void Clear();

 private:
  const std::string what_;
  const Unit unit_;
  std::ostream& error_;
  const bool shown_;
  const int width_;
  const Clock::time_point started_ = Clock::now();
  Clock::time_point drawn_at_{};
  bool drawn_ = false;
};

// The line itself: "verify  [=====>    ]  52%  1.2 GiB of 2.3 GiB  312.0 MiB/s  4s left  orders-0".
std::string ProgressLine(std::string_view what, Progress::Unit unit, int64_t done, int64_t total,
                         std::chrono::milliseconds elapsed, std::string_view detail, int width);

}  // namespace monkafka::cli
