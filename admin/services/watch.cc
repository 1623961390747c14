#include "admin/services/watch.h"

#include <optional>
#include <utility>

namespace monkafka::admin {
namespace {

class Watch : public std::enable_shared_from_this<Watch> {
 public:
  Watch(CallPtr call, const Runtime& runtime, WatchPlan plan)
      : call_(std::move(call)), runtime_(runtime), plan_(std::move(plan)) {}

  void Start() {
    // Ends with the call; the timer that is still set finds nobody.
    on_stop_.emplace(call_->stop_token(), std::function<void()>([weak = weak_from_this()] {
                       if (const auto watch = weak.lock()) watch->CancelTimer();
                     }));
    Look();
  }

 private:
  void Look() {
    if (call_->stopped()) return;
    if (!call_->Congested()) {
      if (Outcome<void> looked = plan_.look(*call_); !looked) {
        return call_->Finish(ToStatus(looked.error()));
      }
      ++updates_;
      if (plan_.max_updates > 0 && updates_ >= plan_.max_updates) {
        plan_.summarize(*call_, updates_);
        return call_->Finish(grpc::Status::OK);
      }
    }
    SetTimer();
  }

  void SetTimer() {
    MutexLock lock(mutex_);
    timer_ = runtime_.timers->Schedule(plan_.interval, [self = shared_from_this()] {
      self->runtime_.unary->Post([self] { self->Look(); });
    });
    if (call_->stopped()) runtime_.timers->Cancel(timer_);
  }

  void CancelTimer() {
    MutexLock lock(mutex_);
    if (timer_ != 0) runtime_.timers->Cancel(timer_);
  }

  const CallPtr call_;
  const Runtime runtime_;
  const WatchPlan plan_;
  int64_t updates_ = 0;
  Mutex mutex_;
  Timers::Id timer_ GUARDED_BY(mutex_) = 0;
  std::optional<std::stop_callback<std::function<void()>>> on_stop_;
};

}  // namespace

void StartWatch(const CallPtr& call, const Runtime& runtime, WatchPlan plan) {
  std::make_shared<Watch>(call, runtime, std::move(plan))->Start();
}

}  // namespace monkafka::admin
