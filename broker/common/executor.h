// Where and when code runs, as seams: tests use manual ones (tests/fakes), the broker real ones.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "common/types.h"

namespace monkafka {

using Task = std::move_only_function<void()>;
// Called exactly once, on the thread that finished the work unless a header says otherwise.
template <class T>
using Callback = std::move_only_function<void(T)>;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimestampMs WallMs() const = 0;  // may jump; for timestamps of records and files
  virtual std::chrono::steady_clock::time_point Now() const = 0;  // for everything measured
};

// Runs tasks some time later, in the order of Post unless it has several threads. Post never runs
// the task before it returns. Safe from any thread.
class Executor {
 public:
  virtual ~Executor() = default;
  virtual void Post(Task task) = 0;
};

// One-shot timers. The task runs on the timers' own thread and must be short: post real work to an
// Executor. Safe from any thread.
class Timers {
 public:
  using Id = uint64_t;  // never 0
  virtual ~Timers() = default;
  virtual Id Schedule(std::chrono::milliseconds delay, Task task) = 0;
  // True: the task will not run. False: it ran, is running, or was cancelled before.
  virtual bool Cancel(Id id) = 0;
};

class SystemClock final : public Clock {
 public:
  TimestampMs WallMs() const override;
  std::chrono::steady_clock::time_point Now() const override;
};

// A fixed number of threads over one queue. The destructor runs what was posted before it, then
// joins.
class WorkerPool final : public Executor {
 public:
  WorkerPool(int threads, std::string name);  // name: as shown by top -H, at most 15 characters
  ~WorkerPool() override;
  void Post(Task task) override;
  void Stop();  // runs what is queued, joins; later posts are dropped

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Runs its tasks one at a time and in order on another executor: a coordinator's whole state can
// then live without a lock. The underlying executor must outlive every posted task.
class Strand final : public Executor {
 public:
  explicit Strand(Executor& executor);
  ~Strand() override;
  void Post(Task task) override;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// Real timers: one thread that sleeps until the earliest is due (no wake-ups when there is none).
// Whoever gives up one timer for another that is not earlier, as each request that waits does, does
// not wake it: it goes on to sleep for the one that was given up.
class TimerThread final : public Timers {
 public:
  explicit TimerThread(const Clock& clock);
  ~TimerThread() override;
  Id Schedule(std::chrono::milliseconds delay, Task task) override;
  bool Cancel(Id id) override;
  void Stop();  // what is pending never runs, and is dropped

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace monkafka
