#include "services/record_time.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "cluster/await.h"
#include "records/batch.h"
#include "records/record.h"

namespace monkafka::services {
namespace {

// Nothing has to be looked at when all records have one time.
bool HasOneTimestamp(const records::BatchView& batch) {
  return batch.timestamp_type() == records::TimestampType::kLogAppendTime ||
         batch.base_timestamp() == batch.max_timestamp();
}

Result<std::optional<TimestampMs>> TimestampIn(const records::BatchView& batch, Offset offset) {
  if (HasOneTimestamp(batch)) return batch.max_timestamp();
  records::RecordIterator records(batch);
  records::Record record;
  for (;;) {
    Result<bool> more = records.Next(record);
    if (!more) return Forward(std::move(more));
    if (!*more) return std::nullopt;
    if (record.offset >= offset) return record.timestamp;
  }
}

}  // namespace

Result<std::optional<TimestampMs>> TimestampAt(storage::PartitionLog& log, Offset offset) {
  const storage::LogOffsets offsets = log.Offsets();
  offset = std::max(offset, offsets.log_start);
  while (offset < offsets.log_end) {
    auto read = cluster::Await<Result<storage::ReadOutcome>>([&](auto done) {
      log.Read({.offset = offset,
                .max_bytes = 0,
                .at_least_one_batch = true,
                .upper_bound = offsets.log_end},
               std::move(done));
    });
    if (!read) return Forward(std::move(read));
    if (read->records.empty()) return std::nullopt;
    Result<std::vector<uint8_t>> bytes = read->records.ReadAll();
    if (!bytes) return Forward(std::move(bytes));
    Result<records::BatchView> batch = records::ParseBatch(*bytes);
    if (!batch) return Forward(std::move(batch));
    if (!batch->is_control()) {
      Result<std::optional<TimestampMs>> found = TimestampIn(*batch, offset);
      if (!found || *found) return found;
    }
    offset = std::max(batch->last_offset(), offset) + 1;
  }
  return std::nullopt;
}

}  // namespace monkafka::services
