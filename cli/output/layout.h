// How the columns of a table share the width of a terminal. Pure functions.
#pragma once

#include <vector>

namespace monkafka::cli {

// What a cell allows when its table is too wide.
enum class Fit {
  kAside,  // prose beside the point: shortened first, then hidden before any figure
  kProse,  // long text: shortened first
  kName,  // what is longer than most names is shortened next, the rest when all else is done; never
          // in a wide table
  kExact,  // numbers, times, ids: whole or not at all
  kMain,   // as kExact; what the table is about, so hidden last
};

struct Column {
  int width = 0;
  Fit fit = Fit::kAside;
  bool right = false;
  bool hidden = false;
  bool says_nothing = false;  // every cell is empty or "-"
};

// Columns that stand between the others.
constexpr int kColumnGap = 2;

// Of the columns that are not hidden.
int TotalWidth(const std::vector<Column>& columns);

enum class Squeeze {
  kProse,  // shorten prose, to a readable width
  kNames,  // then prose and names as far as it goes
  kHide,   // hide what says nothing, then what is aside and exact columns in between, from the
           // right, never the first, and keep room for the mark that tells of any but the former
};

// Narrows `columns` until they take no more than `limit`, if that can be.
void FitColumns(std::vector<Column>& columns, int limit, Squeeze squeeze);

}  // namespace monkafka::cli
