// What one partition remembers of each producer: enough to recognise a retry of its last five
// batches, to see gaps in its sequence numbers, to fence older epochs (KIP-98), and to know where
// its open transaction began (the last stable offset).
//
// Invariants:
//   1. A producer's batches all have its current epoch; sequences and offsets increase.
//   2. A producer has at most one open transaction; `open_txns_` has exactly those.
//
// Threads: none; the log that owns it guards it.
// Source: Kafka's ProducerStateManager, ProducerAppendInfo, ProducerStateEntry.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "common/result.h"
#include "common/types.h"
#include "records/control_records.h"
#include "storage/batch_reader.h"
#include "storage/partition_log.h"

namespace monkafka::storage {

struct ProducerBatch {
  int32_t last_sequence = -1;
  int32_t offset_delta = 0;  // last offset - base offset
  Offset last_offset = kNoOffset;
  TimestampMs timestamp = kNoTimestamp;

  Offset first_offset() const { return last_offset - offset_delta; }
  int32_t first_sequence() const;
  friend bool operator==(const ProducerBatch&, const ProducerBatch&) = default;
};

struct ProducerEntry {
  static constexpr size_t kBatches = 5;

  ProducerId producer_id = kNoProducerId;
  ProducerEpoch epoch = records::kNoProducerEpoch;
  int32_t coordinator_epoch = -1;
  TimestampMs last_timestamp = kNoTimestamp;
  Offset txn_first_offset = kNoOffset;  // of the open transaction
  uint8_t batch_count = 0;
  std::array<ProducerBatch, kBatches> batches;  // oldest first

  const ProducerBatch* last_batch() const {
    return batch_count == 0 ? nullptr : &batches[batch_count - 1];
  }
  // The earlier batch that this one repeats.
  const ProducerBatch* FindDuplicate(const BatchInfo& batch) const;
  // As ProducerState's.
  Status CheckData(const BatchInfo& batch, AppendOrigin origin) const;
  // The batch, whose offsets are final, comes next.
  void ApplyData(const BatchInfo& batch);
  void SetEpoch(ProducerEpoch epoch);
  void Push(const ProducerBatch& batch);
  friend bool operator==(const ProducerEntry&, const ProducerEntry&) = default;
};

struct CompletedTxn {
  ProducerId producer_id = kNoProducerId;
  Offset first_offset = kNoOffset;
  Offset last_offset = kNoOffset;         // of the marker
  Offset last_stable_offset = kNoOffset;  // once it is complete
  bool aborted = false;
};

class ProducerState {
 public:
  // Beyond so many producers those that wrote longest ago are forgotten (as if expired).
  static constexpr size_t kMaxProducers = 200'000;

  // Null: it was forgotten, or never seen.
  const ProducerEntry* Find(ProducerId id) const;
  // The earlier batch that this one repeats.
  const ProducerBatch* FindDuplicate(const BatchInfo& batch) const;
  // INVALID_PRODUCER_EPOCH, OUT_OF_ORDER_SEQUENCE_NUMBER or INVALID_TXN_STATE when the batch must
  // not be appended. Sequences are only checked for clients.
  Status CheckData(const BatchInfo& batch, AppendOrigin origin) const;
  // INVALID_PRODUCER_EPOCH or TRANSACTION_COORDINATOR_FENCED.
  Status CheckMarker(const BatchInfo& batch, const records::EndTxnMarker& marker) const;

  // The batch, whose offsets are final, is in the log.
  void ApplyData(const BatchInfo& batch);
  // The transaction that the marker ended, unless it had no records here.
  std::optional<CompletedTxn> ApplyMarker(const BatchInfo& batch,
                                          const records::EndTxnMarker& marker);

  // Where the earliest open transaction began.
  std::optional<Offset> first_unstable_offset() const;
  void RemoveExpired(TimestampMs now, std::chrono::milliseconds expiration);

  void Load(const ProducerEntry& entry);
  std::vector<ProducerEntry> Entries() const;  // by producer id
  size_t size() const { return producers_.size(); }
  bool empty() const { return producers_.empty(); }
  void Clear();

 private:
  ProducerEntry& EntryOf(ProducerId id);
  void EvictOldest();

  std::unordered_map<ProducerId, ProducerEntry> producers_;
  std::map<Offset, ProducerId> open_txns_;  // by first offset
};

}  // namespace monkafka::storage
