// Finds offsets by time or by meaning: the log start, the end, the record with the largest
// timestamp.
//
// Threads: any. Lifetime: outlives its requests.
#pragma once

#include "cluster/cluster.h"
#include "common/executor.h"
#include "protocol/list_offsets.h"

namespace monkafka::services {

// What a negative timestamp asks for. Source: Kafka's ListOffsetsRequest; KIP-79, KIP-734, KIP-405,
// KIP-1005, KIP-1023.
enum class OffsetSpec : TimestampMs {
  kLatest = -1,
  kEarliest = -2,
  kMaxTimestamp = -3,
  kEarliestLocal = -4,          // the log start, as nothing is kept elsewhere
  kLatestTiered = -5,           // none, likewise
  kEarliestPendingUpload = -6,  // none, likewise
};

class ListOffsetsService {
 public:
  explicit ListOffsetsService(cluster::Cluster& cluster) : cluster_(cluster) {}

  // Every partition of the request in its order; names refer to the request, which stays valid
  // until `done` ran: inline or on the thread that finished the last search.
  void ListOffsets(const protocol::ListOffsetsRequest& request, int16_t version,
                   Callback<protocol::ListOffsetsResponse> done);

 private:
  cluster::Cluster& cluster_;
};

}  // namespace monkafka::services
