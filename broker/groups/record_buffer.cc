#include "groups/record_buffer.h"

#include <concepts>
#include <string_view>

#include "common/check.h"
#include "common/endian.h"

namespace monkafka::groups {
namespace {

// Length, attributes, two deltas, key and value length, header count: the varints around a record.
constexpr size_t kRecordOverhead = 32;

// The visitor that writes the non-flexible versions of the schemas; layouts in protocol/reader.h.
class Appender {
 public:
  const int16_t version;

  Appender(std::vector<uint8_t>& out, int16_t version_) : version(version_), out_(out) {}

  template <std::integral T>
  void operator()(T value) {
    const size_t at = out_.size();
    out_.resize(at + sizeof(T));
    StoreBig(out_.data() + at, value);
  }
  void operator()(std::string_view value) {
    (*this)(static_cast<int16_t>(value.size()));
    Raw(AsBytes(value));
  }
  void operator()(const std::optional<std::string_view>& value) {
    if (value) {
      (*this)(*value);
    } else {
      (*this)(int16_t{-1});
    }
  }
  void operator()(Bytes value) {
    (*this)(static_cast<int32_t>(value.size()));
    Raw(value);
  }
  void operator()(const std::vector<GroupMetadataValue::Member>& members) {
    (*this)(static_cast<int32_t>(members.size()));
    for (const GroupMetadataValue::Member& member : members) {
      GroupMetadataValue::Member::fields(*this, member);
    }
  }
  void tags() {}

 private:
  void Raw(Bytes bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }

  std::vector<uint8_t>& out_;
};

template <class Schema>
void Encode(std::vector<uint8_t>& out, const Schema& value, int16_t version) {
  CHECK(Schema::schema.Supports(version) && !Schema::schema.IsFlexible(version));
  Appender io(out, version);
  io(version);
  Schema::fields(io, value);
}

}  // namespace

template <class Key>
RecordBuffer::Entry& RecordBuffer::AddKey(const Key& key) {
  Entry& entry = entries_.emplace_back();
  entry.key_begin = bytes_.size();
  Encode(bytes_, key, Key::kWritten);
  entry.key_end = bytes_.size();
  return entry;
}

template <class Value>
void RecordBuffer::SetValue(Entry& entry, const Value& value, int16_t version) {
  Encode(bytes_, value, version);
  entry.value_end = bytes_.size();
}

void RecordBuffer::AddOffsetCommit(const OffsetCommitKey& key, const OffsetCommitValue& value) {
  const bool expires = value.expire_timestamp != kNoTimestamp;
  SetValue(AddKey(key), value,
           expires ? OffsetCommitValue::kWrittenWithExpiry : OffsetCommitValue::kWritten);
}

void RecordBuffer::AddOffsetTombstone(const OffsetCommitKey& key) { AddKey(key); }

void RecordBuffer::AddGroupMetadata(const GroupMetadataKey& key, const GroupMetadataValue& value) {
  SetValue(AddKey(key), value, GroupMetadataValue::kWritten);
}

void RecordBuffer::AddGroupTombstone(const GroupMetadataKey& key) { AddKey(key); }

void RecordBuffer::Clear() {
  bytes_.clear();
  entries_.clear();
}

Bytes RecordBuffer::key(size_t index) const {
  const Entry& entry = entries_[index];
  return Bytes(bytes_).subspan(entry.key_begin, entry.key_end - entry.key_begin);
}

std::optional<Bytes> RecordBuffer::value(size_t index) const {
  const Entry& entry = entries_[index];
  if (!entry.value_end) return std::nullopt;
  return Bytes(bytes_).subspan(entry.key_end, *entry.value_end - entry.key_end);
}

size_t RecordBuffer::SizeBound(size_t index) const {
  const Entry& entry = entries_[index];
  return entry.value_end.value_or(entry.key_end) - entry.key_begin + kRecordOverhead;
}

size_t RecordBuffer::SizeBound() const { return bytes_.size() + count() * kRecordOverhead; }

void RecordBuffer::AppendTo(records::BatchBuilder& batch, size_t index,
                            TimestampMs timestamp) const {
  batch.Append(timestamp, key(index), value(index));
}

}  // namespace monkafka::groups
