// Which C++ types stand for which of Kafka's wire types; shared by Reader and Writer.
//
//   bool, intN_t, uint16_t, double, enums   as they are, big-endian
//   Uuid                                    16 bytes
//   string_view, string                     string (UTF-8 is neither checked nor changed)
//   Bytes, MutableBytes, vector<uint8_t>    bytes
//   Payload, MutableBytes                   records, which travel as bytes
//   vector<T>                               array
//   a struct with fields()                  its fields
//   optional<any of the last five lines>    the nullable form
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "common/bytes.h"
#include "common/types.h"

namespace monkafka::protocol {

// Kafka's strings are at most this long, compact or not (bytes).
inline constexpr size_t kMaxStringSize = 32767;

template <class T>
concept FixedWidth = std::is_arithmetic_v<T> || std::is_enum_v<T>;

template <class T>
concept StringLike = std::is_same_v<T, std::string_view> || std::is_same_v<T, std::string>;

template <class T>
concept BytesLike = std::is_same_v<T, Bytes> || std::is_same_v<T, MutableBytes> ||
                    std::is_same_v<T, std::vector<uint8_t>> || std::is_same_v<T, Payload>;

template <class T>
inline constexpr bool kIsVector = false;
template <class T>
inline constexpr bool kIsVector<std::vector<T>> = !std::is_same_v<T, uint8_t>;

// What carries its length in front.
template <class T>
concept Sized = StringLike<T> || BytesLike<T> || kIsVector<T>;

}  // namespace monkafka::protocol
