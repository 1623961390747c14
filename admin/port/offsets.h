// Offsets of partitions. Threads: any. Snapshots take short locks; Find may read an index or a
// batch from the disk and blocks the caller.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "admin/port/failure.h"
#include "admin/port/topics.h"

namespace monkafka::admin {

struct PartitionOffsets {
  std::string topic;
  int32_t partition = 0;
  int64_t log_start_offset = 0;
  int64_t last_stable_offset = 0;
  int64_t high_watermark = 0;
  int64_t log_end_offset = 0;
  int64_t durable_end_offset = 0;
  int64_t size_bytes = 0;
  Rates rates;
  int32_t leader_epoch = -1;
  std::string offline_reason;
};

enum class OffsetSpec { kTimestamp, kEarliest, kLatest, kLastStable, kMaxTimestamp };

struct FoundOffset {
  int32_t partition = 0;
  int64_t offset = -1;  // -1: none
  int64_t timestamp_ms = -1;
  int32_t leader_epoch = -1;
};

class OffsetsPort {
 public:
  virtual ~OffsetsPort() = default;

  // By topic and partition. No topics: all but the internal ones. A watch calls it once per
  // interval.
  virtual Outcome<std::vector<PartitionOffsets>> Snapshot(
      const std::vector<std::string>& topics) = 0;
  // By partition; none named: all of the topic. `timestamp_ms` is for kTimestamp.
  virtual Outcome<std::vector<FoundOffset>> Find(const std::string& topic,
                                                 const std::vector<int32_t>& partitions,
                                                 OffsetSpec spec, int64_t timestamp_ms,
                                                 std::stop_token stop) = 0;
};

}  // namespace monkafka::admin
