// Names for the flag that Reader and Writer take.
#pragma once

namespace monkafka::protocol {

inline constexpr bool kClassic = false;
inline constexpr bool kFlexible = true;

}  // namespace monkafka::protocol
