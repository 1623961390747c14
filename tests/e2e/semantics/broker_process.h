// The real broker as a child process: an ephemeral port, a data directory of its own, killed or
// stopped when it goes out of scope. MONKAFKA_BIN names the binary; the build's own by default.
// With MONKAFKA_E2E_AGAINST=kafka it is Apache Kafka instead (MONKAFKA_E2E_KAFKA names the release,
// 3.9 by default), to check that a test states what Kafka does.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

namespace monkafka::e2e {

// The brokers of this run are Apache Kafka; and of release 4, where it differs from 3.9.
bool AgainstApacheKafka();
bool AgainstApacheKafka4();

class BrokerProcess {
 public:
  // `overrides` are key=value settings. Fails the process when the broker does not come up.
  explicit BrokerProcess(std::vector<std::string> overrides = {});
  ~BrokerProcess();
  BrokerProcess(const BrokerProcess&) = delete;
  BrokerProcess& operator=(const BrokerProcess&) = delete;

  int port() const { return port_; }
  const std::string& data_directory() const { return data_directory_; }
  bool Alive() const;

  void Kill();              // SIGKILL, as a crash
  int Stop();               // SIGTERM; returns the exit code
  void StartAgain();        // on the same data; another port
  std::string Log() const;  // what it printed so far, of all its lives

 private:
  void Spawn();
  void SpawnApacheKafka();
  int StopApacheKafka(bool kill);

  const std::vector<std::string> overrides_;
  std::string root_;
  std::string data_directory_;
  int port_ = 0;
  pid_t pid_ = -1;  // Apache Kafka's is not known here: 0 while it runs
};

}  // namespace monkafka::e2e
