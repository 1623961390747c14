#include "cli/output/units.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

namespace monkafka::cli {
namespace {

using std::chrono::milliseconds;

struct Unit {
  std::string_view name;
  int64_t factor;
};

constexpr std::array kDurationUnits = {
    Unit{"ms", 1},        Unit{"s", 1'000},      Unit{"m", 60'000},
    Unit{"h", 3'600'000}, Unit{"d", 86'400'000}, Unit{"w", 604'800'000},
};

constexpr std::array kSizeUnits = {
    Unit{"", 1},
    Unit{"B", 1},
    Unit{"k", 1 << 10},
    Unit{"K", 1 << 10},
    Unit{"M", 1 << 20},
    Unit{"G", 1 << 30},
    Unit{"KiB", 1 << 10},
    Unit{"MiB", 1 << 20},
    Unit{"GiB", 1 << 30},
    Unit{"TiB", int64_t{1} << 40},
    Unit{"kB", 1'000},
    Unit{"KB", 1'000},
    Unit{"MB", 1'000'000},
    Unit{"GB", 1'000'000'000},
    Unit{"TB", 1'000'000'000'000},
};

template <size_t N>
const Unit* FindUnit(const std::array<Unit, N>& units, std::string_view name) {
  for (const Unit& unit : units) {
    if (unit.name == name) return &unit;
  }
  return nullptr;
}

// A non-negative decimal number at the start of `text`, which is cut off from it.
std::optional<double> TakeNumber(std::string_view& text) {
  double value = 0;
  auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc() || value < 0 || !std::isfinite(value)) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return value;
}

std::optional<int> TakeDigits(std::string_view& text, size_t count) {
  if (text.size() < count) return std::nullopt;
  int value = 0;
  for (char c : text.substr(0, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool Take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<std::chrono::sys_days> TakeDate(std::string_view& text) {
  auto year = TakeDigits(text, 4);
  if (!year || !Take(text, '-')) return std::nullopt;
  auto month = TakeDigits(text, 2);
  if (!month || !Take(text, '-')) return std::nullopt;
  auto day = TakeDigits(text, 2);
  if (!day) return std::nullopt;
  std::chrono::year_month_day date{std::chrono::year(*year),
                                   std::chrono::month(static_cast<unsigned>(*month)),
                                   std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

std::optional<milliseconds> TakeTimeOfDay(std::string_view& text) {
  auto hour = TakeDigits(text, 2);
  if (!hour || *hour > 23 || !Take(text, ':')) return std::nullopt;
  auto minute = TakeDigits(text, 2);
  if (!minute || *minute > 59) return std::nullopt;
  int64_t ms = (int64_t{*hour} * 60 + *minute) * 60'000;
  if (Take(text, ':')) {
    auto second = TakeDigits(text, 2);
    if (!second || *second > 59) return std::nullopt;
    ms += int64_t{*second} * 1'000;
    if (Take(text, '.')) {
      int64_t unit = 100;
      size_t before = text.size();
      while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
        ms += (text.front() - '0') * unit;
        unit /= 10;
        text.remove_prefix(1);
      }
      if (text.size() == before) return std::nullopt;
    }
  }
  return milliseconds(ms);
}

// How far the zone is ahead of UTC.
std::optional<milliseconds> TakeZone(std::string_view& text) {
  if (text.empty() || Take(text, 'Z') || Take(text, 'z')) return milliseconds(0);
  int sign = Take(text, '+') ? 1 : Take(text, '-') ? -1 : 0;
  if (sign == 0) return std::nullopt;
  auto hour = TakeDigits(text, 2);
  Take(text, ':');
  auto minute = TakeDigits(text, 2);
  if (!hour || !minute || *hour > 23 || *minute > 59) return std::nullopt;
  return milliseconds(sign * (int64_t{*hour} * 60 + *minute) * 60'000);
}

}  // namespace

std::string FormatDuration(milliseconds duration) {
  int64_t ms = duration.count();
  if (ms < 0) return "-" + FormatDuration(-duration);
  if (ms == 0) return "0s";
  if (ms < 1'000) return fmt::format("{}ms", ms);
  if (ms < 60'000) {
    return ms % 1'000 < 100 ? fmt::format("{}s", ms / 1'000)
                            : fmt::format("{}.{}s", ms / 1'000, ms % 1'000 / 100);
  }
  for (size_t i = 4; i >= 2; --i) {  // days, hours, minutes, each with the next smaller unit
    const Unit& unit = kDurationUnits[i];
    if (ms < unit.factor) continue;
    const Unit& smaller = kDurationUnits[i - 1];
    int64_t rest = ms % unit.factor / smaller.factor;
    std::string text = fmt::format("{}{}", ms / unit.factor, unit.name);
    return rest == 0 ? text : text + fmt::format("{}{}", rest, smaller.name);
  }
  return fmt::format("{}ms", ms);
}

std::string FormatTime(TimePoint time) {
  auto day = std::chrono::floor<std::chrono::days>(time);
  std::chrono::year_month_day date(day);
  std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

std::optional<int64_t> ParseSize(std::string_view text) {
  auto number = TakeNumber(text);
  if (!number) return std::nullopt;
  while (Take(text, ' ')) {
  }
  const Unit* unit = FindUnit(kSizeUnits, text);
  if (unit == nullptr) return std::nullopt;
  double bytes = *number * static_cast<double>(unit->factor);
  if (bytes > 9e18) return std::nullopt;
  return std::llround(bytes);
}

std::optional<milliseconds> ParseDuration(std::string_view text) {
  double total = 0;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    auto number = TakeNumber(text);
    if (!number) return std::nullopt;
    auto unit_name = text.substr(0, text.find_first_of("0123456789."));
    bool bare = unit_name.empty() && total == 0 && text.empty();
    const Unit* unit = FindUnit(kDurationUnits, bare ? "ms" : unit_name);
    if (unit == nullptr) return std::nullopt;
    total += *number * static_cast<double>(unit->factor);
    text.remove_prefix(unit_name.size());
  }
  if (total > 9e18) return std::nullopt;
  return milliseconds(std::llround(total));
}

std::optional<TimePoint> ParseTime(std::string_view text, TimePoint now) {
  if (text == "now") return now;
  if (Take(text, '-')) {
    auto before = ParseDuration(text);
    if (!before) return std::nullopt;
    return now - *before;
  }
  int64_t epoch_ms = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), epoch_ms);
  if (error == std::errc() && end == text.data() + text.size()) {
    return TimePoint(milliseconds(epoch_ms));
  }
  auto date = TakeDate(text);
  if (!date) return std::nullopt;
  if (text.empty()) return TimePoint(*date);
  if (!Take(text, 'T') && !Take(text, 't') && !Take(text, ' ')) return std::nullopt;
  auto time = TakeTimeOfDay(text);
  if (!time) return std::nullopt;
  auto zone = TakeZone(text);
  if (!zone || !text.empty()) return std::nullopt;
  return TimePoint(*date) + *time - *zone;
}

}  // namespace monkafka::cli
