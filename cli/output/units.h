// Sizes, times and rates as people read and write them; how sizes and rates are written is in
// common/quantity.h. Pure functions.
//
// Machine-readable output never goes through here: it is the protobuf JSON of the answer.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/quantity.h"

namespace monkafka::cli {

using TimePoint = std::chrono::sys_time<std::chrono::milliseconds>;

// The two largest units: 850ms, 4.2s, 3m20s, 5h2m, 12d4h. Negative ones with a minus sign in front.
std::string FormatDuration(std::chrono::milliseconds duration);

// RFC 3339 in UTC with milliseconds: 2026-11-25T19:02:11.123Z.
std::string FormatTime(TimePoint time);

// 42, 10k, 64KiB, 1.5GiB, 100MB. Nothing when it is no size.
std::optional<int64_t> ParseSize(std::string_view text);

// 500ms, 30s, 5m, 1h30m, 7d, 2w; a number without unit is milliseconds. Nothing when it is none.
std::optional<std::chrono::milliseconds> ParseDuration(std::string_view text);

// RFC 3339 (2026-11-25T19:02:11Z, with +01:00, or without zone for UTC; the date alone is
// midnight), milliseconds since 1970, "now", or a duration before now as -1h30m. Nothing when it is
// none of these.
std::optional<TimePoint> ParseTime(std::string_view text, TimePoint now);

}  // namespace monkafka::cli
