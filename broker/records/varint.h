// Variable-length integers as Protocol Buffers writes them: seven bits a byte, least significant
// group first, the top bit set on all bytes but the last. Signed values are zigzag coded first
// (0, -1, 1, -2 become 0, 1, 2, 3). A varint has at most 5 bytes, a varlong at most 10.
//
// Readers take the bytes that are left and say how many they used; 0 means that the bytes end
// inside the value or that it is longer than allowed. Bits beyond the width of the type are
// dropped, as Kafka's own readers do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "common/bytes.h"

namespace monkafka::records {

inline constexpr size_t kMaxVarintBytes = 5;
inline constexpr size_t kMaxVarlongBytes = 10;

constexpr uint32_t ZigZag(int32_t value) {
  return (static_cast<uint32_t>(value) << 1) ^ static_cast<uint32_t>(value >> 31);
}
constexpr uint64_t ZigZag(int64_t value) {
  return (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
}
constexpr int32_t UnZigZag(uint32_t value) {
  return static_cast<int32_t>((value >> 1) ^ (0U - (value & 1U)));
}
constexpr int64_t UnZigZag(uint64_t value) {
  return static_cast<int64_t>((value >> 1) ^ (uint64_t{0} - (value & 1U)));
}

namespace internal {
template <class T, size_t kMaxBytes>
size_t ReadGroups(Bytes from, T& value) {
  T result = 0;
  const size_t limit = from.size() < kMaxBytes ? from.size() : kMaxBytes;
  for (size_t i = 0; i < limit; ++i) {
    result |= static_cast<T>(from[i] & 0x7f) << (7 * i);
    if ((from[i] & 0x80) == 0) {
      value = result;
      return i + 1;
    }
  }
  return 0;
}
template <class T>
size_t WriteGroups(uint8_t* to, T value) {
  size_t size = 0;
  while (value >= 0x80) {
    to[size++] = static_cast<uint8_t>(value | 0x80);
    value >>= 7;
  }
  to[size++] = static_cast<uint8_t>(value);
  return size;
}
template <class T>
constexpr size_t SizeOfGroups(T value) {
  size_t size = 1;
  for (; value >= 0x80; value >>= 7) ++size;
  return size;
}
}  // namespace internal

inline size_t ReadUnsignedVarint(Bytes from, uint32_t& value) {
  return internal::ReadGroups<uint32_t, kMaxVarintBytes>(from, value);
}
inline size_t ReadUnsignedVarlong(Bytes from, uint64_t& value) {
  return internal::ReadGroups<uint64_t, kMaxVarlongBytes>(from, value);
}
inline size_t ReadVarint(Bytes from, int32_t& value) {
  uint32_t raw = 0;
  const size_t used = ReadUnsignedVarint(from, raw);
  value = UnZigZag(raw);
  return used;
}
inline size_t ReadVarlong(Bytes from, int64_t& value) {
  uint64_t raw = 0;
  const size_t used = ReadUnsignedVarlong(from, raw);
  value = UnZigZag(raw);
  return used;
}

// Writers return the bytes written; `to` has room for kMaxVarintBytes or kMaxVarlongBytes.
inline size_t WriteUnsignedVarint(uint8_t* to, uint32_t value) {
  return internal::WriteGroups(to, value);
}
inline size_t WriteVarint(uint8_t* to, int32_t value) {
  return internal::WriteGroups(to, ZigZag(value));
}
inline size_t WriteVarlong(uint8_t* to, int64_t value) {
  return internal::WriteGroups(to, ZigZag(value));
}

inline void AppendUnsignedVarint(std::vector<uint8_t>& out, uint32_t value) {
  uint8_t bytes[kMaxVarintBytes];
  out.insert(out.end(), bytes, bytes + WriteUnsignedVarint(bytes, value));
}
inline void AppendVarint(std::vector<uint8_t>& out, int32_t value) {
  uint8_t bytes[kMaxVarintBytes];
  out.insert(out.end(), bytes, bytes + WriteVarint(bytes, value));
}
inline void AppendVarlong(std::vector<uint8_t>& out, int64_t value) {
  uint8_t bytes[kMaxVarlongBytes];
  out.insert(out.end(), bytes, bytes + WriteVarlong(bytes, value));
}

constexpr size_t SizeOfUnsignedVarint(uint32_t value) { return internal::SizeOfGroups(value); }
constexpr size_t SizeOfVarint(int32_t value) { return internal::SizeOfGroups(ZigZag(value)); }
constexpr size_t SizeOfVarlong(int64_t value) { return internal::SizeOfGroups(ZigZag(value)); }

}  // namespace monkafka::records
