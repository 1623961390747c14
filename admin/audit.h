// Who changed what: one line for each mutation that was asked for, refused ones and dry runs too.
// Contents of records and secrets are not in it.
#pragma once

#include <chrono>
#include <string>

namespace monkafka::admin {

class Call;

struct AuditEntry {
  AuditEntry() = default;
  AuditEntry(const Call& call, std::string what);

  std::string principal;
  std::string role;
  std::string peer;
  std::string method;   // "TopicsService/CreateTopic"
  std::string subject;  // "topic orders partitions=2"
  std::string request_id;
  bool validate_only = false;
  bool denied = false;    // of what someone may not do the beginning tells enough
  bool replayed = false;  // answered again, not done again
  std::string outcome;    // "OK", the reason of the failure, or how much was done
};

// audit principal="alice" role=admin peer="ipv4:127.0.0.1:5000" method=TopicsService/CreateTopic
// ... What comes from outside is quoted, so that it cannot make up a line or a field of its own.
std::string ToLine(const AuditEntry& entry);

// Threads: any.
class AuditLog {
 public:
  virtual ~AuditLog() = default;
  virtual void Write(const AuditEntry& entry) = 0;
};

// To the broker's log, level info.
class LoggedAudit final : public AuditLog {
 public:
  void Write(const AuditEntry& entry) override;
};

}  // namespace monkafka::admin
