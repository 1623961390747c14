#include "storage/producer_state.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>

namespace monkafka::storage {
namespace {

bool IsNext(int32_t last, int32_t next) {
  return next == (last == std::numeric_limits<int32_t>::max() ? 0 : last + 1);
}

}  // namespace

int32_t ProducerBatch::first_sequence() const {
  return records::IncrementSequence(last_sequence, -offset_delta);
}

void ProducerEntry::Push(const ProducerBatch& batch) {
  if (batch_count == kBatches) {
    std::move(batches.begin() + 1, batches.end(), batches.begin());
    --batch_count;
  }
  batches[batch_count++] = batch;
}

const ProducerBatch* ProducerEntry::FindDuplicate(const BatchInfo& batch) const {
  if (epoch != batch.producer_epoch) return nullptr;
  for (size_t i = 0; i < batch_count; ++i) {
    const ProducerBatch& earlier = batches[i];
    if (earlier.last_sequence == batch.last_sequence &&
        earlier.first_sequence() == batch.base_sequence) {
      return &earlier;
    }
  }
  return nullptr;
}

Status ProducerEntry::CheckData(const BatchInfo& batch, AppendOrigin origin) const {
  if (batch.producer_epoch < epoch) {
    return Fail(ErrorCode::kInvalidProducerEpoch,
                fmt::format("epoch {} of producer {} is older than {}", batch.producer_epoch,
                            batch.producer_id, epoch));
  }
  if (origin == AppendOrigin::kClient && epoch != records::kNoProducerEpoch) {
    const ProducerBatch* last = last_batch();
    const bool new_epoch = batch.producer_epoch != epoch;
    const int32_t last_sequence = new_epoch || last == nullptr ? -1 : last->last_sequence;
    if (!IsNext(last_sequence, batch.base_sequence)) {
      return Fail(ErrorCode::kOutOfOrderSequenceNumber,
                  fmt::format("producer {} epoch {} sent sequence {} after {}", batch.producer_id,
                              batch.producer_epoch, batch.base_sequence, last_sequence));
    }
  }
  if (txn_first_offset != kNoOffset && !batch.transactional) {
    return Fail(ErrorCode::kInvalidTxnState,
                fmt::format("producer {} has an open transaction and sent records outside of it",
                            batch.producer_id));
  }
  return {};
}

void ProducerEntry::ApplyData(const BatchInfo& batch) {
  SetEpoch(batch.producer_epoch);
  Push({batch.last_sequence, static_cast<int32_t>(batch.last_offset - batch.base_offset),
        batch.last_offset, batch.max_timestamp});
  last_timestamp = batch.max_timestamp;
  if (batch.transactional && txn_first_offset == kNoOffset) txn_first_offset = batch.base_offset;
}

void ProducerEntry::SetEpoch(ProducerEpoch new_epoch) {
  if (epoch == new_epoch) return;
  epoch = new_epoch;
  batch_count = 0;
}

const ProducerEntry* ProducerState::Find(ProducerId id) const {
  const auto found = producers_.find(id);
  return found == producers_.end() ? nullptr : &found->second;
}

const ProducerBatch* ProducerState::FindDuplicate(const BatchInfo& batch) const {
  const ProducerEntry* const entry = Find(batch.producer_id);
  return entry == nullptr ? nullptr : entry->FindDuplicate(batch);
}

Status ProducerState::CheckData(const BatchInfo& batch, AppendOrigin origin) const {
  const ProducerEntry* const entry = Find(batch.producer_id);
  // A producer that was forgotten, or never seen, may begin with any sequence.
  return entry == nullptr ? Status() : entry->CheckData(batch, origin);
}

Status ProducerState::CheckMarker(const BatchInfo& batch,
                                  const records::EndTxnMarker& marker) const {
  const auto found = producers_.find(batch.producer_id);
  if (found == producers_.end()) return {};
  const ProducerEntry& entry = found->second;
  if (batch.producer_epoch < entry.epoch) {
    return Fail(ErrorCode::kInvalidProducerEpoch,
                fmt::format("marker with epoch {} of producer {} is older than {}",
                            batch.producer_epoch, batch.producer_id, entry.epoch));
  }
  if (marker.coordinator_epoch < entry.coordinator_epoch) {
    return Fail(ErrorCode::kTransactionCoordinatorFenced,
                fmt::format("marker of coordinator epoch {} is older than {}",
                            marker.coordinator_epoch, entry.coordinator_epoch));
  }
  return {};
}

void ProducerState::ApplyData(const BatchInfo& batch) {
  ProducerEntry& entry = EntryOf(batch.producer_id);
  const bool in_txn = entry.txn_first_offset != kNoOffset;
  entry.ApplyData(batch);
  if (!in_txn && entry.txn_first_offset != kNoOffset) {
    open_txns_.emplace(batch.base_offset, batch.producer_id);
  }
}

std::optional<CompletedTxn> ProducerState::ApplyMarker(const BatchInfo& batch,
                                                       const records::EndTxnMarker& marker) {
  ProducerEntry& entry = EntryOf(batch.producer_id);
  entry.SetEpoch(batch.producer_epoch);
  entry.coordinator_epoch = marker.coordinator_epoch;
  entry.last_timestamp = batch.max_timestamp;
  if (entry.txn_first_offset == kNoOffset) return std::nullopt;
  CompletedTxn completed;
  completed.producer_id = batch.producer_id;
  completed.first_offset = entry.txn_first_offset;
  completed.last_offset = batch.last_offset;
  completed.aborted = !marker.committed;
  open_txns_.erase(entry.txn_first_offset);
  entry.txn_first_offset = kNoOffset;
  completed.last_stable_offset = first_unstable_offset().value_or(batch.last_offset + 1);
  return completed;
}

std::optional<Offset> ProducerState::first_unstable_offset() const {
  if (open_txns_.empty()) return std::nullopt;
  return open_txns_.begin()->first;
}

void ProducerState::RemoveExpired(TimestampMs now, std::chrono::milliseconds expiration) {
  std::erase_if(producers_, [&](const auto& item) {
    const ProducerEntry& entry = item.second;
    return entry.txn_first_offset == kNoOffset && now - entry.last_timestamp >= expiration.count();
  });
}

void ProducerState::Load(const ProducerEntry& entry) {
  producers_[entry.producer_id] = entry;
  if (entry.txn_first_offset != kNoOffset) {
    open_txns_.emplace(entry.txn_first_offset, entry.producer_id);
  }
}

std::vector<ProducerEntry> ProducerState::Entries() const {
  std::vector<ProducerEntry> entries;
  entries.reserve(producers_.size());
  for (const auto& [id, entry] : producers_) entries.push_back(entry);
  std::sort(entries.begin(), entries.end(), [](const ProducerEntry& a, const ProducerEntry& b) {
    return a.producer_id < b.producer_id;
  });
  return entries;
}

void ProducerState::Clear() {
  producers_.clear();
  open_txns_.clear();
}

ProducerEntry& ProducerState::EntryOf(ProducerId id) {
  const auto found = producers_.find(id);
  if (found != producers_.end()) return found->second;
  if (producers_.size() >= kMaxProducers) EvictOldest();
  ProducerEntry& entry = producers_[id];
  entry.producer_id = id;
  return entry;
}

// A tenth at once, so that the search is paid for by many appends.
void ProducerState::EvictOldest() {
  std::vector<std::pair<TimestampMs, ProducerId>> idle;
  for (const auto& [id, entry] : producers_) {
    if (entry.txn_first_offset == kNoOffset) idle.emplace_back(entry.last_timestamp, id);
  }
  const size_t count = std::min(idle.size(), kMaxProducers / 10);
  const auto end = idle.begin() + static_cast<std::ptrdiff_t>(count);
  std::nth_element(idle.begin(), end, idle.end());
  for (auto it = idle.begin(); it != end; ++it) producers_.erase(it->second);
}

}  // namespace monkafka::storage
