// What one step of the coordinator's state machine is given and what it asks for. The machine
// (membership.h, offset_commits.h) is a function of its state, a request and the time; it has no
// thread, clock, log or timer of its own. The runtime (shard.h) makes a step, lets the machine fill
// it, and commits it: the records are appended as one, replayed into the state if asked, and `Then`
// is told when they are durable.
#pragma once

#include <chrono>
#include <functional>
#include <utility>
#include <vector>

#include "common/error_code.h"
#include "common/types.h"
#include "groups/deadline_queue.h"
#include "groups/record_buffer.h"

namespace monkafka::groups {

struct Now {
  TimePoint steady;      // for deadlines
  TimestampMs wall = 0;  // for what is stored
};

class Step {
 public:
  // Told how the append went, with a new step for what follows from it. Without records: once
  // everything that was written before is durable.
  using Done = std::move_only_function<void(ErrorCode, Step&)>;

  explicit Step(Now at, RecordBuffer buffer = {}) : now(at), records(std::move(buffer)) {}
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;

  void Then(Done done) { done_.push_back(std::move(done)); }
  std::vector<Done> TakeDone() { return std::move(done_); }
  bool has_done() const { return !done_.empty(); }

  const Now now;
  RecordBuffer records;  // empty at first; the runtime lends one that has its memory already
  // The records are what changes the state (offsets, tombstones); otherwise the step has changed it
  // (members of a group).
  bool replay = false;
  // One batch or nothing; otherwise the records may be spread over several.
  bool atomic = true;

 private:
  std::vector<Done> done_;
};

}  // namespace monkafka::groups
