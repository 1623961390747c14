// Writes a message's fields into one buffer; the counterpart of Reader (which has the layouts). The
// visitor of a message struct sees this as `io`.
//
// Record data (Payload) is not copied: the buffer only notes where it belongs, and TakePayload()
// splices its pieces in; until then the message must stay. Never fails; a string longer than
// Kafka's strings can be (32767 bytes) is cut.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <type_traits>
#include <vector>

#include "common/bytes.h"
#include "common/types.h"
#include "protocol/tag.h"
#include "protocol/wire_types.h"

namespace monkafka::protocol {

class Writer {
 public:
  const int16_t version;
  const bool flexible;

  Writer(int16_t version_, bool flexible_) : version(version_), flexible(flexible_) {}
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // --- what visitors call ---

  template <FixedWidth T>
  void operator()(const T& value) {
    if constexpr (std::is_enum_v<T>) {
      (*this)(static_cast<std::underlying_type_t<T>>(value));
    } else if constexpr (std::is_same_v<T, double>) {
      (*this)(std::bit_cast<int64_t>(value));
    } else if constexpr (std::is_same_v<T, bool>) {
      (*this)(static_cast<int8_t>(value));
    } else {
      const T swapped = std::byteswap(value);
      std::memcpy(Room(sizeof(T)), &swapped, sizeof(T));
    }
  }
  void operator()(const Uuid& value) { Raw(value.bytes); }
  void operator()(std::string_view value);
  void operator()(Bytes value) {
    Length(value.size());
    Raw(value);
  }
  void operator()(const Payload& value);

  template <class T>
    requires(!std::is_same_v<T, uint8_t>)
  void operator()(const std::vector<T>& value) {
    Length(value.size());
    for (const T& element : value) (*this)(element);
  }

  template <class Struct>
    requires requires(Writer& io, const Struct& m) { Struct::fields(io, m); }
  void operator()(const Struct& value) {
    Struct::fields(*this, value);
  }

  // A nullable field.
  template <class T>
  void operator()(const std::optional<T>& value) {
    if constexpr (!Sized<T>) {
      (*this)(static_cast<int8_t>(value ? 1 : -1));
    } else if (!value) {
      StringLike<T> ? NullString() : NullLength();
    }
    if (value) (*this)(*value);
  }

  // A field that may be null only in some versions; in the others null is written as empty.
  template <class T>
  void nullable(const std::optional<T>& value, bool in_version) {
    if (in_version) {
      (*this)(value);
    } else if (value) {
      (*this)(*value);
    } else {
      (*this)(T{});
    }
  }

  // Ends a struct.
  void tags() {
    if (flexible) *Room(1) = 0;
  }
  template <class... T>
  void tags(const Tag<T>&... tags) {
    if (!flexible) return;
    UnsignedVarint((uint32_t{0} + ... + uint32_t{tags.IsPresent()}));
    (WriteTagged(tags), ...);
  }

  // --- what visitors' callers call ---

  void Raw(Bytes bytes) {
    if (!bytes.empty()) std::memcpy(Room(bytes.size()), bytes.data(), bytes.size());
  }
  void UnsignedVarint(uint32_t value);

  // All that was written, record data spliced in. Ends the writer's use.
  Payload TakePayload();
  // The same copied into one buffer; record data must be in memory (CHECK).
  std::vector<uint8_t> TakeBytes();

 private:
  struct Splice {
    size_t position;  // in buffer_
    const Payload* payload;
  };

  // The place for so many bytes more, which the caller fills.
  uint8_t* Room(size_t size) {
    if (buffer_.size() - size_ < size) [[unlikely]]
      Grow(size);
    uint8_t* const place = buffer_.data() + size_;
    size_ += size;
    return place;
  }
  void Grow(size_t size);
  std::vector<uint8_t> TakeBuffer();

  // Lengths of bytes and arrays.
  void Length(size_t length);
  void NullLength();
  void NullString();

  template <class T>
  void WriteTagged(const Tag<T>& tag) {
    if (!tag.IsPresent()) return;
    UnsignedVarint(tag.number);
    const size_t start = size_;
    (*this)(tag.value);
    InsertSize(start);
  }
  // Puts the size of what was written since `start` in front of it. No tagged field has records.
  void InsertSize(size_t start);

  std::vector<uint8_t> buffer_;  // what was written are its first size_ bytes
  size_t size_ = 0;
  std::vector<Splice> splices_;
};

}  // namespace monkafka::protocol
