#include "program.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>

namespace monkafka::e2e {
namespace {

volatile std::sig_atomic_t stop_requested = 0;

}  // namespace

void Die(const std::string& sentence) {
  fmt::print(stderr, "{}\n", sentence);
  std::_Exit(1);
}

void Check(RdKafka::ErrorCode error, std::string_view what) {
  if (error != RdKafka::ERR_NO_ERROR) Die(fmt::format("{}: {}", what, RdKafka::err2str(error)));
}

std::unique_ptr<RdKafka::Conf> MakeConf(const std::map<std::string, std::string>& settings) {
  std::unique_ptr<RdKafka::Conf> conf(RdKafka::Conf::create(RdKafka::Conf::CONF_GLOBAL));
  std::string error;
  for (const auto& [name, value] : settings) {
    if (conf->set(name, value, error) != RdKafka::Conf::CONF_OK) Die(error);
  }
  return conf;
}

Arguments::Arguments(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const size_t equals = argument.find('=');
    if (equals == std::string::npos) Die(fmt::format("{}: the form is name=value", argument));
    values_[argument.substr(0, equals)] = argument.substr(equals + 1);
  }
}

const std::string& Arguments::Text(const std::string& name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) Die(fmt::format("{}= is missing", name));
  return found->second;
}

int Arguments::Number(const std::string& name) const { return std::atoi(Text(name).c_str()); }

int64_t MonotonicNanoseconds() {
  return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
}

FactLog::FactLog(const std::string& path)
    : descriptor_(open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)) {
  if (descriptor_ < 0) Die(fmt::format("{}: {}", path, std::strerror(errno)));
}

FactLog::~FactLog() { close(descriptor_); }

void FactLog::Write(std::string line) {
  line += '\n';
  if (write(descriptor_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
    Die(fmt::format("cannot write the log: {}", std::strerror(errno)));
  }
}

void StopOnSignal() {
  std::signal(SIGTERM, [](int) { stop_requested = 1; });
}

bool StopRequested() { return stop_requested != 0; }

}  // namespace monkafka::e2e
