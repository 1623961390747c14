#include "groups/group_offsets.h"

#include <algorithm>
#include <utility>

namespace monkafka::groups {
namespace {

const OffsetAndMetadata* FindIn(const GroupOffsets::ByTopic& offsets, std::string_view topic,
                                int32_t partition) {
  const auto partitions = offsets.find(topic);
  if (partitions == offsets.end()) return nullptr;
  const auto found = partitions->second.find(partition);
  return found == partitions->second.end() ? nullptr : &found->second;
}

GroupOffsets::ByPartition& PartitionsOf(GroupOffsets::ByTopic& offsets, std::string_view topic) {
  auto partitions = offsets.find(topic);
  if (partitions == offsets.end()) partitions = offsets.try_emplace(std::string(topic)).first;
  return partitions->second;
}

void RemoveFrom(GroupOffsets::ByTopic& offsets, std::string_view topic, int32_t partition) {
  const auto partitions = offsets.find(topic);
  if (partitions == offsets.end()) return;
  partitions->second.erase(partition);
  if (partitions->second.empty()) offsets.erase(partitions);
}

}  // namespace

const OffsetAndMetadata* GroupOffsets::Find(std::string_view topic, int32_t partition) const {
  return FindIn(committed_, topic, partition);
}

bool GroupOffsets::HasPending(std::string_view topic, int32_t partition) const {
  return std::ranges::any_of(pending_, [&](const auto& entry) {
    return FindIn(entry.second, topic, partition) != nullptr;
  });
}

void GroupOffsets::Commit(std::string_view topic, int32_t partition, OffsetAndMetadata offset) {
  PartitionsOf(committed_, topic).insert_or_assign(partition, std::move(offset));
}

void GroupOffsets::AddPending(ProducerId producer, std::string_view topic, int32_t partition,
                              OffsetAndMetadata offset) {
  PartitionsOf(pending_[producer], topic).insert_or_assign(partition, std::move(offset));
}

void GroupOffsets::Remove(std::string_view topic, int32_t partition) {
  RemoveFrom(committed_, topic, partition);
  for (auto& [producer, offsets] : pending_) RemoveFrom(offsets, topic, partition);
  std::erase_if(pending_, [](const auto& entry) { return entry.second.empty(); });
}

void GroupOffsets::EndTransaction(ProducerId producer, bool committed) {
  const auto found = pending_.find(producer);
  if (found == pending_.end()) return;
  const ByTopic offsets = std::move(found->second);
  pending_.erase(found);
  if (!committed) return;
  for (const auto& [topic, partitions] : offsets) {
    for (const auto& [partition, offset] : partitions) {
      const OffsetAndMetadata* existing = Find(topic, partition);
      if (existing != nullptr && existing->write_order > offset.write_order) continue;
      Commit(topic, partition, offset);
    }
  }
}

}  // namespace monkafka::groups
