// Big-endian integers at any address: Kafka's order on the wire and on disk. The caller has checked
// that sizeof(T) bytes are there.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>

namespace monkafka {

template <std::integral T>
T LoadBig(const uint8_t* from) {
  T value;
  std::memcpy(&value, from, sizeof(T));
  if constexpr (std::endian::native == std::endian::little) value = std::byteswap(value);
  return value;
}

template <std::integral T>
void StoreBig(uint8_t* to, T value) {
  if constexpr (std::endian::native == std::endian::little) value = std::byteswap(value);
  std::memcpy(to, &value, sizeof(T));
}

}  // namespace monkafka
