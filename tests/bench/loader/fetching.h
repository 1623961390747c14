// A Fetch request of one partition, sent again with a new offset each time; and what its answer
// says, read with as little work as can be.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/loader/connection.h"
#include "common/types.h"

namespace monkafka::bench {

struct Fetched {
  Bytes records;           // whole batches, and perhaps a cut one
  Offset next_offset = 0;  // after the last whole batch
};

class Fetching {
 public:
  Fetching(const std::string& topic, int32_t partition, int max_bytes, int max_wait_ms,
           int min_bytes);

  // The request for the present offset; valid until the next call.
  Bytes Request();
  // Moves on past what was fetched. Dies when the answer has an error.
  Fetched Take(MutableBytes answer);
  Offset offset() const { return offset_; }
  void Seek(Offset offset) { offset_ = offset; }

 private:
  const size_t topic_size_;
  std::vector<uint8_t> frame_;
  size_t offset_at_ = 0;
  Offset offset_ = 0;
};

}  // namespace monkafka::bench
