// A stream that looks at something once per interval and sends what changed. Between two looks it
// holds no thread; while the receiver has not taken what was sent, it does not look.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "admin/call.h"
#include "admin/services/services.h"

namespace monkafka::admin {

struct WatchPlan {
  std::chrono::milliseconds interval{1000};
  int64_t max_updates = 0;  // 0: no end
  // Looks, and sends when there is something to send; runs on the unary threads. A failure ends the
  // stream.
  std::function<Outcome<void>(Call& call)> look;
  // Sends the summary.
  std::function<void(Call& call, int64_t updates)> summarize;
};

// Looks for the first time on this thread, which may block.
void StartWatch(const CallPtr& call, const Runtime& runtime, WatchPlan plan);

}  // namespace monkafka::admin
