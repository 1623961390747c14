// Reads a partition of __consumer_offsets back into groups, chunk by chunk.
//
// Threads: one at a time (the shard's strand).
#pragma once

#include "common/result.h"
#include "common/types.h"
#include "groups/group_map.h"
#include "groups/offsets_topic.h"
#include "records/batch.h"
#include "records/record.h"

namespace monkafka::groups {

class LogReplay {
 public:
  // `partition` is for messages; `now` for groups that exist only through their offsets.
  LogReplay(int32_t partition, GroupMap& groups, TimestampMs now)
      : partition_(partition), groups_(groups), now_(now) {}

  // Records that are not understood are skipped with a warning; batches that are broken fail.
  Status Replay(const LogChunk& chunk);

  Offset next_offset() const { return next_offset_; }  // kNoOffset: from the log's start
  int64_t record_count() const { return record_count_; }

 private:
  Status ReplayBatch(const records::BatchView& batch);
  Status ReplayControlBatch(const records::BatchView& batch);
  void ReplayRecord(const records::BatchView& batch, const records::Record& record);

  const int32_t partition_;
  GroupMap& groups_;
  const TimestampMs now_;
  Offset next_offset_ = kNoOffset;
  int64_t record_count_ = 0;
};

}  // namespace monkafka::groups
