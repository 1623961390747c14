// Request and response headers. The first byte chooses the kind, the rest is the frame.
#include "common/check.h"
#include "protocol/header.h"

using monkafka::Bytes;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  const Bytes frame(data + 1, size - 1);
  if (data[0] % 2 == 0) {
    const auto header = monkafka::protocol::ReadRequestHeader(frame);
    CHECK(!header || header->size <= frame.size());
  } else {
    const auto header = monkafka::protocol::ReadResponseHeader(frame, data[0] / 2 % 2);
    CHECK(!header || header->size <= frame.size());
  }
  return 0;
}
