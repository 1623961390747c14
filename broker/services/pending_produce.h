// One Produce request whose appends have not all completed: collects their outcomes and answers
// once, when the last has come or the request's timeout is over.
//
// Threads: any. Shared by the appends that are under way and by the timer.
#pragma once

#include <boost/container/small_vector.hpp>
#include <memory>
#include <span>
#include <string>

#include "common/executor.h"
#include "common/mutex.h"
#include "protocol/produce.h"
#include "storage/partition_log.h"

namespace monkafka::services {

class PendingProduce : public std::enable_shared_from_this<PendingProduce> {
 public:
  // One partition of the request, which stands for its place in the response.
  struct Slot {
    PendingProduce* pending;
    protocol::ProduceResponse::Partition* answer;

    void Finish(storage::AppendOutcome outcome) { pending->Finish(*answer, std::move(outcome)); }
    void Fail(ErrorCode code, std::string message = {});
  };

  PendingProduce(const protocol::ProduceRequest& request, Callback<protocol::ProduceResponse> done);

  // Slots in the order of the request.
  std::span<Slot> slots() { return {slots_.data(), slots_.size()}; }
  // A reference to a slot that keeps the whole request alive.
  std::shared_ptr<Slot> Share(Slot& slot) { return {shared_from_this(), &slot}; }

  // All appends were started. Answers if they have also completed; else waits, at most so long.
  void Started(Timers& timers, std::chrono::milliseconds timeout);

 private:
  void Finish(protocol::ProduceResponse::Partition& answer, storage::AppendOutcome outcome);
  void Expire();
  // Takes what is needed to answer, the first time; afterwards an empty callback.
  Callback<protocol::ProduceResponse> TakeDone() REQUIRES(mutex_);
  void Answer(Callback<protocol::ProduceResponse> done, Timers* timers, Timers::Id timer);

  Mutex mutex_;
  protocol::ProduceResponse response_;  // written under the mutex until `done_` was taken
  boost::container::small_vector<Slot, 1> slots_;
  size_t open_ GUARDED_BY(mutex_);  // slots without outcome, and one while they are started
  Callback<protocol::ProduceResponse> done_ GUARDED_BY(mutex_);
  Timers* timers_ GUARDED_BY(mutex_) = nullptr;
  Timers::Id timer_ GUARDED_BY(mutex_) = 0;
};

}  // namespace monkafka::services
