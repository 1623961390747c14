// Where a client reaches a broker: the address of the listener that the client itself came by.
#pragma once

#include <string_view>

#include "cluster/metadata_image.h"
#include "common/types.h"

namespace monkafka::handlers {

// Null when the broker is unknown, fenced, or has no such listener.
const cluster::Endpoint* FindEndpoint(const cluster::MetadataImage& image, int32_t broker,
                                      std::string_view listener);

struct Leader {
  int32_t id = -1;
  LeaderEpoch epoch = -1;
};
// Of a topic that may be null and a partition that it may not have: then {-1, -1}.
Leader FindLeader(const cluster::TopicImage* topic, int32_t partition);

}  // namespace monkafka::handlers
