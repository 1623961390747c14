// KIP-951: tells clients that asked the wrong broker which is the right one, so that they need not
// fetch metadata first. Produce says so from version 10 on, Fetch from version 16 on; in older
// versions the hints are not written.
#pragma once

#include <string_view>

#include "cluster/cluster.h"
#include "protocol/fetch.h"
#include "protocol/produce.h"

namespace monkafka::handlers {

void AddLeaderHints(const cluster::Cluster& cluster, std::string_view listener,
                    protocol::ProduceResponse& response);
void AddLeaderHints(const cluster::Cluster& cluster, std::string_view listener,
                    protocol::FetchResponse& response);

}  // namespace monkafka::handlers
