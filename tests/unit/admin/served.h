// A service over fake ports, served in this process.
#pragma once

#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "admin/server.h"
#include "fakes/manual_executor.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "unit/admin/fake_ports.h"
#include "unit/admin/more_fake_ports.h"

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

// Timers that fire in their order when the test says so; safe from any thread.
class HandTimers final : public Timers {
 public:
  Id Schedule(std::chrono::milliseconds delay, Task task) override {
    MutexLock lock(mutex_);
    pending_.emplace(std::pair(now_ + delay, ++last_id_), std::move(task));
    changed_.NotifyAll();
    return last_id_;
  }
  bool Cancel(Id id) override {
    Task dropped;
    MutexLock lock(mutex_);
    for (auto at = pending_.begin(); at != pending_.end(); ++at) {
      if (at->first.second != id) continue;
      dropped = std::move(at->second);
      pending_.erase(at);
      return true;
    }
    return false;
  }
  // Waits until a timer is set that is due soon: not one that is there for when nothing happens.
  void FireNext() {
    constexpr std::chrono::seconds kSoon{10};
    Task task;
    {
      MutexLock lock(mutex_);
      while (pending_.empty() || pending_.begin()->first.first > now_ + kSoon) {
        changed_.Wait(mutex_);
      }
      task = TakeNext();
    }
    task();
  }
  // Fires the next one, if there is one.
  void FireIfAny() {
    Task task;
    {
      MutexLock lock(mutex_);
      if (pending_.empty()) return;
      task = TakeNext();
    }
    task();
  }

 private:
  Task TakeNext() REQUIRES(mutex_) {
    now_ = pending_.begin()->first.first;
    Task task = std::move(pending_.begin()->second);
    pending_.erase(pending_.begin());
    return task;
  }

  Mutex mutex_;
  CondVar changed_;
  std::chrono::milliseconds now_ GUARDED_BY(mutex_){0};
  std::map<std::pair<std::chrono::milliseconds, Id>, Task> pending_ GUARDED_BY(mutex_);
  Id last_id_ GUARDED_BY(mutex_) = 0;
};

struct Served {
  explicit Served(ServerOptions options = {}) {
    const Ports ports{.cluster = &cluster,
                      .topics = &topics,
                      .segments = &segments,
                      .offsets = &offsets,
                      .groups = &groups,
                      .records = &records,
                      .configs = &configs,
                      .connections = &connections,
                      .resources = &resources};
    auto created = Service::Create(std::move(options), ports, {clock, timers, &audit});
    service = *std::move(created);
    server = Server::Start(*service);
    channel = server->InProcessChannel();
  }

  FakeCluster cluster;
  FakeConfigs configs;
  FakeConnections connections;
  FakeGroups groups;
  FakeResources resources;
  FakeSegments segments;
  FakeTopics topics;
  FakeOffsets offsets;
  FakeRecords records;
  fakes::FakeClock clock;
  HandTimers timers;
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
