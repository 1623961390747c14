// One Fetch request on its way: reads its partitions one after the other, and if that is not enough
// waits for more.
//
// One thread at a time works on it (it "has the turn"). The turn passes like this:
//
//   created ---> reading --enough--> answered
//                 ^    \--not enough--> waiting for partitions and the timer
//                 |                        |
//                 +---- on the executor ---+   (an append, a deleted topic, the time is over)
//
// The executor is the network thread that the reply leaves from: an append wakes one thread, not
// one that then wakes the other.
//
// Every wake-up counts in wakeups_; whoever raises it from 0 posts the next turn, and a turn ends
// by taking off the wake-ups that it saw. So none is lost and there is never a second turn.
//
// Lifetime: while it waits only the timer keeps it; partitions hold weak references. While it
// reads, the read does.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "cluster/partition.h"
#include "common/executor.h"
#include "protocol/fetch.h"
#include "services/fetch_plan.h"

namespace monkafka::services {

struct FetchLimits {
  int64_t min_bytes = 0;
  int64_t max_bytes = 0;
  std::chrono::milliseconds max_wait{0};
  bool read_committed = false;
  bool from_consumer = true;
  int16_t version = 0;
};

class PendingFetch : public std::enable_shared_from_this<PendingFetch> {
 public:
  // `waiting` counts the fetches that wait, at most max_waiting.
  struct Surroundings {
    Timers& timers;
    Executor& executor;
    std::atomic<int>& waiting;
    int max_waiting;
    const std::atomic<bool>& stopping;  // set before the partitions' waiters are told
  };

  PendingFetch(FetchPlan plan, FetchLimits limits, Surroundings surroundings,
               Callback<protocol::FetchResponse> done);
  ~PendingFetch();

  // The first turn, by the thread that made it.
  void Start() { ReadFrom(0); }

 private:
  // Whom a partition tells.
  struct Watch final : cluster::PartitionWaiter {
    PendingFetch* fetch = nullptr;
    std::atomic<bool> changed{false};
    void OnPartitionChanged() override {
      changed.store(true, std::memory_order_release);
      fetch->Wake();
    }
  };
  enum class ReadState { kStarted, kCompleted, kAwaited };

  void Wake();
  void TakeTurn();
  void ReadFrom(size_t index);
  bool WantsRead(size_t index);
  bool StartRead(FetchItem& item, storage::ReadRequest& read);
  void OnRead(size_t index, Result<storage::ReadOutcome> outcome);
  void FinishRead(FetchItem& item, Result<storage::ReadOutcome> outcome);
  ErrorCode CheckFetchable(FetchItem& item) const;
  // The client must see it without delay.
  void Fail(FetchItem& item, ErrorCode error);
  // OFFSET_OUT_OF_RANGE, or no error and perhaps a diverging epoch in the result.
  ErrorCode CheckLastFetchedEpoch(FetchItem& item, ErrorCode read_error) const;
  ErrorCode TakeRecords(FetchItem& item, storage::ReadOutcome outcome) const;
  Offset ReadableEnd(const storage::LogOffsets& offsets) const;
  void EndTurn();
  bool IsEnough() const;
  bool StartWaiting();
  void RegisterAll();
  void Register(size_t index);
  void Answer();

  FetchPlan plan_;
  const FetchLimits limits_;
  const Surroundings surroundings_;
  Callback<protocol::FetchResponse> done_;

  std::atomic<int64_t> wakeups_{1};  // the first turn
  std::atomic<bool> expired_{false};

  // The rest belongs to whoever has the turn.
  int64_t seen_wakeups_ = 1;
  int64_t bytes_ = 0;    // in all results
  bool urgent_ = false;  // a result that the client must see without delay
  bool is_waiting_ = false;
  Timers::Id timer_ = 0;
  std::vector<Watch> watches_;  // by item, once it waits
  std::atomic<ReadState> read_state_{ReadState::kCompleted};
};

}  // namespace monkafka::services
