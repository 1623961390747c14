// The metadata log of one broker alone: the partition log __cluster_metadata-0 as KRaft keeps it
// (batches with the leader epoch, a LeaderChange control record at the start of an epoch, the file
// quorum-state, snapshots), led by this node.
#pragma once

#include <memory>
#include <string>

#include "cluster/metadata_store.h"
#include "storage/file_system.h"
#include "storage/log_manager.h"

namespace monkafka::cluster {

struct LocalMetadataStoreOptions {
  int32_t node_id = 1;
  // A snapshot is due after so many bytes of records; Kafka's
  // metadata.log.max.record.bytes.between.snapshots.
  int64_t snapshot_bytes = 20 << 20;
  // Small enough that what a snapshot replaced can be removed soon after.
  int32_t segment_bytes = 16 << 20;
};

// The log is opened, created if need be, in `logs`' directory. Lifetime: `logs`, `file_system` and
// `clock` outlive the store.
Result<std::unique_ptr<MetadataStore>> OpenLocalMetadataStore(
    const LocalMetadataStoreOptions& options, storage::FileSystem& file_system,
    storage::LogManager& logs, const Clock& clock);

}  // namespace monkafka::cluster
