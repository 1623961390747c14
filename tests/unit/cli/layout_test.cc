#include "cli/output/layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace monkafka::cli {
namespace {

using testing::ElementsAre;

std::vector<Column> Columns() {
  return {{.width = 20, .fit = Fit::kName},
          {.width = 10, .fit = Fit::kExact},
          {.width = 30, .fit = Fit::kProse},
          {.width = 10, .fit = Fit::kExact}};
}

// -1: hidden.
std::vector<int> Fitted(int limit, Squeeze squeeze) {
  std::vector<Column> columns = Columns();
  FitColumns(columns, limit, squeeze);
  std::vector<int> widths;
  for (const Column& column : columns) widths.push_back(column.hidden ? -1 : column.width);
  return widths;
}

TEST(LayoutTest, WhatFitsIsLeftAsItIs) {
  EXPECT_EQ(TotalWidth(Columns()), 76);
  EXPECT_THAT(Fitted(76, Squeeze::kHide), ElementsAre(20, 10, 30, 10));
}

TEST(LayoutTest, ProseGivesWayFirst) {
  EXPECT_THAT(Fitted(60, Squeeze::kHide), ElementsAre(20, 10, 14, 10));
}

TEST(LayoutTest, ThenExactColumnsAreHiddenFromTheRight) {
  EXPECT_THAT(Fitted(50, Squeeze::kHide), ElementsAre(20, 10, 13, -1));
}

TEST(LayoutTest, AVeryLongNameIsShortenedRatherThanHideTheOtherColumns) {
  std::vector<Column> columns = {{.width = 62, .fit = Fit::kName},
                                 {.width = 10, .fit = Fit::kExact},
                                 {.width = 10, .fit = Fit::kExact}};
  FitColumns(columns, 60, Squeeze::kHide);
  EXPECT_EQ(columns[0].width, 36);
  EXPECT_FALSE(columns[2].hidden);
}

TEST(LayoutTest, WhatSaysNothingIsHiddenFirstAndNeedsNoRoomForTheMark) {
  std::vector<Column> columns = {{.width = 20, .fit = Fit::kName},
                                 {.width = 7, .fit = Fit::kExact, .says_nothing = true},
                                 {.width = 10, .fit = Fit::kExact},
                                 {.width = 10, .fit = Fit::kExact}};
  FitColumns(columns, 44, Squeeze::kHide);
  EXPECT_TRUE(columns[1].hidden);
  EXPECT_FALSE(columns[3].hidden);
  EXPECT_EQ(TotalWidth(columns), 44);
}

TEST(LayoutTest, ThenNamesAreShortened) {
  EXPECT_THAT(Fitted(25, Squeeze::kHide), ElementsAre(12, -1, 8, -1));
}

TEST(LayoutTest, NothingIsHiddenUnlessItMay) {
  EXPECT_THAT(Fitted(50, Squeeze::kNames), ElementsAre(16, 10, 8, 10));
  EXPECT_THAT(Fitted(50, Squeeze::kProse), ElementsAre(20, 10, 12, 10));
}

TEST(LayoutTest, WhatIsAsideGoesBeforeAnyFigureAndTheMainOneLast) {
  const auto shown = [](int limit) {
    std::vector<Column> columns = {{.width = 6, .fit = Fit::kName},
                                   {.width = 9, .fit = Fit::kExact},
                                   {.width = 9, .fit = Fit::kMain},
                                   {.width = 9, .fit = Fit::kExact},
                                   {.width = 20, .fit = Fit::kAside}};
    FitColumns(columns, limit, Squeeze::kHide);
    std::string text;
    for (const Column& column : columns) text += column.hidden ? '-' : 'x';
    return text;
  };
  EXPECT_EQ(shown(55), "xxxxx");
  EXPECT_EQ(shown(45), "xxxx-");
  EXPECT_EQ(shown(36), "xxx--");
  EXPECT_EQ(shown(20), "x-x--");
}

TEST(LayoutTest, TheFirstColumnIsNeverHidden) {
  std::vector<Column> columns = {{.width = 50, .fit = Fit::kExact}};
  FitColumns(columns, 10, Squeeze::kHide);
  EXPECT_FALSE(columns[0].hidden);
}

}  // namespace
}  // namespace monkafka::cli
