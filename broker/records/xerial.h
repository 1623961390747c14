// The framing that Java's SnappyOutputStream puts around raw snappy blocks; layout in
// compression.h.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace monkafka::records {

inline constexpr std::array<uint8_t, 16> kXerialHeader = {0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0,
                                                          0,    0,   0,   1,   0,   0,   0,   1};
inline constexpr size_t kXerialMagicBytes = 8;         // then version and lowest compatible version
inline constexpr size_t kXerialBlockBytes = 32 << 10;  // most input of one block when writing

}  // namespace monkafka::records
