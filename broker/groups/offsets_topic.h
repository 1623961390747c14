// __consumer_offsets as the coordinator needs it: append to a partition, read it from its
// beginning.
//
// Threads: any. Callbacks run once, inline or on the thread that finished the work.
#pragma once

#include <cstdint>
#include <vector>

#include "common/executor.h"
#include "common/result.h"
#include "common/types.h"

namespace monkafka::groups {

struct LogChunk {
  std::vector<uint8_t> batches =
      {};                  // whole batches; the first may begin before the offset asked for
  Offset next_offset = 0;  // where to go on
  bool at_end = false;     // nothing follows
};

class OffsetsTopic {
 public:
  virtual ~OffsetsTopic() = default;

  // The largest batch that a partition takes (bytes).
  virtual size_t MaxBatchBytes(int32_t partition) const = 0;

  // Completes when the batch is durable. Appends are ordered as they are called.
  virtual void Append(int32_t partition, std::vector<uint8_t> batch, Callback<Status> durable) = 0;

  // About `max_bytes` from `from` on; kNoOffset: from the log's start. A log without records
  // completes inline, without I/O.
  virtual void Read(int32_t partition, Offset from, int64_t max_bytes,
                    Callback<Result<LogChunk>> done) = 0;
};

}  // namespace monkafka::groups
