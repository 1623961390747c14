// What the fuzzers of message bodies share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "common/check.h"
#include "wire/codecs.h"

namespace monkafka::fuzz {

// The first two bytes choose among the requests (or responses) of all APIs and their versions, the
// rest is the body. What decodes must encode to bytes that mean the same: they decode, and encode
// to themselves.
inline void FuzzBody(bool is_request, const uint8_t* data, size_t size) {
  if (size < 2) return;
  const auto codecs = wire::Codecs();
  const size_t pairs = codecs.size() / 2;  // a request and a response of each API
  const wire::Codec& codec = codecs[2 * (data[0] % pairs) + (is_request ? 0 : 1)];
  CHECK(codec.is_request == is_request);
  const int versions = codec.api.max_version - codec.api.min_version + 1;
  const auto version = static_cast<int16_t>(codec.api.min_version + data[1] % versions);

  std::vector<uint8_t> body(data + 2, data + size);
  auto once = codec.recode(body, version);
  if (!once) return;
  const auto twice = codec.recode(*once, version);
  CHECK(twice.has_value());
  CHECK(*twice == *once);
}

}  // namespace monkafka::fuzz
