// How Kafka names the files and directories of its data directory.
//
//   <topic>-<partition>/                        a partition
//   <topic>-<partition>.<32 hex digits>-delete/ one that is being deleted
//   00000000000000000042.log                    a segment, by its base offset
//   00000000000000000042.{index,timeindex,txnindex}
//   00000000000000000042.snapshot               producer state of everything below the offset
//   ....deleted                                 a file that is being deleted
//
// Source: Kafka's LogFileUtils, UnifiedLog.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/types.h"

namespace monkafka::storage {

inline constexpr std::string_view kLogSuffix = ".log";
inline constexpr std::string_view kOffsetIndexSuffix = ".index";
inline constexpr std::string_view kTimeIndexSuffix = ".timeindex";
inline constexpr std::string_view kTxnIndexSuffix = ".txnindex";
inline constexpr std::string_view kSnapshotSuffix = ".snapshot";
inline constexpr std::string_view kDeletedSuffix = ".deleted";
inline constexpr std::string_view kDeleteDirectorySuffix = "-delete";

inline constexpr std::string_view kLeaderEpochFile = "leader-epoch-checkpoint";
inline constexpr std::string_view kPartitionMetadataFile = "partition.metadata";
inline constexpr std::string_view kRecoveryPointFile = "recovery-point-offset-checkpoint";
inline constexpr std::string_view kLogStartFile = "log-start-offset-checkpoint";
inline constexpr std::string_view kHighWatermarkFile = "replication-offset-checkpoint";
inline constexpr std::string_view kLockFile = ".lock";  // locked while a broker runs
inline constexpr std::string_view kCleanShutdownFile = ".kafka_cleanshutdown";
// In a partition's directory: what could be read from its segments when a sync failed need not be
// on the disk, even if the next sync succeeds, so a recovery writes it again. The mark is never
// synced: it is of use exactly as long as the page cache that it warns of. Kafka passes it over.
inline constexpr std::string_view kFailedSyncFile = "failed-sync";
inline constexpr std::string_view kMetadataTopic = "__cluster_metadata";

// The name of a segment's file: 20 digits and the suffix.
std::string SegmentFileName(Offset base_offset, std::string_view suffix);

struct SegmentFileNameParts {
  Offset base_offset = 0;
  std::string_view suffix;  // from the first dot on
};
// nullopt when the name does not begin with 20 digits and a dot.
std::optional<SegmentFileNameParts> ParseSegmentFileName(std::string_view name);

// "orders-3" to {orders, 3}; nullopt for names that are no partition directory.
std::optional<TopicPartition> ParsePartitionDirectory(std::string_view name);

// A new name for a partition's directory that is to be deleted, unique and at most 255 bytes.
std::string DeletedDirectoryName(const TopicPartition& tp);
bool IsDeletedDirectory(std::string_view name);

}  // namespace monkafka::storage
