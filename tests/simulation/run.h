// One life of a data directory: a workload that meets one fault, the recovery from it (which may be
// cut short, too), and what comes after.
#pragma once

#include <cstdint>
#include <string>

#include "fakes/fake_file_system.h"

namespace monkafka::simulation {

enum class Fault {
  kCrash,  // the power fails at the operation
  kError,  // the operation fails: no space, input/output error
};

struct Case {
  Fault fault = Fault::kCrash;
  uint64_t seed = 1;
  int64_t operation = 0;  // of the disk, from 1; 0: nothing fails
  fakes::FakeFileSystem::Unsynced unsynced = fakes::FakeFileSystem::Unsynced::kDropAll;
  int64_t recovery_operation = 0;  // at which the recovery is cut short; 0: it is not
};

// The arguments that make the program run this case again.
std::string ToArguments(const Case& which);

struct Outcome {
  int64_t operations = 0;           // of the workload, as far as it came
  int64_t recovery_operations = 0;  // of the first start after the fault, as far as it came
};

// Throws Violation. With `trace`, every operation of the disk is printed.
Outcome Run(const Case& which, bool trace = false);

}  // namespace monkafka::simulation
