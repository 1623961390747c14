// Doing the work of a thread that sleeps instead of waking it.
//
// Whoever has something short for a sleeping thread wakes it, and often goes to sleep right after:
// two changes of threads for a few microseconds of work. While a StandIn lives, its thread only
// notes whom it would wake, and at the StandIn's end does that work itself.
//
// Put one around the last thing that a thread does before it may sleep, where it holds no lock:
// until the end of it those who were noted wait. One per thread at a time.
#pragma once

#include <memory>
#include <vector>

namespace monkafka {

// A thread that may be asleep, as its work is seen by others.
class Sleeper {
 public:
  virtual ~Sleeper() = default;
  // Does on the calling thread what waits to be done, or wakes the thread where that cannot be.
  virtual void StandInForIt() = 0;
  virtual void Wake() = 0;
};

class StandIn {
 public:
  StandIn();
  // Does the work of all who were noted. It may note others, whose work is done too, but not
  // without end: then they are woken.
  ~StandIn();
  StandIn(const StandIn&) = delete;
  StandIn& operator=(const StandIn&) = delete;

  // False: the calling thread stands in for nobody, so the sleeper is to be woken.
  static bool Note(std::shared_ptr<Sleeper> sleeper);

 private:
  std::vector<std::shared_ptr<Sleeper>> noted_;
};

}  // namespace monkafka
