// What several Produce requests append, until it is written: a producer has some requests in
// flight, which arrive together, and their batches for one partition cost a good part less when
// they are written with one call (PartitionLog::AppendAll) than with one each.
//
// Nothing is appended before Commit; requests are in the order of their calls, for each partition.
//
// Threads: one. Lifetime: reused from run to run; the appends keep their requests alive.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "cluster/partition.h"
#include "common/executor.h"
#include "services/pending_produce.h"
#include "storage/partition_log.h"

namespace monkafka::services {

class ProduceRun {
 public:
  void Append(std::shared_ptr<cluster::Partition> partition, storage::PendingAppend append);
  // All of that request's appends are there.
  void Started(std::shared_ptr<PendingProduce> pending, Timers& timers,
               std::chrono::milliseconds timeout);
  // Appends everything. Requests complete inline, or later.
  void Commit();
  // So much is there that it should not wait for more.
  bool full() const { return bytes_ >= kFullBytes; }
  // Of batches that are not appended yet.
  size_t bytes() const { return bytes_; }

 private:
  static constexpr size_t kFullBytes = 1024 * 1024;
  // What is kept allocated for the next run.
  static constexpr size_t kKept = 64;

  struct Place {
    std::shared_ptr<cluster::Partition> partition;
    size_t append = 0;  // in appends_
  };
  struct StartedRequest {
    std::shared_ptr<PendingProduce> pending;
    Timers* timers;
    std::chrono::milliseconds timeout;
  };

  std::vector<Place> places_;
  std::vector<storage::PendingAppend> appends_;
  std::vector<storage::PendingAppend> of_partition_;
  std::vector<StartedRequest> started_;
  size_t bytes_ = 0;
};

}  // namespace monkafka::services
