// A service over fake ports, served in this process.
#pragma once

#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "admin/server.h"
#include "fakes/manual_executor.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "unit/admin/fake_ports.h"

namespace monkafka::admin {

class AuditTrail final : public AuditLog {
 public:
  void Write(const AuditEntry& entry) override {
    MutexLock lock(mutex_);
    lines_.push_back(ToLine(entry));
  }
  std::vector<std::string> lines() {
    MutexLock lock(mutex_);
    return lines_;
  }

 private:
  Mutex mutex_;
  std::vector<std::string> lines_ GUARDED_BY(mutex_);
};

struct Served {
  explicit Served(ServerOptions options = {}) {
    Ports ports;
    ports.topics = &topics;
    ports.offsets = &offsets;
    ports.records = &records;
    auto created = Service::Create(std::move(options), ports, {clock, timers, &audit});
    service = *std::move(created);
    server = Server::Start(*service);
    channel = server->InProcessChannel();
  }

  FakeTopics topics;
  FakeOffsets offsets;
  FakeRecords records;
  fakes::FakeClock clock;
  fakes::FakeTimers timers{clock};
  AuditTrail audit;
  std::unique_ptr<Service> service;
  std::unique_ptr<Server> server;
  std::shared_ptr<grpc::Channel> channel;
};

// The detail of this type; nullopt: there is none.
template <class Detail>
std::optional<Detail> DetailOf(const grpc::Status& status) {
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return std::nullopt;
  for (const auto& any : details.details()) {
    if (Detail detail; any.UnpackTo(&detail)) return detail;
  }
  return std::nullopt;
}

inline std::string ReasonOf(const grpc::Status& status) {
  const auto info = DetailOf<google::rpc::ErrorInfo>(status);
  return info ? info->reason() : std::string();
}

}  // namespace monkafka::admin
