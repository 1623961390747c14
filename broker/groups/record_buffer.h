// The records that one step of the coordinator wants in the log, encoded one behind the other in
// one buffer, which is reused: committing an offset allocates nothing here.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "common/bytes.h"
#include "common/types.h"
#include "groups/coordinator_records.h"
#include "records/batch_builder.h"

namespace monkafka::groups {

class RecordBuffer {
 public:
  void AddOffsetCommit(const OffsetCommitKey& key, const OffsetCommitValue& value);
  void AddOffsetTombstone(const OffsetCommitKey& key);
  void AddGroupMetadata(const GroupMetadataKey& key, const GroupMetadataValue& value);
  void AddGroupTombstone(const GroupMetadataKey& key);
  void Clear();

  bool empty() const { return entries_.empty(); }
  size_t count() const { return entries_.size(); }
  Bytes key(size_t index) const;
  std::optional<Bytes> value(size_t index) const;

  // At most this many bytes in a batch, without the batch's header.
  size_t SizeBound(size_t index) const;
  size_t SizeBound() const;
  void AppendTo(records::BatchBuilder& batch, size_t index, TimestampMs timestamp) const;

 private:
  struct Entry {
    size_t key_begin = 0;
    size_t key_end = 0;
    std::optional<size_t> value_end;  // the value begins where the key ends
  };

  template <class Key>
  Entry& AddKey(const Key& key);
  template <class Value>
  void SetValue(Entry& entry, const Value& value, int16_t version);

  std::vector<uint8_t> bytes_;
  std::vector<Entry> entries_;
};

}  // namespace monkafka::groups
