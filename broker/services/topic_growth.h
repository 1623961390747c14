// Decides what a request for more partitions becomes: records, or an error. Pure: everything comes
// from the image. Checks, codes and messages are Kafka's (ReplicationControlManager).
#pragma once

#include <vector>

#include "cluster/metadata_image.h"
#include "cluster/metadata_records.h"
#include "services/topic_service.h"

namespace monkafka::services {

Result<std::vector<cluster::MetadataRecord>> GrowTopic(const cluster::MetadataImage& image,
                                                       const MorePartitions& request);

// POLICY_VIOLATION: more than kMaxRecordsPerRequest.
std::unexpected<Error> TooManyPartitions();

}  // namespace monkafka::services
