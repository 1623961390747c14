// CRC-32C (Castagnoli), the checksum of record batches and of Kafka's own snapshot files.
// RFC 3720, appendix B.4; computed by ISA-L, about 15 GB/s on one core.
#pragma once

#include <cstdint>

#include "common/bytes.h"

namespace monkafka::records {

// The checksum of all the bytes at once.
uint32_t Crc32c(Bytes bytes);

// Continues a checksum: ExtendCrc32c(Crc32c(a), b) is the checksum of a followed by b, and
// ExtendCrc32c(0, a) is Crc32c(a).
uint32_t ExtendCrc32c(uint32_t crc, Bytes bytes);

}  // namespace monkafka::records
