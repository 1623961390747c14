#include "groups/coordinator_records.h"

#include <utility>

#include "protocol/codec_impl.h"

namespace monkafka::groups {
namespace {

template <class Record>
Result<CoordinatorRecord> Parse(const protocol::VersionedBytes& key, std::optional<Bytes> value) {
  using Key = decltype(Record::key);
  using Value = typename decltype(Record::value)::value_type;
  Record record;
  Result<Key> parsed_key = protocol::DecodeRecord<Key>(key.body, key.version);
  if (!parsed_key) return Forward(std::move(parsed_key));
  record.key = *parsed_key;
  if (value) {
    Result<protocol::VersionedBytes> split = protocol::SplitVersionPrefix(*value);
    if (!split) return Forward(std::move(split));
    Result<Value> parsed = protocol::DecodeRecord<Value>(split->body, split->version);
    if (!parsed) return Forward(std::move(parsed));
    record.value = std::move(*parsed);
  }
  return record;
}

}  // namespace

Result<CoordinatorRecord> ParseCoordinatorRecord(Bytes key, std::optional<Bytes> value) {
  Result<protocol::VersionedBytes> split = protocol::SplitVersionPrefix(key);
  if (!split) return Forward(std::move(split));
  if (OffsetCommitKey::schema.Supports(split->version)) {
    return Parse<OffsetCommitRecord>(*split, value);
  }
  if (GroupMetadataKey::schema.Supports(split->version)) {
    return Parse<GroupMetadataRecord>(*split, value);
  }
  return UnknownRecord{split->version};
}

}  // namespace monkafka::groups
