#include "cli/output/progress.h"

#include <gtest/gtest.h>

#include <sstream>

#include "cli/output/text.h"

namespace monkafka::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(ProgressLineTest, ShowsBarRateAndTimeLeft) {
  EXPECT_EQ(
      ProgressLine("verify", Progress::Unit::kBytes, 50 << 20, 100 << 20, seconds(5), "orders-0",
                   120),
      "verify  [==========>         ]  50%  50.0 MiB of 100.0 MiB  10.0 MiB/s  5s left  orders-0");
}

TEST(ProgressLineTest, WithoutTotalThereIsNoBar) {
  EXPECT_EQ(ProgressLine("apply", Progress::Unit::kItems, 30, 0, seconds(3), "", 80),
            "apply  30  10.0/s");
}

TEST(ProgressLineTest, FitsTheTerminal) {
  std::string line =
      ProgressLine("verify", Progress::Unit::kBytes, 1, 2, seconds(1), std::string(200, 'x'), 60);
  EXPECT_EQ(DisplayWidth(line), 60);
}

TEST(ProgressLineTest, TheBarGivesWayToTheWords) {
  const auto at = [](int width) {
    return ProgressLine("verify", Progress::Unit::kBytes, 50 << 20, 100 << 20, seconds(5),
                        "orders-0", width);
  };
  EXPECT_EQ(at(80),
            "verify  [=====>     ]  50%  50.0 MiB of 100.0 MiB  10.0 MiB/s  5s left  orders-0");
  EXPECT_EQ(DisplayWidth(at(79)), 79);
  EXPECT_EQ(at(54), "verify  50%  50.0 MiB of 100.0 MiB  10.0 MiB/s  5s le…");
}

TEST(ProgressTest, IsSilentUnlessATerminalLooks) {
  std::ostringstream error;
  {
    Progress progress("verify", Progress::Unit::kBytes, error, Terminal{}, false);
    progress.Update(1, 2);
    Progress quiet("verify", Progress::Unit::kBytes, error, Terminal{.error_is_terminal = true},
                   true);
    quiet.Update(1, 2);
  }
  EXPECT_EQ(error.str(), "");
}

TEST(ProgressTest, DrawsTenTimesASecondAndWipesItsLine) {
  std::ostringstream error;
  auto start = Progress::Clock::now();
  {
    Progress progress("verify", Progress::Unit::kBytes, error, Terminal{.error_is_terminal = true},
                      false);
    progress.Update(1, 10, "", start);
    progress.Update(2, 10, "", start + milliseconds(50));
    progress.Update(3, 10, "", start + milliseconds(150));
  }
  std::string text = error.str();
  size_t drawn = 0;
  for (size_t at = 0; (at = text.find("verify", at)) != std::string::npos; ++at) ++drawn;
  EXPECT_EQ(drawn, 2U);
  EXPECT_TRUE(text.ends_with("\r\x1b[K")) << text;
}

}  // namespace
}  // namespace monkafka::cli
