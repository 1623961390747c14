#include "cli/output/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

namespace monkafka::cli {
namespace {

// One long key must not push every later row of a stream to the right.
constexpr int kMostPadding = 40;

// Appends `cell`, padded to its column.
void AppendCell(const Cell& cell, const Column& column, bool last, bool colour, std::string& line) {
  int width = DisplayWidth(cell.text);
  bool cut = width > column.width && cell.fit < Fit::kExact;
  const std::string shortened = cut ? Shorten(cell.text, column.width) : "";
  const std::string& text = cut ? shortened : cell.text;
  if (cut) width = DisplayWidth(text);
  auto padding = static_cast<size_t>(std::max(0, column.width - width));
  if (column.right) line.append(padding, ' ');
  if (colour && cell.tone != Tone::kPlain) {
    line += Paint(text, cell.tone, colour);
  } else {
    line += text;
  }
  if (!column.right && !last) line.append(padding, ' ');
}

// Without blanks at its end.
void AppendLine(const std::vector<Cell>& cells, const std::vector<Column>& columns, bool colour,
                std::string& line) {
  size_t end = cells.size();
  while (end > 0 && (columns[end - 1].hidden || cells[end - 1].text.empty())) --end;
  bool any = false;
  for (size_t i = 0; i < end; ++i) {
    if (columns[i].hidden) continue;
    if (any) line.append(kColumnGap, ' ');
    any = true;
    AppendCell(cells[i], columns[i], i + 1 == end, colour, line);
  }
  line += '\n';
}

void AppendHeader(const std::vector<std::string>& titles, const std::vector<Column>& columns,
                  bool colour, std::string& line) {
  std::vector<Cell> cells;
  cells.reserve(titles.size());
  for (const std::string& title : titles) cells.push_back(Text(title, Tone::kStrong));
  AppendLine(cells, columns, colour, line);
  const bool hidden = std::any_of(columns.begin(), columns.end(),
                                  [](const auto& c) { return c.hidden && !c.says_nothing; });
  if (!hidden) return;
  line.pop_back();
  line.append(kColumnGap, ' ');
  line += Paint("…", Tone::kDim, colour) + "\n";
}

// A column is as strict as the strictest of its cells, and numeric if one of them is.
void Join(const Cell& cell, Column& column) {
  column.right = column.right || cell.right;
  column.fit = std::max(column.fit, cell.fit);
}

Cell Exact(std::string text, bool right, Tone tone = Tone::kPlain) {
  return Cell{.text = std::move(text), .right = right, .fit = Fit::kExact, .tone = tone};
}

}  // namespace

Cell Text(std::string_view text, Tone tone) { return Cell{.text = Printable(text), .tone = tone}; }
Cell Id(std::string_view text) { return Exact(Printable(text), /*right=*/false); }

Cell Prose(std::string_view text, Tone tone) {
  return Cell{.text = Printable(text), .fit = Fit::kProse, .tone = tone};
}

Cell Aside(Cell cell) {
  cell.fit = Fit::kAside;
  return cell;
}

Cell Main(Cell cell) {
  cell.fit = Fit::kMain;
  return cell;
}

Cell TextOrAbsent(std::string_view text) { return text.empty() ? Absent() : Text(text); }

Cell Number(int64_t number, Tone tone) {
  return Exact(fmt::format_int(number).str(), /*right=*/true, tone);
}

Cell NumberIf(bool known, int64_t number) { return known ? Number(number) : NoNumber(); }
Cell Size(int64_t bytes) { return Exact(FormatSize(bytes), /*right=*/true); }
Cell Rate(double per_second) { return Exact(FormatRate(per_second), /*right=*/true); }
Cell ByteRate(double rate) { return Exact(FormatByteRate(rate), /*right=*/true); }

Cell Duration(std::chrono::milliseconds duration, Tone tone) {
  return Exact(FormatDuration(duration), /*right=*/true, tone);
}

Cell DurationIf(bool known, std::chrono::milliseconds duration) {
  return known ? Duration(duration) : NoNumber();
}

Cell Time(std::optional<TimePoint> time) {
  return time ? Exact(FormatTime(*time), /*right=*/false) : Absent();
}

Cell YesNo(bool value) { return Exact(value ? "yes" : "no", /*right=*/false); }
// As lenient as can be: what else is in the column decides.
Cell Absent() { return Cell{.text = "-", .fit = Fit::kProse, .tone = Tone::kDim}; }
Cell NoNumber() { return Exact("-", /*right=*/true, Tone::kDim); }

Table::Table(std::vector<std::string> titles, bool wide)
    : titles_(std::move(titles)), wide_(wide) {}

void Table::Add(std::vector<Cell> cells) {
  cells.resize(titles_.size());
  rows_.push_back(std::move(cells));
}

std::vector<Column> Table::Measure() const {
  std::vector<Column> columns(titles_.size());
  for (size_t i = 0; i < columns.size(); ++i) {
    columns[i].width = DisplayWidth(titles_[i]);
    for (const auto& row : rows_) {
      columns[i].width = std::max(columns[i].width, DisplayWidth(row[i].text));
      Join(row[i], columns[i]);
    }
    const bool says_nothing = std::all_of(rows_.begin(), rows_.end(), [i](const auto& row) {
      return row[i].text.empty() || row[i].text == "-";
    });
    columns[i].says_nothing = says_nothing && !rows_.empty() && columns[i].fit != Fit::kMain;
  }
  return columns;
}

void Table::Write(std::ostream& out, const Terminal& terminal) const {
  std::vector<Column> columns = Measure();
  if (terminal.width > 0) {
    FitColumns(columns, terminal.width, wide_ ? Squeeze::kProse : Squeeze::kHide);
  }
  std::string text;
  AppendHeader(titles_, columns, terminal.colour, text);
  for (const auto& row : rows_) AppendLine(row, columns, terminal.colour, text);
  out << text;
}

RowWriter::RowWriter(std::vector<std::string> titles, bool wide, std::ostream& out,
                     const Terminal& terminal)
    : titles_(std::move(titles)), wide_(wide), out_(out), terminal_(terminal) {
  for (const std::string& title : titles_) columns_.push_back({.width = DisplayWidth(title)});
}

void RowWriter::Add(const std::vector<Cell>& cells) {
  for (size_t i = 0; i < cells.size(); ++i) {
    int width = DisplayWidth(cells[i].text);
    columns_[i].width = std::max(columns_[i].width, std::min(width, kMostPadding));
    Join(cells[i], columns_[i]);
  }
  fitted_ = columns_;
  for (size_t i = 0; i < cells.size(); ++i) {
    fitted_[i].width = std::max(fitted_[i].width, DisplayWidth(cells[i].text));
  }
  if (terminal_.width > 0) {
    FitColumns(fitted_, terminal_.width,
               wide_             ? Squeeze::kProse
               : header_written_ ? Squeeze::kNames
                                 : Squeeze::kHide);
  }
  line_.clear();
  if (!header_written_) {
    header_written_ = true;
    for (size_t i = 0; i < columns_.size(); ++i) columns_[i].hidden = fitted_[i].hidden;
    AppendHeader(titles_, fitted_, terminal_.colour, line_);
  }
  AppendLine(cells, fitted_, terminal_.colour, line_);
  out_ << line_;
}

}  // namespace monkafka::cli
