// Bodies of all responses.
#include "fuzz/protocol_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  monkafka::fuzz::FuzzBody(/*is_request=*/false, data, size);
  return 0;
}
