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
#include <thread>

namespace monkafka::e2e {
namespace {

constexpr auto kStartDeadline = std::chrono::seconds(60);  // sanitizer builds on a busy machine

[[noreturn]] void Die(const std::string& why) {
  std::fprintf(stderr, "broker process: %s\n", why.c_str());
  std::abort();
}

}  // namespace

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

void BrokerProcess::Spawn() {
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
      std::ifstream log(root_ + "/broker.log");
      std::string text((std::istreambuf_iterator<char>(log)), {});
      Die(binary + " did not come up:\n" + text);
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
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

int BrokerProcess::Stop() {
  if (pid_ <= 0) return -1;
  kill(pid_, SIGTERM);
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void BrokerProcess::StartAgain() { Spawn(); }

}  // namespace monkafka::e2e
