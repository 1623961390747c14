#include "common/stand_in.h"

#include <gtest/gtest.h>

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

TEST_F(StandInTest, ItDoesTheWorkOfOneAndWakesTheOthersFirst) {
  EXPECT_EQ(nullptr, StandIn::OfThisThread());
  {
    const StandIn stand_in;
    ASSERT_EQ(&stand_in, StandIn::OfThisThread());
    for (const char* name : {"a", "b", "c"}) StandIn::OfThisThread()->Note(Make(name));
    EXPECT_EQ(Happened(), happened_);
  }
  EXPECT_EQ((Happened{"woke a", "woke b", "for c"}), happened_);
  EXPECT_EQ(nullptr, StandIn::OfThisThread());
}

TEST_F(StandInTest, WhoIsNotedByTheWorkIsWoken) {
  {
    const StandIn stand_in;
    const auto first = Make("a");
    first->then = [this] { StandIn::OfThisThread()->Note(Make("b")); };
    StandIn::OfThisThread()->Note(first);
  }
  EXPECT_EQ((Happened{"for a", "woke b"}), happened_);
}

TEST_F(StandInTest, BeforeSomethingLongTheNotedAreWoken) {
  StandIn::WakeNoted();
  {
    const StandIn stand_in;
    StandIn::OfThisThread()->Note(Make("a"));
    StandIn::WakeNoted();
    EXPECT_EQ(Happened{"woke a"}, happened_);
  }
  EXPECT_EQ(Happened{"woke a"}, happened_);
}

TEST_F(StandInTest, OneWithinAnotherDoesNothing) {
  const StandIn outer;
  {
    const StandIn inner;
    EXPECT_EQ(&outer, StandIn::OfThisThread());
    StandIn::OfThisThread()->Note(Make("a"));
  }
  EXPECT_EQ(Happened(), happened_);
  EXPECT_EQ(&outer, StandIn::OfThisThread());
}

}  // namespace
}  // namespace monkafka
