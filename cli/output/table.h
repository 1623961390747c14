// Tables for people. Text is aligned left and numbers right; a table fits the terminal.
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

#include "cli/output/terminal.h"
#include "cli/output/text.h"
#include "cli/output/units.h"

namespace monkafka::cli {

struct Cell {
  std::string text;
  bool right = false;       // numbers
  bool may_shrink = false;  // long text may be shortened, numbers and names that one copies may not
  Tone tone = Tone::kPlain;
};

// A name; never shortened as long as anything else can be.
Cell Text(std::string_view text, Tone tone = Tone::kPlain);
// Prose or data, the first to be shortened.
Cell Prose(std::string_view text, Tone tone = Tone::kPlain);
Cell Number(int64_t number, Tone tone = Tone::kPlain);
Cell Size(int64_t bytes);
Cell Rate(double per_second);
Cell ByteRate(double bytes_per_second);
Cell Duration(std::chrono::milliseconds duration, Tone tone = Tone::kPlain);
Cell Time(std::optional<TimePoint> time);
Cell YesNo(bool value);
// "-": there is no such value.
Cell Absent();

class Table {
 public:
  explicit Table(std::vector<std::string> titles);

  // As many cells as there are titles.
  void Add(std::vector<Cell> cells);
  bool empty() const { return rows_.empty(); }

  void Write(std::ostream& out, const Terminal& terminal) const;

 private:
  std::vector<std::string> titles_;
  std::vector<std::vector<Cell>> rows_;
};

class RowWriter {
 public:
  // The header goes out with the first row.
  RowWriter(std::vector<std::string> titles, std::ostream& out, const Terminal& terminal);

  // Columns are as wide as the widest cell so far, within reason.
  void Add(const std::vector<Cell>& cells);

 private:
  std::vector<std::string> titles_;
  std::ostream& out_;
  const Terminal& terminal_;
  std::vector<bool> right_;
  std::vector<int> widths_;
  bool header_written_ = false;
};

}  // namespace monkafka::cli
