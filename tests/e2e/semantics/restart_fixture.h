// Tests that hold however the broker ended: orderly or by kill -9.
#pragma once

#include <string>

#include "e2e/semantics/semantics_fixture.h"

namespace monkafka::e2e {

using ::testing::HasSubstr;
using ::testing::Not;

enum class Ending { kOrderly, kKilled };

inline std::string NameOf(const ::testing::TestParamInfo<Ending>& info) {
  return info.param == Ending::kKilled ? "Killed" : "Orderly";
}

class RestartFixture : public OwnBrokerTest, public ::testing::WithParamInterface<Ending> {
 protected:
  // Ends the broker as the parameter says and starts it on the same data. Every WireClient is
  // without a connection then, and the port is another one.
  void Restart() {
    if (GetParam() == Ending::kKilled) {
      broker_.Kill();
    } else {
      EXPECT_EQ(broker_.Stop(), 0);
      // Clients that are connected, but neither ask for anything nor notice, hold up nothing.
      EXPECT_THAT(broker_.Log(), Not(HasSubstr("not answered in time")));
    }
    broker_.StartAgain();
  }

  BrokerProcess broker_{{"group.initial.rebalance.delay.ms=0", "group.min.session.timeout.ms=100"}};
};

}  // namespace monkafka::e2e
