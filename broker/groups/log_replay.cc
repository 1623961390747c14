#include "groups/log_replay.h"

#include <optional>
#include <utility>

#include "common/log.h"
#include "records/control_records.h"
#include "records/record.h"

namespace monkafka::groups {

Status LogReplay::Replay(const LogChunk& chunk) {
  records::BatchIterator batches(chunk.batches);
  for (;;) {
    Result<std::optional<records::BatchView>> batch = batches.Next();
    if (!batch) return Forward(std::move(batch));
    if (!*batch) break;
    Status status = (*batch)->is_control() ? ReplayControlBatch(**batch) : ReplayBatch(**batch);
    if (!status) return status;
  }
  next_offset_ = chunk.next_offset;
  return {};
}

Status LogReplay::ReplayBatch(const records::BatchView& batch) {
  return records::ForEachRecord(batch, {}, [&](const records::Record& record) {
    // The first batch may begin before the offset asked for.
    if (record.offset >= next_offset_) ReplayRecord(batch, record);
  });
}

Status LogReplay::ReplayControlBatch(const records::BatchView& batch) {
  return records::ForEachRecord(batch, {}, [&](const records::Record& record) {
    if (record.offset < next_offset_) return;
    const Result<records::EndTxnMarker> marker = records::ParseEndTxnMarker(record);
    if (marker) groups_.ReplayEndTransaction(batch.producer_id(), marker->committed);
  });
}

void LogReplay::ReplayRecord(const records::BatchView& batch, const records::Record& record) {
  ++record_count_;
  if (!record.key) {
    LogWarning("__consumer_offsets-{}: the record at offset {} has no key and is skipped",
               partition_, record.offset);
    return;
  }
  const Result<CoordinatorRecord> parsed = ParseCoordinatorRecord(*record.key, record.value);
  if (!parsed) {
    LogWarning("__consumer_offsets-{}: the record at offset {} is skipped: {}", partition_,
               record.offset, parsed.error().message);
    return;
  }
  const ProducerId producer = batch.is_transactional() ? batch.producer_id() : kNoProducerId;
  groups_.Replay(*parsed, producer, record.offset, now_);
}

}  // namespace monkafka::groups
