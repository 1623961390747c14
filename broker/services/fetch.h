// Reads records for consumers: at once when there are enough, else as soon as there are or the
// consumer's patience ends (long poll).
//
// Limits: one fetch returns at most max_bytes (unless a single batch is larger, KIP-74), waits at
// most max_wait, and at most max_waiting fetches wait at the same time; one more is answered at
// once with what there is.
//
// Threads: any. Lifetime: outlives its requests.
#pragma once

#include <atomic>
#include <chrono>

#include "cluster/cluster.h"
#include "common/executor.h"
#include "protocol/fetch.h"
#include "services/fetch_session.h"

namespace monkafka::services {

struct FetchOptions {
  int32_t max_bytes = 57'671'680;  // fetch.max.bytes
  std::chrono::milliseconds max_wait{600'000};
  int max_waiting = 100'000;
  size_t session_slots = 1000;  // max.incremental.fetch.session.cache.slots
};

class FetchService {
 public:
  FetchService(cluster::Cluster& cluster, Timers& timers, const Clock& clock, FetchOptions options)
      : cluster_(cluster),
        timers_(timers),
        options_(options),
        sessions_(options.session_slots, clock) {}

  // The request and `executor` stay valid until `done` ran, and so do the names in the response.
  // Completes inline when nothing is waited for, else on the executor or the thread that finished a
  // read. The executor runs what follows from an append that the fetch waited for: short tasks that
  // look at logs and send the reply, so best the thread that the reply leaves from. What it drops
  // (at a shutdown) is never answered.
  void Fetch(const protocol::FetchRequest& request, int16_t version, Executor& executor,
             Callback<protocol::FetchResponse> done);

  // For a shutdown: whoever waits is answered with what there is, and nobody waits any more.
  void StopWaiting();

 private:
  cluster::Cluster& cluster_;
  Timers& timers_;
  const FetchOptions options_;
  FetchSessionCache sessions_;
  std::atomic<int> waiting_{0};
  std::atomic<bool> stopping_{false};
};

}  // namespace monkafka::services
