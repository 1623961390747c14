#include "records/crc32c.h"

#include <isa-l/crc.h>

#include <algorithm>
#include <limits>

namespace monkafka::records {

uint32_t Crc32c(Bytes bytes) { return ExtendCrc32c(0, bytes); }

uint32_t ExtendCrc32c(uint32_t crc, Bytes bytes) {
  // crc32_iscsi takes and returns the register as it is: the inversions before and after are the
  // caller's. Its length is an int, its pointer lacks a const.
  constexpr size_t kMost = std::numeric_limits<int>::max();
  uint32_t state = ~crc;
  while (!bytes.empty()) {
    const Bytes part = bytes.first(std::min(bytes.size(), kMost));
    state = crc32_iscsi(const_cast<uint8_t*>(part.data()), static_cast<int>(part.size()), state);
    bytes = bytes.subspan(part.size());
  }
  return ~state;
}

}  // namespace monkafka::records
