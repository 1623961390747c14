#include "app/run.h"

#include <fmt/core.h>
#include <pthread.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "app/broker.h"
#include "app/command_line.h"
#include "app/temporary_directory.h"
#include "common/log.h"
#include "config/settings.h"
#include "storage/file_system.h"

namespace monkafka::app {
namespace {

// Blocked in every thread, so that only WaitForStop sees them.
sigset_t BlockStopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

// Stopping may take a while. Another signal ends the process at once, but not one that comes with
// the first: a terminal and a supervisor may both send theirs.
void EndAtOnceOnAnother(const sigset_t signals) {
  const auto first = std::chrono::steady_clock::now();
  int signal = 0;
  do {
    if (sigwait(&signals, &signal) != 0) signal = 0;
  } while (signal == 0 || std::chrono::steady_clock::now() - first < std::chrono::seconds(1));
  _exit(128 + signal);
}

std::string WaitForStop(const sigset_t& signals) {
  int signal = 0;
  while (sigwait(&signals, &signal) != 0) {
  }
  std::thread(EndAtOnceOnAnother, signals).detach();
  return signal == SIGTERM ? "SIGTERM" : "SIGINT";
}

int Failed(const Error& error) {
  fmt::print(stderr, "monkafka: {}\n", error.message);
  return 1;
}

Status WriteReadyFile(const std::string& path, const std::string& address) {
  if (path.empty()) return {};
  const std::string line = address + "\n";
  return storage::WriteFileAtomically(storage::PosixFileSystem(), path, AsBytes(line));
}

void Unlink(const std::string& path) {
  if (!path.empty()) ::unlink(path.c_str());
}

Result<std::unique_ptr<TemporaryDirectory>> UseTemporaryDirectory(CommandLine& line) {
  Result<std::unique_ptr<TemporaryDirectory>> directory = TemporaryDirectory::Make();
  if (!directory) return Forward(std::move(directory));
  line.settings.erase("log.dirs");
  line.settings["log.dir"] = {(*directory)->path(), "--ephemeral"};
  return directory;
}

int Serve(CommandLine line, const sigset_t& signals) {
  // Who waits for these files must not take an earlier broker's for ours.
  Unlink(line.ready_file);
  Unlink(line.admin_ready_file);
  std::unique_ptr<TemporaryDirectory> temporary;  // removed after the broker is gone
  if (line.ephemeral) {
    Result<std::unique_ptr<TemporaryDirectory>> made = UseTemporaryDirectory(line);
    if (!made) return Failed(made.error());
    temporary = *std::move(made);
  }

  std::vector<std::string> warnings;
  Result<config::Settings> settings = config::Settings::Make(std::move(line.settings), warnings);
  if (!settings) return Failed(settings.error());
  for (const std::string& warning : warnings) LogWarning("{}", warning);

  Result<std::unique_ptr<Broker>> broker = Broker::Start(*std::move(settings));
  if (!broker) return Failed(broker.error());
  // The admin service's first: who sees the other one finds this one, too.
  Status written = WriteReadyFile(line.admin_ready_file, (*broker)->admin_address());
  if (written) written = WriteReadyFile(line.ready_file, (*broker)->address());
  if (!written) return Failed(written.error());

  LogInfo("{}: stopping", WaitForStop(signals));
  Unlink(line.ready_file);
  Unlink(line.admin_ready_file);
  const Status stopped = (*broker)->Stop();
  if (!stopped) return Failed(stopped.error());
  LogInfo("stopped");
  return 0;
}

}  // namespace

int Run(int argc, const char* const* argv) {
  const sigset_t signals = BlockStopSignals();
  CommandLineOutcome outcome = ParseCommandLine(argc, argv, environ);
  if (outcome.exit) {
    fmt::print(outcome.code == 0 ? stdout : stderr, "{}", outcome.text);
    return outcome.code;
  }
  if (outcome.command_line.verbose) SetLogLevel(LogLevel::kDebug);
  return Serve(std::move(outcome.command_line), signals);
}

}  // namespace monkafka::app
