// At which offset each leader epoch of a partition began (KIP-101, KIP-320).
//
//     epoch 0           epoch 3       epoch 4
//     |-----------------|-------------|------------- log end
//     0                 120           200
//
// Invariant: epochs and start offsets both strictly increase.
// Threads: none; its owner guards it.
#pragma once

#include <optional>
#include <vector>

#include "storage/checkpoint_files.h"
#include "storage/partition_log.h"

namespace monkafka::storage {

class LeaderEpochs {
 public:
  LeaderEpochs() = default;
  explicit LeaderEpochs(const std::vector<EpochEntry>& entries);

  // A batch with this epoch begins at the offset. Entries that contradict it are dropped. True when
  // something changed.
  bool Assign(LeaderEpoch epoch, Offset start_offset);
  // The log now ends, or begins, at the offset. True when something changed.
  bool TruncateFromEnd(Offset end_offset);
  bool TruncateFromStart(Offset start_offset);

  LeaderEpoch latest() const { return entries_.empty() ? kNoEpoch : entries_.back().epoch; }
  EpochEnd EndOf(LeaderEpoch epoch, Offset log_end) const;
  std::optional<LeaderEpoch> EpochAt(Offset offset) const;
  const std::vector<EpochEntry>& entries() const { return entries_; }

 private:
  std::vector<EpochEntry> entries_;
};

}  // namespace monkafka::storage
