#include "storage/leader_epochs.h"

#include <algorithm>

namespace monkafka::storage {

LeaderEpochs::LeaderEpochs(const std::vector<EpochEntry>& entries) {
  for (const EpochEntry& entry : entries) Assign(entry.epoch, entry.start_offset);
}

bool LeaderEpochs::Assign(LeaderEpoch epoch, Offset start_offset) {
  if (epoch < 0) return false;
  if (!entries_.empty() && entries_.back().epoch == epoch &&
      start_offset >= entries_.back().start_offset) {
    return false;
  }
  while (!entries_.empty() &&
         (entries_.back().epoch >= epoch || entries_.back().start_offset >= start_offset)) {
    entries_.pop_back();
  }
  entries_.push_back({epoch, start_offset});
  return true;
}

bool LeaderEpochs::TruncateFromEnd(Offset end_offset) {
  const size_t before = entries_.size();
  while (!entries_.empty() && entries_.back().start_offset >= end_offset) entries_.pop_back();
  return entries_.size() != before;
}

bool LeaderEpochs::TruncateFromStart(Offset start_offset) {
  const auto first_after =
      std::find_if(entries_.begin(), entries_.end(),
                   [&](const EpochEntry& entry) { return entry.start_offset > start_offset; });
  if (first_after == entries_.begin()) return false;
  const auto current = first_after - 1;
  if (current == entries_.begin() && current->start_offset == start_offset) return false;
  current->start_offset = start_offset;
  entries_.erase(entries_.begin(), current);
  return true;
}

EpochEnd LeaderEpochs::EndOf(LeaderEpoch epoch, Offset log_end) const {
  if (epoch < 0 || entries_.empty()) return {};
  if (epoch == entries_.back().epoch) return {epoch, log_end};
  const auto higher = std::find_if(entries_.begin(), entries_.end(),
                                   [&](const EpochEntry& entry) { return entry.epoch > epoch; });
  if (higher == entries_.end()) return {};
  // Older than everything known: its records are gone, the first known epoch follows it.
  if (higher == entries_.begin()) return {epoch, higher->start_offset};
  return {(higher - 1)->epoch, higher->start_offset};
}

std::optional<LeaderEpoch> LeaderEpochs::EpochAt(Offset offset) const {
  const auto after = std::find_if(entries_.begin(), entries_.end(), [&](const EpochEntry& entry) {
    return entry.start_offset > offset;
  });
  if (after == entries_.begin()) return std::nullopt;
  return (after - 1)->epoch;
}

}  // namespace monkafka::storage
