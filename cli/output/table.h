// Tables for people. Text is aligned left and numbers right; a table fits the terminal. What does
// not fit is left out by whole columns, and the header ends with "…"; a wide table leaves nothing
// out and shortens prose alone.
//
// Two forms: Table collects its rows and is written when all are there; RowWriter writes each row
// at once, for streams.
#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/output/layout.h"
#include "cli/output/terminal.h"
#include "cli/output/text.h"
#include "cli/output/units.h"

namespace monkafka::cli {

struct Cell {
  std::string text;
  bool right = false;
  Fit fit = Fit::kName;
  Tone tone = Tone::kPlain;
};

// A name.
Cell Text(std::string_view text, Tone tone = Tone::kPlain);
// What one copies: an id, an address, a path.
Cell Id(std::string_view text);
// Prose or data, the first to be shortened.
Cell Prose(std::string_view text, Tone tone = Tone::kPlain);
// As Text, or absent when it is empty.
// What is beside the point and gives way before any figure.
Cell Aside(Cell cell);
// The figure that the table is about, which stays when others have to go.
Cell Main(Cell cell);
Cell TextOrAbsent(std::string_view text);
Cell Number(int64_t number, Tone tone = Tone::kPlain);
// Absent unless `known`.
Cell NumberIf(bool known, int64_t number);
Cell Size(int64_t bytes);
Cell Rate(double per_second);
Cell ByteRate(double bytes_per_second);
Cell Duration(std::chrono::milliseconds duration, Tone tone = Tone::kPlain);
Cell DurationIf(bool known, std::chrono::milliseconds duration);
Cell Time(std::optional<TimePoint> time);
Cell YesNo(bool value);
// "-": there is no such value. The second one among numbers.
Cell Absent();
Cell NoNumber();

class Table {
 public:
  explicit Table(std::vector<std::string> titles, bool wide = false);

  // As many cells as there are titles.
  void Add(std::vector<Cell> cells);
  bool empty() const { return rows_.empty(); }

  void Write(std::ostream& out, const Terminal& terminal) const;

 private:
  std::vector<Column> Measure() const;

  std::vector<std::string> titles_;
  const bool wide_;
  std::vector<std::vector<Cell>> rows_;
};

class RowWriter {
 public:
  // The header goes out with the first row, which decides what is left out. Both references must
  // outlive it.
  RowWriter(std::vector<std::string> titles, bool wide, std::ostream& out,
            const Terminal& terminal);

  // Columns are as wide as the widest cell so far, within reason.
  void Add(const std::vector<Cell>& cells);

 private:
  const std::vector<std::string> titles_;
  const bool wide_;
  std::ostream& out_;
  const Terminal& terminal_;
  std::vector<Column> columns_;  // as they are kept from row to row
  std::vector<Column> fitted_;   // of the current row
  std::string line_;
  bool header_written_ = false;
};

}  // namespace monkafka::cli
