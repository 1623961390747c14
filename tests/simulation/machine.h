// A machine on which brokers run one after the other: its disk and its clock outlive them.
#pragma once

#include "fakes/fake_file_system.h"
#include "fakes/manual_executor.h"

namespace monkafka::simulation {

struct Machine {
  fakes::FakeClock clock;
  fakes::FakeFileSystem files{clock};
};

}  // namespace monkafka::simulation
