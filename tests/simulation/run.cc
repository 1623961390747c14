#include "simulation/run.h"

#include <fmt/core.h>

#include <memory>
#include <random>

#include "common/log.h"
#include "simulation/check.h"
#include "simulation/names.h"
#include "simulation/violation.h"
#include "simulation/workload.h"

namespace monkafka::simulation {
namespace {

constexpr int kSteps = 90;
constexpr int kStepsAfterwards = 25;

class Life {
 public:
  Life(const Case& which, bool trace)
      : case_(which),
        chance_(which.seed * 1'000'003 + static_cast<uint64_t>(which.operation) * 7919 +
                static_cast<uint64_t>(which.recovery_operation)) {
    if (!trace) return;
    machine_.files.SetTrace([](int64_t operation, const std::string& what) {
      fmt::print("{:6} {}\n", operation, what);
    });
  }

  Outcome Live();

 private:
  bool Down() const { return machine_.files.crashed(); }
  Unsynced AnyUnsynced() { return kAllUnsynced[chance_() % kAllUnsynced.size()].first; }

  void ArmFault();
  // False: the power failed. A start that an error spoiled is made again.
  bool Boot();
  // When nothing can fail.
  void MustBoot();
  void PowerFails(Unsynced unsynced);
  bool Restart(Workload::Next how);
  void Play(uint64_t seed, int steps);
  void CutRecoveryShort();

  const Case case_;
  std::mt19937_64 chance_;  // for what the fault leaves, and what comes after
  Machine machine_;
  Model model_;
  Workload workload_{machine_, model_};
  std::unique_ptr<Broker> broker_;
};

void Life::ArmFault() {
  if (case_.operation <= machine_.files.operations()) return;
  if (case_.fault == Fault::kCrash) machine_.files.CrashAt(case_.operation);
}

bool Life::Boot() {
  workload_.Begin();
  broker_ = std::make_unique<Broker>(machine_);
  const Status started = broker_->Start();
  if (Down()) return false;
  if (workload_.ErrorsHappened()) {
    PowerFails(Unsynced::kKeepAll);
    return Boot();
  }
  Require(started.has_value(), "the broker does not start: {}",
          started ? "" : started.error().message);
  CheckPromises(machine_, *broker_, model_);
  if (!Down()) workload_.Reconnect(*broker_);
  return !Down();
}

void Life::MustBoot() {
  workload_.Begin();
  broker_ = std::make_unique<Broker>(machine_);
  const Status started = broker_->Start();
  Require(started.has_value(), "the broker does not start: {}",
          started ? "" : started.error().message);
}

void Life::PowerFails(Unsynced unsynced) {
  broker_.reset();
  LogInfo("the power fails: what is not synced is {}", NameOf(kAllUnsynced, unsynced));
  machine_.files.Recover(unsynced, chance_());
}

bool Life::Restart(Workload::Next how) {
  if (how == Workload::Next::kRestart) {
    workload_.End();
    const Status stopped = broker_->Stop();
    if (Down()) return false;
    Require(stopped || workload_.ErrorsHappened(), "no clean stop: {}",
            stopped ? "" : stopped.error().message);
  }
  // The process is gone, the machine goes on.
  PowerFails(Unsynced::kKeepAll);
  ArmFault();
  return Boot();
}

void Life::Play(uint64_t seed, int steps) {
  workload_.Seed(seed);
  for (int step = 0; step < steps && !Down(); ++step) {
    const Workload::Next next = workload_.Step(*broker_);
    if (next != Workload::Next::kGoOn && !Down() && !Restart(next)) return;
  }
  if (!Down()) broker_->RunAll();
}

void Life::CutRecoveryShort() {
  machine_.files.CrashAt(machine_.files.operations() + case_.recovery_operation);
  broker_ = std::make_unique<Broker>(machine_);
  static_cast<void>(broker_->Start());
  PowerFails(AnyUnsynced());
}

Outcome Life::Live() {
  Outcome outcome;
  if (case_.fault == Fault::kError && case_.operation > 0) {
    machine_.files.FailAt(case_.operation);
  }
  ArmFault();
  if (Boot()) Play(case_.seed, kSteps);
  workload_.End();
  if (!Down()) static_cast<void>(broker_->Stop());
  outcome.operations = machine_.files.operations();
  PowerFails(case_.unsynced);

  if (case_.recovery_operation > 0) CutRecoveryShort();
  const int64_t before = machine_.files.operations();
  MustBoot();
  outcome.recovery_operations = machine_.files.operations() - before;
  CheckPromises(machine_, *broker_, model_);
  // Once more: what was recovered stays.
  PowerFails(AnyUnsynced());
  MustBoot();
  CheckPromises(machine_, *broker_, model_);
  // And life goes on.
  workload_.Reconnect(*broker_);
  Play(case_.seed + 1, kStepsAfterwards);
  if (chance_() % 2 == 0) {
    workload_.End();
    const Status stopped = broker_->Stop();
    Require(stopped.has_value(), "no clean stop: {}", stopped ? "" : stopped.error().message);
  }
  PowerFails(AnyUnsynced());
  MustBoot();
  CheckPromises(machine_, *broker_, model_);
  return outcome;
}

}  // namespace

std::string ToArguments(const Case& which) {
  std::string arguments = fmt::format("--seed {} --fault {} --operation {} --unsynced {}",
                                      which.seed, NameOf(kAllFaults, which.fault), which.operation,
                                      NameOf(kAllUnsynced, which.unsynced));
  if (which.recovery_operation > 0) {
    arguments += fmt::format(" --recovery-operation {}", which.recovery_operation);
  }
  return arguments;
}

Outcome Run(const Case& which, bool trace) { return Life(which, trace).Live(); }

}  // namespace monkafka::simulation
