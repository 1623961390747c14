// Ports block their caller, services call back: this waits, and gives up when the caller does.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

#include "admin/port/failure.h"
#include "common/executor.h"

namespace monkafka::app {

inline admin::Failure CallerGaveUp() {
  return {admin::FailureKind::kCancelled, admin::kCallerGaveUp,
          "the caller gave up; what had begun goes on"};
}

// `start` is given the callback. What it set going goes on when `stop` is requested. `tick`, when
// there is one, is called a few times per second meanwhile.
template <class T, class Start>
admin::Outcome<T> Wait(const std::stop_token& stop, Start start,
                       const std::function<void()>& tick = {}) {
  constexpr std::chrono::milliseconds kBetweenTicks{250};
  struct State {
    std::mutex mutex;
    std::condition_variable_any answered;
    std::optional<T> value;
  };
  const auto state = std::make_shared<State>();
  start(Callback<T>([state](T value) {
    const std::lock_guard lock(state->mutex);
    state->value.emplace(std::move(value));
    state->answered.notify_all();
  }));
  std::unique_lock lock(state->mutex);
  const auto answered = [&] { return state->value.has_value(); };
  while (tick && !state->answered.wait_for(lock, stop, kBetweenTicks, answered) &&
         !stop.stop_requested()) {
    lock.unlock();
    tick();
    lock.lock();
  }
  if (!state->answered.wait(lock, stop, answered)) {
    return std::unexpected(CallerGaveUp());
  }
  return *std::move(state->value);
}

// Of services that answer with a Result.
template <class T, class Start>
admin::Outcome<T> WaitForResult(const std::stop_token& stop, Start start,
                                const std::function<void()>& tick = {}) {
  admin::Outcome<Result<T>> answered = Wait<Result<T>>(stop, std::move(start), tick);
  if (!answered) return std::unexpected(std::move(answered).error());
  if (!*answered) return std::unexpected(admin::Failure(std::move(*answered).error()));
  if constexpr (std::is_void_v<T>) {
    return {};
  } else {
    return **std::move(answered);
  }
}

}  // namespace monkafka::app
