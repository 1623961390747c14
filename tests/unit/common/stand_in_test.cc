#include "common/stand_in.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace monkafka {
namespace {

class StandInTest : public testing::Test {
 protected:
  struct TestSleeper final : Sleeper {
    TestSleeper(std::string its_name, std::vector<std::string>& log)
        : name(std::move(its_name)), happened(log) {}
    void StandInForIt() override {
      happened.push_back("for " + name);
      if (then) then();
    }
    void Wake() override { happened.push_back("woke " + name); }

    const std::string name;
    std::vector<std::string>& happened;
    std::function<void()> then;
  };
  std::shared_ptr<TestSleeper> Make(std::string name) {
    return std::make_shared<TestSleeper>(std::move(name), happened_);
  }

  using Happened = std::vector<std::string>;
  Happened happened_;
};

TEST_F(StandInTest, WithoutOneNobodyIsNoted) {
  EXPECT_FALSE(StandIn::Note(Make("a")));
  {
    const StandIn stand_in;
  }
  EXPECT_FALSE(StandIn::Note(Make("a")));
  EXPECT_EQ(Happened(), happened_);
}

TEST_F(StandInTest, TheWorkIsDoneAtItsEndInOrder) {
  {
    const StandIn stand_in;
    EXPECT_TRUE(StandIn::Note(Make("a")));
    EXPECT_TRUE(StandIn::Note(Make("b")));
    EXPECT_EQ(Happened(), happened_);
  }
  EXPECT_EQ((Happened{"for a", "for b"}), happened_);
}

TEST_F(StandInTest, WhoIsNotedByTheWorkHasItsTurnToo) {
  {
    const StandIn stand_in;
    const auto first = Make("a");
    first->then = [this] { EXPECT_TRUE(StandIn::Note(Make("b"))); };
    EXPECT_TRUE(StandIn::Note(first));
  }
  EXPECT_EQ((Happened{"for a", "for b"}), happened_);
}

TEST_F(StandInTest, WorkWithoutEndIsLeftToItsThread) {
  const auto endless = Make("a");
  endless->then = [&] { EXPECT_TRUE(StandIn::Note(endless)); };
  {
    const StandIn stand_in;
    EXPECT_TRUE(StandIn::Note(endless));
  }
  EXPECT_EQ("woke a", happened_.back());
  EXPECT_EQ(1, std::ranges::count(happened_, "woke a"));
  endless->then = nullptr;
}

}  // namespace
}  // namespace monkafka
