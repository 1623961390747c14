// Reads a message's fields from bytes. The visitor of a message struct sees this as `io`.
//
// Failures stick: after the first one every read gives zeros and nothing is allocated, so that a
// visitor needs no checks of its own; whoever began asks failed() at the end. Every length is
// compared with the bytes that are left before anything is allocated for it.
//
// Layouts (KIP-482 for the flexible ones; all integers big-endian):
//
//   type               classic                      flexible version
//   string             INT16 length, bytes          UVARINT length + 1, bytes
//   nullable string    the same, length -1          the same, 0
//   bytes, records     INT32 length, bytes          UVARINT length + 1, bytes
//   nullable ones      the same, length -1          the same, 0
//   array              INT32 count, elements        UVARINT count + 1, elements
//   nullable array     the same, count -1           the same, 0
//   nullable struct    INT8 -1, or INT8 1, fields   the same
//   end of a struct    nothing                      UVARINT n, n times {UVARINT tag, UVARINT size,
//   field}
//
// Views (string_view, Bytes, MutableBytes, Payload) point into the bytes read and keep nothing
// alive.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "common/bytes.h"
#include "common/types.h"
#include "protocol/tag.h"
#include "protocol/wire_types.h"

namespace monkafka::protocol {

class Reader {
 public:
  const int16_t version;
  const bool flexible;

  Reader(MutableBytes bytes, int16_t version_, bool flexible_)
      : version(version_),
        flexible(flexible_),
        begin_(bytes.data()),
        at_(bytes.data()),
        end_(bytes.data() + bytes.size()) {}
  // For messages without a MutableBytes field, and for those that nobody writes through.
  Reader(Bytes bytes, int16_t version_, bool flexible_)
      : Reader(MutableBytes(const_cast<uint8_t*>(bytes.data()), bytes.size()), version_,
               flexible_) {}
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // --- what visitors call ---

  template <FixedWidth T>
  void operator()(T& value) {
    if (!Need(sizeof(T))) {
      value = T{};
      return;
    }
    value = Load<T>(at_);
    at_ += sizeof(T);
  }

  void operator()(Uuid& value);

  template <Sized T>
  void operator()(T& value) {
    Fill(value, NotNull(Length<T>()));
  }

  template <class Struct>
    requires requires(Reader& io, Struct& m) { Struct::fields(io, m); }
  void operator()(Struct& value) {
    Struct::fields(*this, value);
  }

  // A nullable field.
  template <class T>
  void operator()(std::optional<T>& value) {
    if constexpr (Sized<T>) {
      const int64_t length = Length<T>();
      if (length < 0) {
        value.reset();
      } else {
        Fill(value.emplace(), length);
      }
    } else {
      int8_t presence = 0;
      (*this)(presence);
      if (presence < 0) {
        value.reset();
      } else {
        (*this)(value.emplace());
      }
    }
  }

  // A field that may be null only in some versions; in the others null is a failure.
  template <class T>
  void nullable(std::optional<T>& value, bool in_version) {
    if (in_version) {
      (*this)(value);
    } else {
      (*this)(value.emplace());
    }
  }

  // Ends a struct.
  void tags();
  template <class... T>
  void tags(Tag<T>... tags) {
    if (!flexible) return;
    const uint32_t count = UnsignedVarint();
    for (uint32_t i = 0; i < count && !failed(); ++i) {
      const uint32_t number = UnsignedVarint();
      const uint32_t size = UnsignedVarint();
      if (!Need(size)) return;
      const bool known = (ReadTagged(tags, number, size) || ...);
      if (!known) at_ += size;
    }
  }

  // --- what visitors' callers call ---

  bool failed() const { return reason_ != nullptr; }
  const char* reason() const { return reason_; }   // of the first failure, else null
  size_t failed_at() const { return failed_at_; }  // its position in bytes
  size_t position() const { return static_cast<size_t>(at_ - begin_); }
  size_t left() const { return static_cast<size_t>(end_ - at_); }
  // Records a failure at the present position unless there was one. `reason` is a literal.
  void Fail(const char* reason);

