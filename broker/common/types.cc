#include "common/types.h"

#include <random>

namespace monkafka {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr size_t kTextLength = 22;

}  // namespace

Uuid Uuid::Random() {
  thread_local std::mt19937_64 engine{std::random_device{}()};
  Uuid id;
  do {
    for (size_t i = 0; i < id.bytes.size(); i += 8) {
      const uint64_t word = engine();
      for (size_t k = 0; k < 8; ++k) id.bytes[i + k] = static_cast<uint8_t>(word >> (8 * k));
    }
    id.bytes[6] = static_cast<uint8_t>((id.bytes[6] & 0x0f) | 0x40);
    id.bytes[8] = static_cast<uint8_t>((id.bytes[8] & 0x3f) | 0x80);
  } while (id.ToString().front() == '-');
  return id;
}

Result<Uuid> Uuid::Parse(std::string_view text) {
  if (text.size() != kTextLength) {
    return Fail(ErrorCode::kInvalidRequest, "an id has 22 characters: '" + std::string(text) + "'");
  }
  Uuid id;
  uint32_t bits = 0;
  int have = 0;
  size_t out = 0;
  for (const char c : text) {
    const size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) {
      return Fail(ErrorCode::kInvalidRequest, "not URL-safe base64: '" + std::string(text) + "'");
    }
    bits = (bits << 6) | static_cast<uint32_t>(value);
    have += 6;
    if (have >= 8) {
      have -= 8;
      if (out < id.bytes.size()) id.bytes[out++] = static_cast<uint8_t>(bits >> have);
    }
  }
  return id;
}

std::string Uuid::ToString() const {
  std::string text;
  text.reserve(kTextLength);
  uint32_t bits = 0;
  int have = 0;
  for (const uint8_t byte : bytes) {
    bits = (bits << 8) | byte;
    have += 8;
    while (have >= 6) {
      have -= 6;
      text += kAlphabet[(bits >> have) & 63];
    }
  }
  if (have > 0) text += kAlphabet[(bits << (6 - have)) & 63];
  return text;
}

}  // namespace monkafka
