// Every codec of the protocol room behind one signature, for tests and fuzzers that walk over all.
#pragma once

#include <span>
#include <vector>

#include "common/bytes.h"
#include "common/result.h"
#include "protocol/api.h"

namespace monkafka::wire {

struct Codec {
  protocol::Api api;
  bool is_request = false;
  // Decodes the body and encodes what came out.
  Result<std::vector<uint8_t>> (*recode)(MutableBytes body, int16_t version) = nullptr;
  // A message with every field at its default.
  std::vector<uint8_t> (*encode_default)(int16_t version) = nullptr;
};

// Requests and responses of all APIs, in the order of their keys.
std::span<const Codec> Codecs();

}  // namespace monkafka::wire
