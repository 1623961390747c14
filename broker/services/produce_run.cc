#include "services/produce_run.h"

#include <algorithm>
#include <tuple>

#include "common/stand_in.h"

namespace monkafka::services {
namespace {

template <class T>
void Empty(std::vector<T>& vector, size_t kept) {
  vector.clear();
  if (vector.capacity() > kept) vector.shrink_to_fit();
}

}  // namespace

void ProduceRun::Append(std::shared_ptr<cluster::Partition> partition,
                        storage::PendingAppend append) {
  bytes_ += append.request.batches.bytes.size();
  places_.push_back({std::move(partition), appends_.size()});
  appends_.push_back(std::move(append));
}

void ProduceRun::Started(std::shared_ptr<PendingProduce> pending, Timers& timers,
                         std::chrono::milliseconds timeout) {
  started_.push_back({std::move(pending), &timers, timeout});
}

void ProduceRun::Commit() {
  std::ranges::sort(places_, {}, [](const Place& place) {
    return std::make_tuple(place.partition.get(), place.append);
  });
  for (auto next = places_.begin(); next != places_.end();) {
    cluster::Partition& partition = *next->partition;
    of_partition_.clear();
    for (; next != places_.end() && next->partition.get() == &partition; ++next) {
      of_partition_.push_back(std::move(appends_[next->append]));
    }
    StandIn::WakeNoted();  // who waits for one partition does not wait for writes to the others
    partition.AppendAll(of_partition_);
  }
  for (const StartedRequest& each : started_) each.pending->Started(*each.timers, each.timeout);
  Empty(places_, kKept);
  Empty(appends_, kKept);
  Empty(of_partition_, kKept);
  Empty(started_, kKept);
  bytes_ = 0;
}

}  // namespace monkafka::services