  // At most 32 bits in at most five bytes, seven bits each, the lowest first.
  uint32_t UnsignedVarint() {
    if (at_ != end_ && *at_ < 0x80) [[likely]]
      return *at_++;
    return LongUnsignedVarint();
  }

 private:
  // Of an element of an array, in bytes.
  template <class T>
  static constexpr size_t kMinimumSize = FixedWidth<T> ? sizeof(T) : 1;

  template <class T>
  static T Load(const uint8_t* from) {
    if constexpr (std::is_same_v<T, bool>) {
      return *from != 0;
    } else if constexpr (std::is_same_v<T, double>) {
      return std::bit_cast<double>(Load<int64_t>(from));
    } else if constexpr (std::is_enum_v<T>) {
      return static_cast<T>(Load<std::underlying_type_t<T>>(from));
    } else {
      T value;
      std::memcpy(&value, from, sizeof(T));
      return std::byteswap(value);
    }
  }

  bool Need(size_t size) {
    if (size <= left()) [[likely]]
      return true;
    Fail("the message ends within a field");
    return false;
  }

  int64_t NotNull(int64_t length) {
    if (length >= 0) [[likely]]
      return length;
    Fail("null in a field that is never null");
    return 0;
  }

  // The length in front of a T, compared with the bytes left; negative for null, 0 after a failure.
  template <Sized T>
  int64_t Length() {
    if constexpr (StringLike<T>) {
      return StringLength();
    } else if constexpr (BytesLike<T>) {
      return BytesLength();
    } else {
      return ArrayCount(kMinimumSize<typename T::value_type>);
    }
  }
  int64_t StringLength();
  int64_t BytesLength();
  int64_t ArrayCount(size_t minimum_element_size);
  int64_t CompactLength();
  int64_t Checked(int64_t length, size_t minimum_element_size);
  uint32_t LongUnsignedVarint();

  MutableBytes Take(int64_t length) {
    const MutableBytes taken(at_, static_cast<size_t>(length));
    at_ += length;
    return taken;
  }
  void Fill(std::string_view& value, int64_t length) { value = AsText(Take(length)); }
  void Fill(std::string& value, int64_t length) { value = AsText(Take(length)); }
  void Fill(Bytes& value, int64_t length) { value = Take(length); }
  void Fill(MutableBytes& value, int64_t length) { value = Take(length); }
  void Fill(std::vector<uint8_t>& value, int64_t length) {
    const Bytes bytes = Take(length);
    value.assign(bytes.begin(), bytes.end());
  }
  void Fill(Payload& value, int64_t length) { value.Add(MemoryPiece{nullptr, Take(length)}); }

  template <class T>
  void Fill(std::vector<T>& value, int64_t count) {
    value.clear();
    if constexpr (FixedWidth<T>) {
      value.resize(static_cast<size_t>(count));
      for (T& element : value) {
        element = Load<T>(at_);
        at_ += sizeof(T);
      }
    } else {
      // A count is believed only as far as the bytes left can justify: at most four times their
      // number is reserved at once, and the rest as elements do come.
      const size_t justified = 1 + 4 * left() / sizeof(T);
      value.reserve(std::min(static_cast<size_t>(count), justified));
      for (int64_t i = 0; i < count && !failed(); ++i) (*this)(value.emplace_back());
    }
  }

  template <class T>
  bool ReadTagged(Tag<T>& tag, uint32_t number, uint32_t size) {
    if (tag.number != number || !tag.in_version) return false;
    uint8_t* const outer_end = end_;
    end_ = at_ + size;
    (*this)(tag.value);
    if (at_ != end_) Fail("a tagged field is shorter than its size");
    if (!failed()) end_ = outer_end;
    return true;
  }

  uint8_t* const begin_;
  uint8_t* at_;
  uint8_t* end_;
  const char* reason_ = nullptr;
  size_t failed_at_ = 0;
};

}  // namespace monkafka::protocol
