#include "storage/staged_appends.h"

#include <algorithm>

namespace monkafka::storage {

const ProducerEntry* StagedProducers::Find(const ProducerState& logged, ProducerId id) const {
  const auto found = std::ranges::find(changed_, id, &ProducerEntry::producer_id);
  return found == changed_.end() ? logged.Find(id) : &*found;
}

void StagedProducers::ApplyData(const ProducerState& logged, const BatchInfo& batch) {
  auto entry = std::ranges::find(changed_, batch.producer_id, &ProducerEntry::producer_id);
  if (entry == changed_.end()) {
    const ProducerEntry* const known = logged.Find(batch.producer_id);
    entry = changed_.insert(changed_.end(), known == nullptr ? ProducerEntry() : *known);
    entry->producer_id = batch.producer_id;
  }
  entry->ApplyData(batch);
}

void StagedAppends::Add(GroupedAppend& grouped, const ProducerState& logged) {
  const PreparedAppend& append = grouped.append;
  appends_.push_back(&grouped);
  bytes_ += append.total_size;
  max_timestamp_ = std::max(max_timestamp_, append.max_timestamp);
  batches_ += std::ssize(append.batches);
  end_ = append.batches.back().info.next_offset();
  for (const PreparedBatch& batch : append.batches) {
    if (batch.info.producer_id != kNoProducerId && !batch.info.control) {
      producers_.ApplyData(logged, batch.info);
    }
  }
}

}  // namespace monkafka::storage
