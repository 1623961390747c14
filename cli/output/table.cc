#include "cli/output/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <ostream>

namespace monkafka::cli {
namespace {

constexpr int kGap = 2;
constexpr int kLeastWidth = 8;
// One long key must not push every later row of a stream to the right.
constexpr int kMostPadding = 40;

int TotalWidth(const std::vector<int>& widths) {
  return std::accumulate(widths.begin(), widths.end(), 0) +
         kGap * (static_cast<int>(widths.size()) - 1);
}

// Takes width from the widest of the columns that `may` names, until the table fits.
void Shrink(std::vector<int>& widths, const std::vector<bool>& may, int limit) {
  int excess = TotalWidth(widths) - limit;
  while (excess > 0) {
    int widest = -1;
    int second = kLeastWidth;
    for (size_t i = 0; i < widths.size(); ++i) {
      if (!may[i] || widths[i] <= kLeastWidth) continue;
      if (widest < 0 || widths[i] > widths[static_cast<size_t>(widest)]) {
        if (widest >= 0) second = widths[static_cast<size_t>(widest)];
        widest = static_cast<int>(i);
      } else {
        second = std::max(second, widths[i]);
      }
    }
    if (widest < 0) return;
    int& width = widths[static_cast<size_t>(widest)];
    int cut = std::min(excess, std::max(1, width - second));
    width -= cut;
    excess -= cut;
  }
}

// Prose gives way first, then names; numbers never do.
void FitTerminal(std::vector<int>& widths, const std::vector<bool>& prose,
                 const std::vector<bool>& right, int limit) {
  Shrink(widths, prose, limit);
  std::vector<bool> names(right.size());
  std::transform(right.begin(), right.end(), names.begin(), std::logical_not<>());
  Shrink(widths, names, limit);
}

void WriteLine(std::ostream& out, const std::vector<Cell>& cells, const std::vector<int>& widths,
               bool colour) {
  std::string line;
  size_t last = cells.size();
  while (last > 0 && cells[last - 1].text.empty()) --last;
  for (size_t i = 0; i < last; ++i) {
    if (i > 0) line.append(kGap, ' ');
    std::string text = Shorten(cells[i].text, widths[i]);
    auto padding = static_cast<size_t>(std::max(0, widths[i] - DisplayWidth(text)));
    if (cells[i].right) line.append(padding, ' ');
    line += Paint(text, cells[i].tone, colour);
    if (!cells[i].right && i + 1 < last) line.append(padding, ' ');
  }
  out << line << '\n';
}

std::vector<Cell> HeaderCells(const std::vector<std::string>& titles,
                              const std::vector<bool>& right) {
  std::vector<Cell> cells;
  cells.reserve(titles.size());
  for (size_t i = 0; i < titles.size(); ++i) {
    cells.push_back(Cell{.text = titles[i], .right = right[i], .tone = Tone::kStrong});
  }
  return cells;
}

}  // namespace

Cell Text(std::string_view text, Tone tone) { return Cell{.text = Printable(text), .tone = tone}; }

Cell Prose(std::string_view text, Tone tone) {
  return Cell{.text = Printable(text), .may_shrink = true, .tone = tone};
}

Cell Number(int64_t number, Tone tone) {
  return Cell{.text = fmt::format("{}", number), .right = true, .tone = tone};
}

Cell Size(int64_t bytes) { return Cell{.text = FormatSize(bytes), .right = true}; }
Cell Rate(double per_second) { return Cell{.text = FormatRate(per_second), .right = true}; }
Cell ByteRate(double rate) { return Cell{.text = FormatByteRate(rate), .right = true}; }

Cell Duration(std::chrono::milliseconds duration, Tone tone) {
  return Cell{.text = FormatDuration(duration), .right = true, .tone = tone};
}

Cell Time(std::optional<TimePoint> time) {
  return time ? Cell{.text = FormatTime(*time)} : Absent();
}
Cell YesNo(bool value) { return Cell{.text = value ? "yes" : "no"}; }
Cell Absent() { return Cell{.text = "-", .tone = Tone::kDim}; }

Table::Table(std::vector<std::string> titles) : titles_(std::move(titles)) {}

void Table::Add(std::vector<Cell> cells) {
  cells.resize(titles_.size());
  rows_.push_back(std::move(cells));
}

void Table::Write(std::ostream& out, const Terminal& terminal) const {
  size_t columns = titles_.size();
  std::vector<int> widths(columns);
  std::vector<bool> right(columns);
  std::vector<bool> prose(columns);
  for (size_t i = 0; i < columns; ++i) {
    widths[i] = DisplayWidth(titles_[i]);
    for (const auto& row : rows_) {
      widths[i] = std::max(widths[i], DisplayWidth(row[i].text));
      right[i] = right[i] || row[i].right;
      prose[i] = prose[i] || row[i].may_shrink;
    }
  }
  if (terminal.width > 0) {
    FitTerminal(widths, prose, right, terminal.width);
  }
  WriteLine(out, HeaderCells(titles_, right), widths, terminal.colour);
  for (const auto& row : rows_) {
    std::vector<Cell> cells = row;
    for (size_t i = 0; i < columns; ++i) cells[i].right = right[i];
    WriteLine(out, cells, widths, terminal.colour);
  }
}

RowWriter::RowWriter(std::vector<std::string> titles, std::ostream& out, const Terminal& terminal)
    : titles_(std::move(titles)), out_(out), terminal_(terminal), right_(titles_.size()) {
  for (const std::string& title : titles_) widths_.push_back(DisplayWidth(title));
}

void RowWriter::Add(const std::vector<Cell>& cells) {
  std::vector<int> widths;
  std::vector<Cell> row = cells;
  for (size_t i = 0; i < row.size(); ++i) {
    int width = DisplayWidth(row[i].text);
    widths_[i] = std::max(widths_[i], std::min(width, kMostPadding));
    widths.push_back(std::max(widths_[i], width));
    right_[i] = right_[i] || row[i].right;
    row[i].right = right_[i];
  }
  if (terminal_.width > 0) {
    std::vector<bool> prose;
    prose.reserve(row.size());
    for (const Cell& cell : row) prose.push_back(cell.may_shrink);
    FitTerminal(widths, prose, right_, terminal_.width);
  }
  if (!header_written_) WriteLine(out_, HeaderCells(titles_, right_), widths, terminal_.colour);
  header_written_ = true;
  WriteLine(out_, row, widths, terminal_.colour);
}

}  // namespace monkafka::cli
