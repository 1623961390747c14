// What a starting broker has to write to the metadata log: as little as possible, so that a restart
// with nothing changed writes nothing.
#pragma once

#include <vector>

#include "cluster/cluster.h"
#include "cluster/metadata_image.h"
#include "cluster/metadata_records.h"

namespace monkafka::cluster {

// The feature level if the log has none yet, this broker's registration if it is new or changed,
// and a new leader epoch of each partition that this broker leads from now on. `next_offset` is
// where the first of the records will be: a broker's epoch is the offset of its registration.
std::vector<MetadataRecord> StartRecords(const ClusterOptions& options, const MetadataImage& image,
                                         Offset next_offset);

}  // namespace monkafka::cluster
