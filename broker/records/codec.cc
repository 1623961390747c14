#include "records/codec.h"

#include <array>

namespace monkafka::records {
namespace {

constexpr std::array<std::string_view, 5> kNames = {"none", "gzip", "snappy", "lz4", "zstd"};

}  // namespace

std::string_view CodecName(Codec codec) {
  return IsKnown(codec) ? kNames[static_cast<size_t>(codec)] : "unknown";
}

std::optional<Codec> CodecFromName(std::string_view name) {
  if (name == "uncompressed") return Codec::kNone;
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<Codec>(i);
  }
  return std::nullopt;
}

LevelRange LevelsOf(Codec codec) {
  switch (codec) {
    case Codec::kGzip:
      return {.min = 1, .max = 9, .default_level = -1};
    case Codec::kLz4:
      return {.min = 1, .max = 17, .default_level = 9};
    case Codec::kZstd:
      return {.min = -131072, .max = 22, .default_level = 3};
    case Codec::kNone:
    case Codec::kSnappy:
      break;
  }
  return {};
}

}  // namespace monkafka::records
