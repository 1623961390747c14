// Real batches in a stub of a log, for tests of what reads records.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "fakes/stub_log.h"
#include "records/batch_builder.h"

namespace monkafka::services {

// One batch at the end, a record per timestamp.
inline void PutBatch(fakes::StubLog& log, const std::vector<TimestampMs>& timestamps,
                     records::BatchOptions options = {}) {
  options.base_offset = log.offsets.log_end;
  records::BatchBuilder builder(options);
  for (const TimestampMs timestamp : timestamps)
    builder.Append(timestamp, std::nullopt, AsBytes("v"));
  const auto count = static_cast<Offset>(timestamps.size());
  log.batches.push_back(
      {log.offsets.log_end, log.offsets.log_end + count - 1, *std::move(builder).Build()});
  log.offsets.log_end += count;
  log.offsets.last_stable = log.offsets.log_end;
}

}  // namespace monkafka::services
