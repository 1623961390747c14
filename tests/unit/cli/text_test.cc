#include "cli/output/text.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace monkafka::cli {
namespace {

TEST(PrintableTest, NothingThatARecordHoldsReachesTheTerminalAsACommand) {
  EXPECT_EQ(Printable("a\x1b[2Jb"), "a\\x1b[2Jb");
  EXPECT_EQ(Printable("line\nnext\tcell"), "line\\nnext\\tcell");
  EXPECT_EQ(Printable(std::string("\0", 1)), "\\x00");
  EXPECT_EQ(Printable("\xc2\x9b"), "\\xc2\\x9b");
  EXPECT_EQ(Printable("a\xe2\x80\xae"
                      "b"),
            "a\\xe2\\x80\\xaeb")
      << "turns the direction of writing";
}

TEST(PrintableTest, KeepsUtf8AndEscapesWhatIsNot) {
  EXPECT_EQ(Printable("naïve 価格 🐒"), "naïve 価格 🐒");
  EXPECT_EQ(Printable("\xff\xfe"), "\\xff\\xfe");
  EXPECT_EQ(Printable("\xc3"), "\\xc3");
  EXPECT_EQ(Printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");
}

TEST(PaintTest, ColoursOnlyWhenAsked) {
  EXPECT_EQ(Paint("up", Tone::kGood, false), "up");
  EXPECT_EQ(Paint("up", Tone::kGood, true), "\x1b[32mup\x1b[0m");
  EXPECT_EQ(Paint("up", Tone::kPlain, true), "up");
}

TEST(ShortenTest, CountsColumnsAndMarksTheCut) {
  EXPECT_EQ(Shorten("orders", 6), "orders");
  EXPECT_EQ(Shorten("orders", 4), "ord…");
  EXPECT_EQ(Shorten("äöüß", 3), "äö…");
  EXPECT_EQ(Shorten("x", 0), "");
  EXPECT_EQ(Shorten("価格価", 5), "価格…");
  EXPECT_EQ(Shorten("価格価", 4), "価…");
}

TEST(WrapTest, BreaksAtBlanksAndLeavesLongWordsWhole) {
  using Lines = std::vector<std::string>;
  EXPECT_EQ(WrapWords("", 5), Lines{""});
  EXPECT_EQ(WrapWords("one two", 7), Lines{"one two"});
  EXPECT_EQ(WrapWords("one two three", 7), (Lines{"one two", "three"}));
  EXPECT_EQ(WrapWords("a /very/long/path b", 6), (Lines{"a", "/very/long/path", "b"}));
}

TEST(NearestTest, FindsWhatWasMeantAndNothingFarAway) {
  std::vector<std::string_view> known = {"create", "delete", "list"};
  EXPECT_EQ(Nearest("craete", known), "create");
  EXPECT_EQ(Nearest("lst", known), "list");
  EXPECT_EQ(Nearest("frobnicate", known), "");
}

TEST(EditDistanceTest, ASwapIsOneChange) {
  EXPECT_EQ(EditDistance("craete", "create"), 1);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3);
  EXPECT_EQ(EditDistance("", "ab"), 2);
  EXPECT_EQ(EditDistance("same", "same"), 0);
}

TEST(NearestTest, OnlyNamesThatAreMostlyTheSameAreNear) {
  const std::vector<std::string> options = {"--key", "--partitions", "--dry-run"};
  EXPECT_EQ(Nearest("--yes", options), "");
  EXPECT_EQ(Nearest("--keys", options), "--key");
  EXPECT_EQ(Nearest("--partition", options), "--partitions");
  EXPECT_EQ(Nearest("*", std::vector<std::string>{"a"}), "");
  EXPECT_EQ(Nearest("tpoic", std::vector<std::string>{"topic"}), "topic");
}

}  // namespace
}  // namespace monkafka::cli
