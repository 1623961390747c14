// Runs something asynchronous and waits for it: before the broker serves, and on threads that may
// wait.
#pragma once

#include <future>
#include <utility>

#include "common/executor.h"

namespace monkafka::cluster {

// `start` is given the callback. Not on a thread that the work itself needs.
template <class T, class Start>
T Await(Start start) {
  std::promise<T> promise;
  std::future<T> future = promise.get_future();
  start(Callback<T>([&promise](T value) { promise.set_value(std::move(value)); }));
  return future.get();
}

}  // namespace monkafka::cluster
