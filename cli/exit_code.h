// What monkafkactl's exit codes mean. Documented in the README and in --help: scripts rely on them.
#pragma once

namespace monkafka::cli {

enum ExitCode : int {
  kDone = 0,
  kFailed = 1,  // any item of the command failed, or it was interrupted before its end
  kDrift = 2,   // it worked, and found something: plan and diff a difference, verify an anomaly
  kUsage = 64,  // the command line makes no sense, or lacks a confirmation
};

}  // namespace monkafka::cli
