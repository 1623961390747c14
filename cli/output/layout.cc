#include "cli/output/layout.h"

#include <algorithm>

namespace monkafka::cli {
namespace {

constexpr int kLeastProse = 12;
constexpr int kReadableName = 32;
constexpr int kLeastName = 8;
constexpr int kMarkWidth = kColumnGap + 1;

// Takes width from the widest columns of this kind, until all fit or are as narrow as `least`.
void Shrink(std::vector<Column>& columns, Fit fit, int least, int limit) {
  for (int excess = TotalWidth(columns) - limit; excess > 0;) {
    Column* widest = nullptr;
    int second = least;
    for (Column& column : columns) {
      if (column.hidden || column.fit != fit || column.width <= least) continue;
      if (widest == nullptr || column.width > widest->width) {
        if (widest != nullptr) second = widest->width;
        widest = &column;
      } else {
        second = std::max(second, column.width);
      }
    }
    if (widest == nullptr) return;
    int cut = std::min(excess, std::max(1, widest->width - second));
    widest->width -= cut;
    excess -= cut;
  }
}

// Returns what is left of `limit` beside the mark.
int Hide(std::vector<Column>& columns, int limit) {
  int left = limit;
  for (size_t i = columns.size(); i-- > 1 && TotalWidth(columns) > left;) {
    columns[i].hidden = columns[i].hidden || columns[i].says_nothing;
  }
  for (const Fit fit : {Fit::kAside, Fit::kExact, Fit::kMain}) {
    for (size_t i = columns.size(); i-- > 1 && TotalWidth(columns) > left;) {
      if (columns[i].hidden || columns[i].fit != fit) continue;
      columns[i].hidden = true;
      left = limit - kMarkWidth;
    }
  }
  return left;
}

}  // namespace

int TotalWidth(const std::vector<Column>& columns) {
  int width = -kColumnGap;
  for (const Column& column : columns) width += column.hidden ? 0 : column.width + kColumnGap;
  return width;
}

void FitColumns(std::vector<Column>& columns, int limit, Squeeze squeeze) {
  const std::vector<Column> before = columns;
  Shrink(columns, Fit::kAside, kLeastProse, limit);
  Shrink(columns, Fit::kProse, kLeastProse, limit);
  if (squeeze == Squeeze::kProse) return;
  int left = limit;
  if (squeeze == Squeeze::kHide) {
    // One long name must not hide the figures of all the others.
    Shrink(columns, Fit::kName, kReadableName, limit);
    left = Hide(columns, limit);
    // Prose gets back what hidden columns have left over.
    for (size_t i = 0; i < columns.size(); ++i) columns[i].width = before[i].width;
  }
  Shrink(columns, Fit::kAside, kLeastName, left);
  Shrink(columns, Fit::kProse, kLeastName, left);
  Shrink(columns, Fit::kName, kLeastName, left);
}

}  // namespace monkafka::cli
