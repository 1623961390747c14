// A stream that looks at something once per interval and sends what changed. Between two looks it
// holds no thread; while the receiver has not taken what was sent, it does not look.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "admin/call.h"
#include "admin/services/convert.h"
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

// A watch as the services have them: the request has interval and max_updates, Looker has
// Outcome<void> Look(Call&), the last message is a summary with the number of updates.
template <class Response, class Looker, class Request>
void StartUpdates(const CallPtr& call, const Runtime& runtime, const Request& request,
                  std::shared_ptr<Looker> looker) {
  const auto interval = WatchInterval(request.has_interval(), request.interval());
  if (!interval) return call->Finish(ToStatus(interval.error()));
  if (auto valid = RequireNotNegative(request.max_updates(), "max_updates"); !valid) {
    return call->Finish(ToStatus(valid.error()));
  }
  StartWatch(call, runtime,
             {.interval = *interval,
              .max_updates = request.max_updates(),
              .look = [looker](Call& watched) { return looker->Look(watched); },
              .summarize =
                  [](Call& watched, int64_t updates) {
                    Response last;
                    last.mutable_summary()->set_update_count(updates);
                    watched.Offer(SerializeMessage(last));
                  }});
}

}  // namespace monkafka::admin
