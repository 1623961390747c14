#include "cli/shell.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace monkafka::cli {
namespace {

using testing::ElementsAre;

TEST(ShellTest, QuotesWhatAShellWouldTakeApart) {
  EXPECT_EQ(ShellQuoted("orders-1.x"), "orders-1.x");
  EXPECT_EQ(ShellQuoted(""), "''");
  EXPECT_EQ(ShellQuoted("a b"), "'a b'");
  EXPECT_EQ(ShellQuoted("it's $HOME"), "'it'\\''s $HOME'");
  EXPECT_EQ(ShellQuoted("or*"), "'or*'");
  EXPECT_EQ(CommandText({"group", "undo", "my group"}), "monkafkactl group undo 'my group'");
}

TEST(ShellTest, LeavesOptionsOutWithTheirValues) {
  EXPECT_THAT(WithoutOptions({"tail", "--offset", "7", "--since=-1h", "-n5", "-n", "5", "--max",
                              "1", "--from-beginning"},
                             {"--offset", "--since", "-n"}, {"--from-beginning"}),
              ElementsAre("tail", "--max", "1"));
}

}  // namespace
}  // namespace monkafka::cli
