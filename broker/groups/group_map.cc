#include "groups/group_map.h"

#include <utility>

namespace monkafka::groups {

Group* GroupMap::Find(std::string_view id) {
  const auto found = groups_.find(id);
  return found == groups_.end() ? nullptr : found->second.get();
}

Group& GroupMap::GetOrCreate(std::string_view id, TimestampMs now) {
  if (Group* group = Find(id)) return *group;
  std::string key(id);
  auto group = std::make_unique<Group>(key, now);
  return *groups_.emplace(std::move(key), std::move(group)).first->second;
}

void GroupMap::Erase(std::string_view id) {
  const auto found = groups_.find(id);
  if (found != groups_.end()) groups_.erase(found);
}

void GroupMap::Clear() {
  groups_.clear();
  open_transactions_.clear();
}

void GroupMap::Replay(const CoordinatorRecord& record, ProducerId producer, int64_t order,
                      TimestampMs now) {
  if (const auto* offset = std::get_if<OffsetCommitRecord>(&record)) {
    Replay(*offset, producer, order, now);
  } else if (const auto* group = std::get_if<GroupMetadataRecord>(&record)) {
    Replay(*group, now);
  }
}

void GroupMap::Replay(const OffsetCommitRecord& record, ProducerId producer, int64_t order,
                      TimestampMs now) {
  const OffsetCommitKey& key = record.key;
  if (!record.value) {
    if (Group* group = Find(key.group)) group->offsets.Remove(key.topic, key.partition);
    return;
  }
  Group& group = GetOrCreate(key.group, now);
  const OffsetCommitValue& value = *record.value;
  OffsetAndMetadata offset{.offset = value.offset,
                           .leader_epoch = value.leader_epoch,
                           .metadata = std::string(value.metadata),
                           .commit_timestamp = value.commit_timestamp,
                           .expire_timestamp = value.expire_timestamp,
                           .write_order = order};
  if (producer == kNoProducerId) {
    group.offsets.Commit(key.topic, key.partition, std::move(offset));
  } else {
    group.offsets.AddPending(producer, key.topic, key.partition, std::move(offset));
    open_transactions_[producer].insert(group.id());
  }
}

void GroupMap::Replay(const GroupMetadataRecord& record, TimestampMs now) {
  if (record.value) {
    GetOrCreate(record.key.group, now).classic.Load(*record.value);
    return;
  }
  Group* group = Find(record.key.group);
  if (group == nullptr) return;
  if (group->offsets.empty()) {
    Erase(record.key.group);
  } else {
    GroupMetadataValue nobody;
    nobody.current_state_timestamp = now;
    group->classic.Load(nobody);
  }
}

void GroupMap::ReplayEndTransaction(ProducerId producer, bool committed) {
  const auto open = open_transactions_.find(producer);
  if (open == open_transactions_.end()) return;
  for (const std::string& id : open->second) {
    if (Group* group = Find(id)) group->offsets.EndTransaction(producer, committed);
  }
  open_transactions_.erase(open);
}

}  // namespace monkafka::groups
