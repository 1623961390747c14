// Drops what transactions wrote that were aborted, as a read_committed consumer does: given a
// partition's batches in order, with the log's list of aborted transactions.
// Source: Kafka's CompletedFetch (consumeAbortedTransactionsUpTo).
#pragma once

#include <algorithm>
#include <set>
#include <vector>

#include "records/control_records.h"
#include "records/record.h"
#include "storage/partition_log.h"

namespace monkafka::services {

class AbortedFilter {
 public:
  AbortedFilter() = default;
  explicit AbortedFilter(std::vector<storage::AbortedTxn> aborted) : aborted_(std::move(aborted)) {
    std::ranges::sort(aborted_, {}, &storage::AbortedTxn::first_offset);
  }

  // True: no reader is to see its records. Every batch is given, control batches too.
  bool Drops(const records::BatchView& batch) {
    if (aborted_.empty() || !batch.is_transactional()) return batch.is_control();
    while (next_ < aborted_.size() && aborted_[next_].first_offset <= batch.last_offset()) {
      open_.insert(aborted_[next_++].producer_id);
    }
    if (batch.is_control()) {
      if (IsAbort(batch)) open_.erase(batch.producer_id());
      return true;
    }
    return open_.contains(batch.producer_id());
  }

 private:
  static bool IsAbort(const records::BatchView& batch) {
    records::RecordIterator records(batch);
    records::Record record;
    const Result<bool> more = records.Next(record);
    if (!more || !*more) return false;
    const Result<records::EndTxnMarker> marker = records::ParseEndTxnMarker(record);
    return marker && !marker->committed;
  }

  std::vector<storage::AbortedTxn> aborted_;
  size_t next_ = 0;  // of aborted_, that has not begun
  std::set<ProducerId> open_;
};

}  // namespace monkafka::services
