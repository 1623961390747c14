#include "services/fetch.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "services/fetch_plan.h"
#include "services/pending_fetch.h"

namespace monkafka::services {
namespace {

FetchLimits LimitsOf(const protocol::FetchRequest& request, int16_t version,
                     const FetchOptions& options) {
  FetchLimits limits;
  limits.max_bytes = std::min(request.max_bytes, options.max_bytes);
  limits.min_bytes = std::min<int64_t>(request.min_bytes, limits.max_bytes);
  limits.max_wait = std::min(std::chrono::milliseconds(request.max_wait_ms), options.max_wait);
  limits.read_committed = request.isolation_level == 1;
  // Brokers are numbered from 0; consumers are -1, and -2 is a tool that reads as one.
  const int32_t replica = version >= 15 ? request.replica_state.replica_id : request.replica_id;
  limits.from_consumer = replica < 0;
  limits.version = version;
  return limits;
}

}  // namespace

void FetchService::Fetch(const protocol::FetchRequest& request, int16_t version, Executor& executor,
                         Callback<protocol::FetchResponse> done) {
  FetchPlan plan(request, version, sessions_);
  if (plan.error() != ErrorCode::kNone) return done(plan.MakeResponse());
  plan.Resolve(cluster_);
  std::make_shared<PendingFetch>(
      std::move(plan), LimitsOf(request, version, options_),
      PendingFetch::Surroundings{timers_, executor, waiting_, options_.max_waiting, stopping_},
      std::move(done))
      ->Start();
}

void FetchService::StopWaiting() {
  stopping_.store(true);
  for (const std::shared_ptr<cluster::Partition>& partition : cluster_.Partitions()) {
    partition->NotifyWaiters();
  }
}

}  // namespace monkafka::services
