// The offsets of one group: those committed, and those of transactions that have not ended yet.
//
// Threads: one at a time (the shard's strand).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "common/types.h"
#include "groups/coordinator_records.h"

namespace monkafka::groups {

struct OffsetAndMetadata {
  Offset offset = kNoOffset;
  LeaderEpoch leader_epoch = kNoEpoch;
  std::string metadata;
  TimestampMs commit_timestamp = kNoTimestamp;
  TimestampMs expire_timestamp = kNoTimestamp;  // of clients that say how long to keep it
  // Grows with every record of the log. A transaction's offset takes effect when the transaction
  // ends, and must not replace one that was written after it.
  int64_t write_order = 0;
};

class GroupOffsets {
 public:
  using ByPartition = std::map<int32_t, OffsetAndMetadata>;
  using ByTopic = std::map<std::string, ByPartition, std::less<>>;

  const ByTopic& committed() const { return committed_; }
  // Null when there is none.
  const OffsetAndMetadata* Find(std::string_view topic, int32_t partition) const;
  // Whether a transaction that has not ended holds an offset for it.
  bool HasPending(std::string_view topic, int32_t partition) const;
  bool has_pending() const { return !pending_.empty(); }
  const std::map<ProducerId, ByTopic>& pending() const { return pending_; }
  bool empty() const { return committed_.empty() && pending_.empty(); }

  void Commit(std::string_view topic, int32_t partition, OffsetAndMetadata offset);
  void AddPending(ProducerId producer, std::string_view topic, int32_t partition,
                  OffsetAndMetadata offset);
  // Also what transactions hold.
  void Remove(std::string_view topic, int32_t partition);
  void EndTransaction(ProducerId producer, bool committed);

 private:
  ByTopic committed_;
  std::map<ProducerId, ByTopic> pending_;
};

}  // namespace monkafka::groups
