// Doing the work of a thread that sleeps instead of waking it.
//
// Whoever has something short for a sleeping thread wakes it, and often goes to sleep right after:
// two changes of threads for a few microseconds of work. While a StandIn lives, its thread only
// notes whom it would wake, and at the StandIn's end does that work itself.
//
// Put one around what is short and the last that a thread does before it may sleep; where something
// longer comes after all, WakeNoted first. It does one thread's work: the others that were noted
// are woken, so that they work side by side. The end is no place to hold a lock.
#pragma once

#include <memory>
#include <utility>
#include <vector>

namespace monkafka {

// A thread that may be asleep, as its work is seen by others. Whoever noted it owes it a call of
// either.
class Sleeper {
 public:
  virtual ~Sleeper() = default;
  // Does on the calling thread what waits to be done, or wakes the thread where that cannot be, or
  // would be long.
  virtual void StandInForIt() = 0;
  virtual void Wake() = 0;
};

class StandIn {
 public:
  // Within another one of the same thread it does nothing.
  StandIn();
  ~StandIn();
  StandIn(const StandIn&) = delete;
  StandIn& operator=(const StandIn&) = delete;

  // The calling thread's; null: it stands in for nobody, so sleepers are to be woken.
  static StandIn* OfThisThread();
  // The calling thread wakes those whom it has noted, if it has noted any.
  static void WakeNoted();

  void Note(std::shared_ptr<Sleeper> sleeper) { noted_.push_back(std::move(sleeper)); }

 private:
  void WakeAll();

  std::vector<std::shared_ptr<Sleeper>> noted_;
};

}  // namespace monkafka
