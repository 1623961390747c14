#include <algorithm>
#include <vector>

#include "config/table_builder.h"
#include "config/tables.h"

namespace monkafka::config {
namespace {

using services::ConfigDefinition;

std::vector<ConfigDefinition> MakeTopicTable() {
  TableBuilder table;
  table.List("cleanup.policy", "delete", "log.cleanup.policy", {"compact", "delete"},
             "What happens to old segments: \"delete\" discards them by time or size, \"compact\" "
             "keeps the last value of each key; both may be given.");
  table.Int("compression.gzip.level", "-1", "compression.gzip.level", -1, 9,
            "The level when compression.type is gzip; -1 is zlib's own default.");
  table.Int("compression.lz4.level", "9", "compression.lz4.level", 1, 17,
            "The level when compression.type is lz4.");
  table.String("compression.type", "producer", "compression.type",
               {"uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"},
               "The codec records are kept in; \"producer\" keeps what the producer sent.");
  table.Int("compression.zstd.level", "3", "compression.zstd.level", -131072, 22,
            "The level when compression.type is zstd.");
  table.Long("delete.retention.ms", "86400000", "log.cleaner.delete.retention.ms", 0, kMaxLong,
             "How long a compacted topic keeps the tombstone of a deleted key.");
  table.Long("file.delete.delay.ms", "60000", "log.segment.delete.delay.ms", 0, kMaxLong,
             "How long a deleted segment's files stay on disk before they are removed.");
  table.Long("flush.messages", "9223372036854775807", "log.flush.interval.messages", 1, kMaxLong,
             "After how many records the log is synced to disk even when no producer waits for "
             "it; acks=all is synced before its reply in any case.");
  table.Long("flush.ms", "9223372036854775807", "log.flush.interval.ms", 0, kMaxLong,
             "After how long the log is synced to disk even when no producer waits for it.");
  table.List("follower.replication.throttled.replicas", "", "", {},
             "Replicas whose replication is throttled on the follower's side, as "
             "partition:broker pairs, or \"*\".");
  table.Int("index.interval.bytes", "4096", "log.index.interval.bytes", 0, kMaxInt,
            "How many bytes of log lie between two entries of the offset index.");
  table.List("leader.replication.throttled.replicas", "", "", {},
             "Replicas whose replication is throttled on the leader's side, as "
             "partition:broker pairs, or \"*\".");
  table.Long("local.retention.bytes", "-2", "log.local.retention.bytes", -2, kMaxLong,
             "How much of a partition stays on this machine once remote storage has it; -2 is "
             "retention.bytes. Without remote storage it has no effect.");
  table.Long("local.retention.ms", "-2", "log.local.retention.ms", -2, kMaxLong,
             "How long segments stay on this machine once remote storage has them; -2 is "
             "retention.ms. Without remote storage it has no effect.");
  table.Long("max.compaction.lag.ms", "9223372036854775807", "log.cleaner.max.compaction.lag.ms", 1,
             kMaxLong, "The longest a record of a compacted topic may stay uncompacted.");
  table.Int("max.message.bytes", "1048588", "message.max.bytes", 0, kMaxInt,
            "The largest record batch that is accepted, in bytes, after compression.");
  table.Long("message.timestamp.after.max.ms", "9223372036854775807",
             "log.message.timestamp.after.max.ms", 0, kMaxLong,
             "How far a record's timestamp may lie ahead of the broker's clock (CreateTime).");
  table.Long("message.timestamp.before.max.ms", "9223372036854775807",
             "log.message.timestamp.before.max.ms", 0, kMaxLong,
             "How far a record's timestamp may lie behind the broker's clock (CreateTime).");
  table.Long("message.timestamp.difference.max.ms", "9223372036854775807",
             "log.message.timestamp.difference.max.ms", 0, kMaxLong,
             "Bounds a record's timestamp where message.timestamp.before.max.ms or "
             "message.timestamp.after.max.ms does not; Kafka 4 dropped it.");
  table.String("message.timestamp.type", "CreateTime", "log.message.timestamp.type",
               {"CreateTime", "LogAppendTime"},
               "Whether a record keeps its producer's timestamp or gets the time of its append.");
  table.Double("min.cleanable.dirty.ratio", "0.5", "log.cleaner.min.cleanable.ratio", 0, 1,
               "The share of uncompacted bytes from which a log is compacted.");
  table.Long("min.compaction.lag.ms", "0", "log.cleaner.min.compaction.lag.ms", 0, kMaxLong,
             "The shortest a record of a compacted topic stays uncompacted.");
  table.Int("min.insync.replicas", "1", "min.insync.replicas", 1, kMaxInt,
            "How many replicas must have a record before acks=all is answered.");
  table.Boolean(
      "preallocate", "false", "log.preallocate",
      "Whether segment.bytes of the disk are kept for each new segment until it is full, so "
      "that its appends never lack space; without, as much as is written. A clean stop gives back "
      "what the active segment has not used, and the next start keeps room for the segments "
      "after it alone.");
  table.Boolean("remote.log.copy.disable", "false", "",
                "Whether no more segments are copied to remote storage.");
  table.Boolean("remote.log.delete.on.disable", "false", "",
                "Whether remote segments are deleted when remote storage is disabled.");
  table.Boolean("remote.storage.enable", "false", "",
                "Whether segments are kept in remote storage as well, which this broker refuses.");
  table.Long("retention.bytes", "-1", "log.retention.bytes", kMinLong, kMaxLong,
             "The size above which a partition's oldest segments are deleted; -1 is no limit.");
  table.Long("retention.ms", "604800000", "log.retention.ms", -1, kMaxLong,
             "The age above which a partition's segments are deleted; -1 is no limit.");
  table.Int("segment.bytes", "1073741824", "log.segment.bytes", 14, kMaxInt,
            "The size at which a new segment is begun.");
  table.Int("segment.index.bytes", "10485760", "log.index.size.max.bytes", 4, kMaxInt,
            "The largest size of an offset index.");
  table.Long("segment.jitter.ms", "0", "log.roll.jitter.ms", 0, kMaxLong,
             "The random part by which segment.ms is shortened, so that not all partitions roll "
             "at once.");
  table.Long("segment.ms", "604800000", "log.roll.ms", 1, kMaxLong,
             "The age at which a new segment is begun even when it is not full.");
  table.Boolean("unclean.leader.election.enable", "false", "unclean.leader.election.enable",
                "Whether a replica that is not in sync may become leader when none in sync is "
                "left, which can lose records.");
  return table.Take();
}

}  // namespace

std::span<const ConfigDefinition> TopicTable() {
  static const std::vector<ConfigDefinition> table = MakeTopicTable();
  return table;
}

const ConfigDefinition* Find(std::span<const ConfigDefinition> table, std::string_view name) {
  const auto at = std::ranges::lower_bound(table, name, {}, &ConfigDefinition::name);
  return at != table.end() && at->name == name ? &*at : nullptr;
}

}  // namespace monkafka::config
