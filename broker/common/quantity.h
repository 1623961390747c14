// Sizes and rates as people read them. Pure functions; machine-readable output never goes through
// here.
#pragma once

#include <cstdint>
#include <string>

namespace monkafka {

// 999 B, 1.0 KiB, 12.3 MiB: steps of 1024, one digit after the point.
std::string FormatSize(int64_t bytes);

// 0/s, 7.3/s, 1.2k/s, 4.5M/s: steps of 1000.
std::string FormatRate(double per_second);

// 12.3 MiB/s.
std::string FormatByteRate(double bytes_per_second);

}  // namespace monkafka
