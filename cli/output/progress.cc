#include "cli/output/progress.h"

#include <fmt/format.h>
#include <cmath>

#include <algorithm>
#include <ostream>

#include "cli/output/text.h"
#include "cli/output/units.h"

namespace monkafka::cli {
namespace {

constexpr std::chrono::milliseconds kBetweenDraws{100};
constexpr int kUsualWidth = 80;

std::string Amount(Progress::Unit unit, int64_t amount) {
  return unit == Progress::Unit::kBytes ? FormatSize(amount) : fmt::format("{}", amount);
}

constexpr int kMostCells = 20;
constexpr int kLeastCells = 4;
constexpr int kGap = 2;
constexpr int kBrackets = 2;

std::string Bar(double fraction, int cells) {
  int full = static_cast<int>(fraction * cells);
  std::string bar(static_cast<size_t>(full), '=');
  if (full < cells) bar += '>';
  bar.resize(static_cast<size_t>(cells), ' ');
  return "[" + bar + "]";
}

}  // namespace

std::string ProgressLine(std::string_view what, Progress::Unit unit, int64_t done, int64_t total,
                         std::chrono::milliseconds elapsed, std::string_view detail, int width) {
  std::string line(what);
  double per_second = elapsed.count() > 0
                          ? static_cast<double>(done) * 1000 / static_cast<double>(elapsed.count())
                          : 0;
  std::string rate =
      unit == Progress::Unit::kBytes ? FormatByteRate(per_second) : FormatRate(per_second);
  if (total > 0) {
    double fraction = std::clamp(static_cast<double>(done) / static_cast<double>(total), 0.0, 1.0);
    std::string words = fmt::format(" {:3}%  {} of {}  {}", static_cast<int>(fraction * 100),
                                    Amount(unit, done), Amount(unit, total), rate);
    if (per_second > 0 && done < total) {
      auto left = std::lround(static_cast<double>(total - done) / per_second);
      words += fmt::format("  {} left", FormatDuration(std::chrono::seconds(left)));
    }
    // The bar is what says least: it gives way to the words, and goes when it is too short.
    const int room = width - DisplayWidth(line) - DisplayWidth(words) - kGap - kBrackets;
    const int beside = detail.empty() ? room : room - kGap - DisplayWidth(Printable(detail));
    // A detail of any length must not cost the bar.
    const int cells = std::min({kMostCells, std::max(beside, kLeastCells), room});
    if (cells >= kLeastCells) line += "  " + Bar(fraction, cells);
    line += words;
  } else {
    line += fmt::format("  {}  {}", Amount(unit, done), rate);
  }
  if (!detail.empty()) line += fmt::format("  {}", Printable(detail));
  return Shorten(line, width);
}

Progress::Progress(std::string_view what, Unit unit, std::ostream& error, const Terminal& terminal,
                   bool quiet)
    : what_(what),
      unit_(unit),
      error_(error),
      shown_(terminal.error_is_terminal && !quiet),
      width_((terminal.width > 0 ? terminal.width : kUsualWidth) - 1) {}

Progress::~Progress() { Clear(); }

void Progress::Update(int64_t done, int64_t total, std::string_view detail, Clock::time_point now) {
  if (!shown_ || now - drawn_at_ < kBetweenDraws) return;
  drawn_at_ = now;
  drawn_ = true;
  auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(now - started_);
  error_ << "\r\x1b[K" << ProgressLine(what_, unit_, done, total, elapsed, detail, width_)
         << std::flush;
}

void Progress::Clear() {
  if (!drawn_) return;
  error_ << "\r\x1b[K" << std::flush;
  drawn_ = false;
  drawn_at_ = {};
}

}  // namespace monkafka::cli
