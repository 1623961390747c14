// Drives many connections from one thread: whoever may send sends, whoever has an answer hears of
// it. Closed loop (so many requests in flight) or open loop (a schedule; a request that leaves late
// counts from when it was due, so that a stalled broker cannot hide behind the loader's waiting).
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "bench/loader/connection.h"
#include "bench/loader/latencies.h"

namespace monkafka::bench {

// What one connection does. The loop measures from a request's sending (or due) time to its answer.
class Worker {
 public:
  explicit Worker(int port, int in_flight) : connection_(port), in_flight_(in_flight) {}
  virtual ~Worker() = default;

  // The next request with its length in front, valid until answered; empty: no more for now.
  virtual Bytes Next() = 0;
  virtual void Answered(MutableBytes answer) = 0;
  // Open loop: when the next request is due. Closed loop: always.
  virtual Clock::time_point Due() const { return Clock::time_point::min(); }
  virtual bool Done() const = 0;

  Connection& connection() { return connection_; }
  Latencies& latencies() { return latencies_; }

 private:
  friend class Loop;
  Connection connection_;
  const int in_flight_;
  std::deque<Clock::time_point> sent_;
  Latencies latencies_;
};

class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void Add(std::unique_ptr<Worker> worker);
  // Until every worker is done, or the time has passed.
  void Run(Clock::time_point until = Clock::time_point::max());
  const std::vector<std::unique_ptr<Worker>>& workers() const { return workers_; }

 private:
  void Send(Worker& worker, Clock::time_point now);
  void Hear(Worker& worker);
  void Wait(Clock::time_point until);

  int epoll_ = -1;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace monkafka::bench
