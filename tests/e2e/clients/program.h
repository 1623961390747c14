// What the client programs share: settings as key=value arguments, logs of facts, and failing
// loudly.
#pragma once

#include <librdkafka/rdkafkacpp.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace monkafka::e2e {

// Prints the sentence on stderr and ends the process with exit code 1.
[[noreturn]] void Die(const std::string& sentence);

// Dies unless the call succeeded.
void Check(RdKafka::ErrorCode error, std::string_view what);

// A librdkafka configuration with these settings; dies on an unknown one.
std::unique_ptr<RdKafka::Conf> MakeConf(const std::map<std::string, std::string>& settings);

// The key=value arguments of a command line; dies on any other.
class Arguments {
 public:
  Arguments(int argc, char** argv);
  const std::string& Text(const std::string& name) const;
  int Number(const std::string& name) const;

 private:
  std::map<std::string, std::string> values_;
};

// Nanoseconds of the machine's monotonic clock: comparable between processes.
int64_t MonotonicNanoseconds();

// A file to which each line is written whole, at once: what was written survives this process.
class FactLog {
 public:
  explicit FactLog(const std::string& path);
  ~FactLog();
  FactLog(const FactLog&) = delete;
  FactLog& operator=(const FactLog&) = delete;

  void Write(std::string line);

 private:
  int descriptor_;
};

// True from SIGTERM on; StopOnSignal installs the handler.
void StopOnSignal();
bool StopRequested();

}  // namespace monkafka::e2e
