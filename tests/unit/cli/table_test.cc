#include "cli/output/table.h"

#include <gtest/gtest.h>

#include <sstream>

namespace monkafka::cli {
namespace {

std::string Written(const Table& table, int width = 0, bool colour = false) {
  std::ostringstream out;
  table.Write(out, Terminal{.output_is_terminal = width > 0, .width = width, .colour = colour});
  return out.str();
}

Table Topics() {
  Table table({"TOPIC", "PARTITIONS", "SIZE"});
  table.Add({Text("orders"), Number(12), Size(1536)});
  table.Add({Text("a"), Number(3), Absent()});
  return table;
}

TEST(TableTest, AlignsTextLeftAndNumbersRightWithTheirTitles) {
  EXPECT_EQ(Written(Topics()),
            "TOPIC   PARTITIONS     SIZE\n"
            "orders          12  1.5 KiB\n"
            "a                3        -\n");
}

TEST(TableTest, WithoutRowsThereIsAHeader) { EXPECT_EQ(Written(Table({"TOPIC"})), "TOPIC\n"); }

TEST(TableTest, LeavesNoBlanksAtLineEnds) {
  Table table({"NAME", "NOTE"});
  table.Add({Text("x"), Text("")});
  EXPECT_EQ(Written(table), "NAME  NOTE\nx\n");
}

TEST(TableTest, FitsTheTerminalByShorteningProseFirst) {
  Table table({"TOPIC", "OFFSET", "VALUE"});
  table.Add({Text("a-topic-of-length-20"), Number(1234567), Prose(std::string(100, 'v'))});
  std::string text = Written(table, 50);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(DisplayWidth(line), 50) << line;
  EXPECT_NE(text.find("a-topic-of-length-20  1234567  vvvvv"), std::string::npos) << text;
  EXPECT_NE(text.find("…"), std::string::npos);
}

Table Segments(bool wide) {
  Table table({"PARTITION", "SIZE", "FIRST", "PATH"}, wide);
  table.Add({Number(0), Size(1536), Time(TimePoint()), Id("/var/lib/orders-0/00000.log")});
  return table;
}

TEST(TableTest, WhatIsExactIsLeftOutRatherThanCut) {
  EXPECT_EQ(Written(Segments(/*wide=*/false), 47),
            "PARTITION     SIZE  FIRST  …\n"
            "        0  1.5 KiB  1970-01-01T00:00:00.000Z\n");
  EXPECT_EQ(Written(Segments(/*wide=*/false), 30), "PARTITION     SIZE  …\n        0  1.5 KiB\n");
}

TEST(TableTest, AWideTableLeavesNothingOutAndCutsNoNames) {
  EXPECT_EQ(Written(Segments(/*wide=*/true), 30), Written(Segments(/*wide=*/true)));
}

TEST(TableTest, ANumberThatIsMissingStandsAmongTheNumbers) {
  Table table({"LAG"});
  table.Add({NumberIf(false, 0)});
  table.Add({NumberIf(true, 1234)});
  EXPECT_EQ(Written(table), " LAG\n   -\n1234\n");
}

TEST(TableTest, AColumnThatSaysNothingIsHiddenWithoutAMark) {
  const auto table = [](const char* reason) {
    Table made({"TOPIC", "END", "OFFLINE"});
    made.Add({Text("orders"), Number(12), Prose(reason)});
    made.Add({Text("other"), Number(3), Prose("")});
    return made;
  };
  EXPECT_EQ(Written(table(""), 14), "TOPIC   END\norders   12\nother     3\n");
  EXPECT_NE(Written(table("damaged"), 14).find("…"), std::string::npos);
  EXPECT_EQ(Written(table(""), 80), "TOPIC   END  OFFLINE\norders   12\nother     3\n");
}

TEST(TableTest, WideCharactersTakeTwoColumns) {
  Table table({"KEY", "N"});
  table.Add({Text("価格"), Number(1)});
  table.Add({Text("a"), Number(2)});
  EXPECT_EQ(Written(table), "KEY   N\n価格  1\na     2\n");
}

TEST(TableTest, IsNeverShortenedWhenNobodyLooks) {
  Table table({"VALUE"});
  table.Add({Prose(std::string(500, 'v'))});
  EXPECT_NE(Written(table).find(std::string(500, 'v')), std::string::npos);
}

TEST(TableTest, ColoursDontCountAsWidth) {
  Table table({"S", "T"});
  table.Add({Text("ok", Tone::kGood), Text("x")});
  table.Add({Text("down", Tone::kBad), Text("y")});
  EXPECT_EQ(Written(table, 80, true),
            "\x1b[1mS\x1b[0m     \x1b[1mT\x1b[0m\n"
            "\x1b[32mok\x1b[0m    x\n"
            "\x1b[31mdown\x1b[0m  y\n");
}

TEST(TableTest, CellsEscapeWhatOthersWrote) {
  Table table({"KEY"});
  table.Add({Text("\x1b]0;title\x07")});
  EXPECT_EQ(Written(table), "KEY\n\\x1b]0;title\\x07\n");
}

TEST(RowWriterTest, WritesTheHeaderOnceAndKeepsTheWidestColumn) {
  std::ostringstream out;
  Terminal terminal;
  RowWriter rows({"KEY", "OFFSET"}, /*wide=*/false, out, terminal);
  rows.Add({Prose("customer-1"), Number(7)});
  rows.Add({Prose("c"), Number(12)});
  EXPECT_EQ(out.str(),
            "KEY         OFFSET\n"
            "customer-1       7\n"
            "c               12\n");
}

TEST(RowWriterTest, FitsTheTerminal) {
  std::ostringstream out;
  Terminal terminal{.output_is_terminal = true, .width = 40};
  RowWriter rows({"PARTITION", "TIMESTAMP", "KEY", "VALUE"}, /*wide=*/false, out, terminal);
  rows.Add({Number(0), Time(TimePoint()), Prose("customer-0"), Prose(std::string(90, 'v'))});
  std::istringstream lines(out.str());
  for (std::string line; std::getline(lines, line);) EXPECT_LE(DisplayWidth(line), 40) << line;
}

}  // namespace
}  // namespace monkafka::cli
