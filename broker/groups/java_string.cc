#include "groups/java_string.h"

#include <limits>

namespace monkafka::groups {
namespace {

constexpr uint32_t kReplacement = 0xfffd;

bool IsContinuation(uint8_t byte) { return (byte & 0xc0) == 0x80; }

// Decodes one code point at `at` and moves behind it.
uint32_t NextCodePoint(std::string_view text, size_t& at) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(at++);
  if (first < 0x80) return first;
  int more = 0;
  uint32_t point = 0;
  uint32_t smallest = 0;
  if ((first & 0xe0) == 0xc0) {
    more = 1, point = first & 0x1f, smallest = 0x80;
  } else if ((first & 0xf0) == 0xe0) {
    more = 2, point = first & 0x0f, smallest = 0x800;
  } else if ((first & 0xf8) == 0xf0) {
    more = 3, point = first & 0x07, smallest = 0x10000;
  } else {
    return kReplacement;
  }
  for (int i = 0; i < more; ++i) {
    if (at == text.size() || !IsContinuation(byte(at))) return kReplacement;
    point = point << 6 | (byte(at++) & 0x3f);
  }
  const bool surrogate = point >= 0xd800 && point <= 0xdfff;
  return point < smallest || point > 0x10ffff || surrogate ? kReplacement : point;
}

template <class Visit>
void ForEachUtf16Unit(std::string_view text, Visit visit) {
  for (size_t at = 0; at < text.size();) {
    const uint32_t point = NextCodePoint(text, at);
    if (point < 0x10000) {
      visit(static_cast<uint16_t>(point));
    } else {
      visit(static_cast<uint16_t>(0xd800 + ((point - 0x10000) >> 10)));
      visit(static_cast<uint16_t>(0xdc00 + ((point - 0x10000) & 0x3ff)));
    }
  }
}

}  // namespace

int32_t JavaHashCode(std::string_view utf8) {
  uint32_t hash = 0;
  ForEachUtf16Unit(utf8, [&](uint16_t unit) { hash = hash * 31 + unit; });
  return static_cast<int32_t>(hash);
}

size_t JavaLength(std::string_view utf8) {
  size_t length = 0;
  ForEachUtf16Unit(utf8, [&](uint16_t) { ++length; });
  return length;
}

int32_t PartitionForKey(std::string_view key, int32_t partitions) {
  const int32_t hash = JavaHashCode(key);
  if (hash == std::numeric_limits<int32_t>::min()) return 0;
  return (hash < 0 ? -hash : hash) % partitions;
}

}  // namespace monkafka::groups
