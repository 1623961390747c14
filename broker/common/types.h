// The nouns that every room shares.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "common/result.h"

namespace monkafka {

// A position in a partition's log; dense except where compaction left gaps. -1: none.
using Offset = int64_t;
// Grows with every change of leader (KIP-101). -1: unknown.
using LeaderEpoch = int32_t;
// Milliseconds since 1970-01-01 UTC, Kafka's unit on the wire and on disk. -1: none.
using TimestampMs = int64_t;
using ProducerId = int64_t;
using ProducerEpoch = int16_t;

inline constexpr Offset kNoOffset = -1;
inline constexpr LeaderEpoch kNoEpoch = -1;
inline constexpr TimestampMs kNoTimestamp = -1;
inline constexpr ProducerId kNoProducerId = -1;

struct TopicPartition {
  std::string topic;
  int32_t partition = 0;

  // Kafka's directory name: "<topic>-<partition>".
  std::string ToString() const { return topic + "-" + std::to_string(partition); }
  friend auto operator<=>(const TopicPartition&, const TopicPartition&) = default;
};

// A 128-bit id as Kafka writes it: 16 bytes big-endian on the wire, URL-safe base64 without padding
// as text (KIP-516). The zero id means "none".
struct Uuid {
  std::array<uint8_t, 16> bytes{};

  static Uuid Random();  // version 4; its text never starts with '-', as in Kafka
  static Result<Uuid> Parse(std::string_view text);
  std::string ToString() const;
  bool IsZero() const { return *this == Uuid{}; }
  friend auto operator<=>(const Uuid&, const Uuid&) = default;
};

}  // namespace monkafka

template <>
struct std::hash<monkafka::TopicPartition> {
  size_t operator()(const monkafka::TopicPartition& tp) const noexcept {
    return std::hash<std::string_view>{}(tp.topic) * 31 + static_cast<size_t>(tp.partition);
  }
};

template <>
struct std::hash<monkafka::Uuid> {
  size_t operator()(const monkafka::Uuid& id) const noexcept {
    return std::hash<std::string_view>{}(
        {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()});
  }
};
