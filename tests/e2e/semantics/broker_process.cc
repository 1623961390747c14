#include "e2e/semantics/broker_process.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>
#include <thread>

namespace monkafka::e2e {
namespace {

constexpr auto kStartDeadline = std::chrono::seconds(60);  // sanitizer builds on a busy machine

[[noreturn]] void Die(const std::string& why) {
  std::fprintf(stderr, "broker process: %s\n", why.c_str());
  std::abort();
}

// Its output; nullopt when it fails.
std::optional<std::string> OutputOf(const std::string& command) {
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return std::nullopt;
  std::string output;
  for (int c = fgetc(pipe); c != EOF; c = fgetc(pipe)) output.push_back(static_cast<char>(c));
  if (pclose(pipe) != 0) return std::nullopt;
  return output;
}

}  // namespace

bool AgainstApacheKafka() {
  const char* against = std::getenv("MONKAFKA_E2E_AGAINST");
  return against != nullptr && std::string_view(against) == "kafka";
}

bool AgainstApacheKafka4() {
  const char* release = std::getenv("MONKAFKA_E2E_KAFKA");
  return AgainstApacheKafka() && release != nullptr && std::string_view(release).starts_with('4');
}

BrokerProcess::BrokerProcess(std::vector<std::string> overrides)
    : overrides_(std::move(overrides)) {
  std::string pattern = (std::filesystem::temp_directory_path() / "monkafka-e2e-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) Die("no temporary directory");
  root_ = pattern;
  data_directory_ = root_ + "/data";
  Spawn();
}

BrokerProcess::~BrokerProcess() {
  Kill();
  std::error_code ignored;
  std::filesystem::remove_all(root_, ignored);
}

void BrokerProcess::SpawnApacheKafka() {
  const char* release = std::getenv("MONKAFKA_E2E_KAFKA");
  std::string command = MONKAFKA_APACHE_KAFKA " start --dir " + root_;
  command += std::string(" --version ") + (release != nullptr ? release : "3.9");
  for (const std::string& override : overrides_) command += " --set '" + override + "'";
  const std::optional<std::string> output = OutputOf(command);
  if (!output) Die("Apache Kafka did not come up");
  port_ = std::stoi(output->substr(output->rfind(':') + 1));
  pid_ = 0;
}

int BrokerProcess::StopApacheKafka(bool kill) {
  const std::string command = MONKAFKA_APACHE_KAFKA " stop --dir " + root_;
  pid_ = -1;
  return OutputOf(command + (kill ? " --kill" : "")) ? 0 : 1;
}

void BrokerProcess::Spawn() {
  if (AgainstApacheKafka()) return SpawnApacheKafka();
  const char* named = std::getenv("MONKAFKA_BIN");
  const std::string binary = named != nullptr ? named : MONKAFKA_BUILT_BINARY;
  const std::string ready = root_ + "/ready";
  std::filesystem::remove(ready);
  std::vector<std::string> arguments = {binary,          "--port",       "0",  "--data-dir",
                                        data_directory_, "--ready-file", ready};
  for (const std::string& override : overrides_) {
    arguments.push_back("--override");
    arguments.push_back(override);
  }
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  pid_ = fork();
  if (pid_ == 0) {
    const int log = open((root_ + "/broker.log").c_str(), O_CREAT | O_WRONLY | O_APPEND, 0644);
    dup2(log, 2);
    execv(argv[0], argv.data());
    _exit(127);
  }
  const auto deadline = std::chrono::steady_clock::now() + kStartDeadline;
  while (!std::filesystem::exists(ready)) {
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) == pid_ || std::chrono::steady_clock::now() > deadline) {
      Die(binary + " did not come up:\n" + Log());
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  std::ifstream file(ready);
  std::string address;
  std::getline(file, address);
  port_ = std::stoi(address.substr(address.rfind(':') + 1));
}

bool BrokerProcess::Alive() const { return pid_ > 0 && kill(pid_, 0) == 0; }

void BrokerProcess::Kill() {
  if (pid_ == 0) StopApacheKafka(/*kill=*/true);
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

int BrokerProcess::Stop() {
  if (pid_ == 0) return StopApacheKafka(/*kill=*/false);
  if (pid_ <= 0) return -1;
  kill(pid_, SIGTERM);
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void BrokerProcess::StartAgain() { Spawn(); }

std::string BrokerProcess::Log() const {
  std::ifstream log(root_ + (AgainstApacheKafka() ? "/server.log" : "/broker.log"));
  return std::string((std::istreambuf_iterator<char>(log)), {});
}

}  // namespace monkafka::e2e
