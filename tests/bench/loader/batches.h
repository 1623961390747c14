// Record batches and Produce requests made before the clock starts.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/loader/commands.h"

namespace monkafka::bench {

struct BuiltBatch {
  std::vector<uint8_t> bytes;
  int64_t records = 0;
};

// As many records of `record_bytes` random letters as fit into `batch_bytes` before compression; at
// least one.
BuiltBatch BuildBatch(int batch_bytes, int record_bytes, const std::string& codec);

// The batch size for so many records.
int BatchBytesFor(int records, int record_bytes);

// A whole request, version 7 (the last one without flexible fields whose answer carries nothing
// that is not needed here).
std::vector<uint8_t> ProduceFrame(const Options& options, const BuiltBatch& batch, int partition);
// Where the answer (without its length) has the partition's error code.
size_t ProduceErrorAt(const Options& options);

}  // namespace monkafka::bench
