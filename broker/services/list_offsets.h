// ListOffsets: what offset_lookup.h finds, for many partitions at once and by Kafka's rules.
//
// Threads: any. Lifetime: outlives its requests.
#pragma once

#include "cluster/cluster.h"
#include "common/executor.h"
#include "protocol/list_offsets.h"

namespace monkafka::services {

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
