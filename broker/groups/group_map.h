// The groups of one shard, by id, and how the log's records make them.
//
// Threads: one at a time (the shard's strand).
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "common/types.h"
#include "groups/classic_group.h"
#include "groups/coordinator_records.h"
#include "groups/group_offsets.h"

namespace monkafka::groups {

struct Group {
  Group(std::string id, TimestampMs now) : classic(std::move(id), now) {}

  const std::string& id() const { return classic.id(); }

  ClassicGroup classic;
  GroupOffsets offsets;
};

class GroupMap {
 public:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  using Groups = std::unordered_map<std::string, std::unique_ptr<Group>, Hash, std::equal_to<>>;

  const Groups& groups() const { return groups_; }
  Group* Find(std::string_view id);
  Group& GetOrCreate(std::string_view id, TimestampMs now);
  // Nothing of it may be parked.
  void Erase(std::string_view id);
  void Clear();

  // One record of the log. `producer` is that of a transactional batch, else kNoProducerId; `order`
  // grows with every record; `now` is for groups that exist only through their offsets.
  void Replay(const CoordinatorRecord& record, ProducerId producer, int64_t order, TimestampMs now);
  // A transaction's end.
  void ReplayEndTransaction(ProducerId producer, bool committed);

 private:
  void Replay(const OffsetCommitRecord& record, ProducerId producer, int64_t order,
              TimestampMs now);
  void Replay(const GroupMetadataRecord& record, TimestampMs now);

  Groups groups_;
  std::unordered_map<ProducerId, std::set<std::string>> open_transactions_;  // group ids
};

}  // namespace monkafka::groups
