// Kafka's small text files.
//
//   leader-epoch-checkpoint              *-offset-checkpoint          partition.metadata
//     0            version                 0            version         version: 0
//     2            entries                 1            entries         topic_id: <base64>
//     <epoch> <start offset>               <topic> <partition> <offset>
//     ...                                  ...
//
//   .kafka_cleanshutdown: {"version":0,"brokerEpoch":-1}
//
// Writers produce whole files (write them with WriteFileAtomically); readers take whole files. An
// empty offset or epoch checkpoint has no entries (Kafka creates them so). Anything else that is
// not as above is KAFKA_STORAGE_ERROR with the line.
// Source: Kafka's CheckpointFile, PartitionMetadataFile, CleanShutdownFileHandler.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "common/types.h"

namespace monkafka::storage {

using OffsetCheckpoint = std::map<TopicPartition, Offset>;

std::string FormatOffsetCheckpoint(const OffsetCheckpoint& entries);
Result<OffsetCheckpoint> ParseOffsetCheckpoint(std::string_view content);

struct EpochEntry {
  LeaderEpoch epoch = kNoEpoch;
  Offset start_offset = kNoOffset;
  friend bool operator==(const EpochEntry&, const EpochEntry&) = default;
};

std::string FormatLeaderEpochs(std::span<const EpochEntry> entries);
Result<std::vector<EpochEntry>> ParseLeaderEpochs(std::string_view content);

std::string FormatPartitionMetadata(const Uuid& topic_id);
Result<Uuid> ParsePartitionMetadata(std::string_view content);

std::string FormatCleanShutdown();

}  // namespace monkafka::storage
