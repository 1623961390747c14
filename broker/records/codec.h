// The compression codecs of a record batch: attribute bits 0-2 (KIP-98; zstd: KIP-110).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace monkafka::records {

enum class Codec : int8_t { kNone = 0, kGzip = 1, kSnappy = 2, kLz4 = 3, kZstd = 4 };

// False for the ids 5 to 7, which the attribute bits can hold and Kafka does not define.
constexpr bool IsKnown(Codec codec) { return codec >= Codec::kNone && codec <= Codec::kZstd; }

// Kafka's name as in compression.type: "none", "gzip", "snappy", "lz4", "zstd"; "unknown"
// otherwise.
std::string_view CodecName(Codec codec);

// The inverse of CodecName; also takes Kafka's other word for none, "uncompressed". Absent for any
// other text ("producer" is no codec: it means "as sent").
std::optional<Codec> CodecFromName(std::string_view name);

// Compression levels as Kafka's compression.{gzip,lz4,zstd}.level counts them (KIP-390). Codecs
// without levels have all three 0.
struct LevelRange {
  int min = 0;
  int max = 0;
  int default_level = 0;  // may lie outside of [min, max]: gzip's -1
};
LevelRange LevelsOf(Codec codec);

}  // namespace monkafka::records
