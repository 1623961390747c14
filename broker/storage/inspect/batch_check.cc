#include "storage/inspect/batch_check.h"

#include <fmt/core.h>

#include <algorithm>

#include "records/record.h"

namespace monkafka::storage {
namespace {

using records::BatchView;

std::optional<BatchDefectFound> CheckHeader(const BatchView& batch, bool compacted) {
  const int64_t span = int64_t{batch.last_offset_delta()} + 1;
  const int64_t count = batch.record_count();
  if (count >= 0 && count <= span && (compacted || count == span)) return std::nullopt;
  return BatchDefectFound{AnomalyKind::kBatchCountMismatch,
                          fmt::format("it says {} records for offsets {} to {}", count,
                                      batch.base_offset(), batch.last_offset())};
}

// How many records lie in an uncompressed batch, if nothing else does.
std::optional<int64_t> CountRecords(const BatchView& batch) {
  if (batch.is_compressed()) return std::nullopt;
  records::RecordReader reader(batch.records());
  records::RecordView record;
  for (int64_t count = 0;; ++count) {
    const Result<bool> more = reader.Next(record);
    if (!more) return std::nullopt;
    if (!*more) return count;
  }
}

BatchDefectFound DescribeFailure(const BatchView& batch, int64_t seen, const Error& error) {
  const std::optional<int64_t> count = CountRecords(batch);
  if (count && *count != batch.record_count()) {
    return {AnomalyKind::kBatchCountMismatch,
            fmt::format("it says {} records and has {}", batch.record_count(), *count)};
  }
  if (seen == batch.record_count()) return {AnomalyKind::kBatchCountMismatch, error.message};
  return {AnomalyKind::kUnreadableRecords, error.message};
}

std::optional<BatchDefectFound> CheckRecords(const BatchView& batch, bool compacted) {
  records::RecordIterator records(batch);
  records::Record record;
  TimestampMs largest = kNoTimestamp;
  int32_t last_delta = -1;
  for (int64_t seen = 0;; ++seen) {
    const Result<bool> more = records.Next(record);
    if (!more) return DescribeFailure(batch, seen, more.error());
    if (!*more) break;
    if (record.offset_delta <= last_delta || record.offset_delta > batch.last_offset_delta()) {
      return BatchDefectFound{AnomalyKind::kOffsetRegression,
                              fmt::format("record {} has offset delta {}, the one before it {}",
                                          seen, record.offset_delta, last_delta)};
    }
    last_delta = record.offset_delta;
    largest = std::max(largest, record.timestamp);
  }
  const bool exact = !compacted && batch.record_count() > 0;
  if (largest <= batch.max_timestamp() && (!exact || largest == batch.max_timestamp())) {
    return std::nullopt;
  }
  return BatchDefectFound{AnomalyKind::kTimestampMismatch,
                          fmt::format("its max timestamp is {}, the largest of its records {}",
                                      batch.max_timestamp(), largest)};
}

}  // namespace

std::optional<BatchDefectFound> CheckBatch(const BatchView& batch, bool compacted,
                                           bool check_records) {
  const uint32_t crc = batch.ComputeCrc();
  if (crc != batch.crc()) {
    return BatchDefectFound{AnomalyKind::kBadCrc,
                            fmt::format("its CRC-32C is {:08x}, it says {:08x}", crc, batch.crc())};
  }
  if (auto defect = CheckHeader(batch, compacted)) return defect;
  return check_records ? CheckRecords(batch, compacted) : std::nullopt;
}

}  // namespace monkafka::storage
