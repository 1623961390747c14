// Visits the network threads now and then while there are connections: idle ones are closed, unused
// chunks are freed. One coarse timer for all, and none while there is no connection. Safe from any
// thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

#include "common/executor.h"
#include "common/mutex.h"
#include "net/connection_limits.h"

namespace monkafka::net {

class Sweeper : public std::enable_shared_from_this<Sweeper> {
 public:
  // `sweep` is run on the timers' thread and must be short; not after Stop.
  Sweeper(Timers& timers, std::chrono::milliseconds interval,
          std::shared_ptr<const ConnectionLimits> connections, std::function<void()> sweep);
  // Often enough for connections that may be idle so long (0: for ever).
  static std::chrono::milliseconds IntervalFor(std::chrono::milliseconds max_idle);

  // There is a connection.
  void Wake();
  void Stop();

 private:
  void Schedule() REQUIRES(mutex_);
  void Run();

  Timers& timers_;
  const std::chrono::milliseconds interval_;
  const std::shared_ptr<const ConnectionLimits> connections_;
  Mutex mutex_;
  std::function<void()> sweep_ GUARDED_BY(mutex_);
  bool scheduled_ GUARDED_BY(mutex_) = false;
  bool stopped_ GUARDED_BY(mutex_) = false;
};

}  // namespace monkafka::net
