#include "common/quantity.h"

#include <fmt/core.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <string_view>

namespace monkafka {
namespace {

std::string Scaled(double value, double step, const std::array<std::string_view, 6>& names) {
  size_t i = 0;
  while (i + 1 < names.size() && std::abs(value) >= step - 0.05) {
    value /= step;
    ++i;
  }
  return fmt::format("{:.1f}{}", value, names[i]);
}

}  // namespace

std::string FormatSize(int64_t bytes) {
  if (std::llabs(bytes) < 1024) return fmt::format("{} B", bytes);
  return Scaled(static_cast<double>(bytes), 1024, {" B", " KiB", " MiB", " GiB", " TiB", " PiB"});
}

std::string FormatRate(double per_second) {
  if (per_second == 0) return "0/s";
  return Scaled(per_second, 1000, {"", "k", "M", "G", "T", "P"}) + "/s";
}

std::string FormatByteRate(double bytes_per_second) {
  return FormatSize(std::llround(bytes_per_second)) + "/s";
}

}  // namespace monkafka
