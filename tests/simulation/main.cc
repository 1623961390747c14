// Runs a workload again and again and lets one operation of the disk after the other go wrong.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/log.h"
#include "simulation/names.h"
#include "simulation/run.h"
#include "simulation/violation.h"

namespace monkafka::simulation {
namespace {

struct Arguments {
  uint64_t seed = 1;
  uint64_t seeds = 1;
  std::optional<Fault> fault;
  std::optional<int64_t> operation;
  std::optional<Unsynced> unsynced;
  std::optional<int64_t> recovery_operation;
  bool every_recovery_operation = false;
  int64_t max_failures = 1;
  bool verbose = false;
  bool trace = false;
};

class Runner {
 public:
  Runner(Arguments arguments, std::string program)
      : arguments_(std::move(arguments)), program_(std::move(program)) {}

  // The number of failures.
  int64_t RunAll() {
    for (uint64_t i = 0; i < arguments_.seeds && !Enough(); ++i) {
      for (const auto& [fault, name] : kAllFaults) {
        if (arguments_.fault.value_or(fault) == fault) RunSeed(arguments_.seed + i, fault);
      }
    }
    std::printf("%lld cases, %lld failures\n", static_cast<long long>(cases_),
                static_cast<long long>(failures_));
    return failures_;
  }

 private:
  bool Enough() const { return failures_ >= arguments_.max_failures; }

  void RunSeed(uint64_t seed, Fault fault) {
    if (arguments_.operation) return RunOperation(seed, fault, *arguments_.operation);
    const std::optional<Outcome> whole = RunCase({fault, seed});
    if (!whole) return;
    for (int64_t operation = 1; operation <= whole->operations && !Enough(); ++operation) {
      RunOperation(seed, fault, operation);
    }
  }

  void RunOperation(uint64_t seed, Fault fault, int64_t operation) {
    for (const auto& [unsynced, name] : kAllUnsynced) {
      if (arguments_.unsynced.value_or(unsynced) != unsynced || Enough()) continue;
      Case which{fault, seed, operation, unsynced};
      if (arguments_.recovery_operation) {
        which.recovery_operation = *arguments_.recovery_operation;
        RunCase(which);
        continue;
      }
      const std::optional<Outcome> outcome = RunCase(which);
      if (!outcome || outcome->recovery_operations == 0) continue;
      const int64_t last = outcome->recovery_operations;
      // All of them is many; one after the other as the operations go on is as good in the end.
      const int64_t first = arguments_.every_recovery_operation ? 1 : 1 + operation % last;
      const int64_t end = arguments_.every_recovery_operation ? last : first;
      for (int64_t at = first; at <= end && !Enough(); ++at) {
        which.recovery_operation = at;
        RunCase(which);
      }
    }
  }

  std::optional<Outcome> RunCase(const Case& which) {
    ++cases_;
    try {
      return Run(which, arguments_.trace);
    } catch (const Violation& violation) {
      ++failures_;
      std::printf("seed %llu, operation %lld: %s\n  again: %s %s --verbose --trace\n",
                  static_cast<unsigned long long>(which.seed),
                  static_cast<long long>(which.operation), violation.what(), program_.c_str(),
                  ToArguments(which).c_str());
      std::fflush(stdout);
      return std::nullopt;
    }
  }

  const Arguments arguments_;
  const std::string program_;
  int64_t cases_ = 0;
  int64_t failures_ = 0;
};

template <class Value, size_t N>
std::map<std::string, Value> Words(const std::array<std::pair<Value, std::string_view>, N>& names) {
  std::map<std::string, Value> words;
  for (const auto& [value, name] : names) words.emplace(name, value);
  return words;
}

int Main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Lets one operation of the disk after the other go wrong under a broker at work.");
  app.add_option("--seed", arguments.seed, "the first seed");
  app.add_option("--seeds", arguments.seeds, "how many seeds");
  app.add_option("--fault", arguments.fault, "crash or error; default: both")
      ->transform(CLI::Transformer(Words(kAllFaults)));
  app.add_option("--operation", arguments.operation, "only this one (0: none goes wrong)");
  app.add_option("--unsynced", arguments.unsynced,
                 "what a power cut leaves: dropped, some, torn, kept; default: each")
      ->transform(CLI::Transformer(Words(kAllUnsynced)));
  app.add_option("--recovery-operation", arguments.recovery_operation,
                 "where the power fails again during the recovery (0: it does not)");
  app.add_flag("--every-recovery-operation", arguments.every_recovery_operation,
               "at every operation of every recovery");
  app.add_option("--max-failures", arguments.max_failures, "stop after so many");
  app.add_flag("--verbose", arguments.verbose, "what the broker logs");
  app.add_flag("--trace", arguments.trace, "every operation of the disk");
  CLI11_PARSE(app, argc, argv);
  SetLogLevel(arguments.verbose ? LogLevel::kInfo : LogLevel::kSilent);
  return Runner(arguments, argv[0]).RunAll() == 0 ? 0 : 1;
}

}  // namespace
}  // namespace monkafka::simulation

int main(int argc, char** argv) { return monkafka::simulation::Main(argc, argv); }
