// How many connections there are, in all and per address, and whether there may be one more.
// Safe from any thread.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

#include "common/mutex.h"

namespace monkafka::net {

class ConnectionLimits : public std::enable_shared_from_this<ConnectionLimits> {
 public:
  ConnectionLimits(int max_connections, int max_connections_per_ip)
      : max_connections_(max_connections), max_per_ip_(max_connections_per_ip) {}

  // One counted connection; counted until it is destroyed.
  class Admission {
   public:
    Admission() = default;
    Admission(Admission&& other) noexcept
        : limits_(std::move(other.limits_)), host_(std::move(other.host_)) {}
    Admission& operator=(Admission&& other) noexcept {
      std::swap(limits_, other.limits_);
      std::swap(host_, other.host_);
      return *this;
    }
    ~Admission() {
      if (limits_) limits_->Leave(host_);
    }

   private:
    friend class ConnectionLimits;
    Admission(std::shared_ptr<ConnectionLimits> limits, std::string host)
        : limits_(std::move(limits)), host_(std::move(host)) {}

    std::shared_ptr<ConnectionLimits> limits_;
    std::string host_;
  };

  enum class Verdict { kAdmitted, kTooMany, kTooManyFromAddress };
  Verdict Admit(const std::string& host, Admission& admission);

  int count() const;
  // Waits until there is no connection or Expire was called. True: there is none.
  bool WaitForNone();
  // Ends the present and all later waits.
  void Expire();

 private:
  void Leave(const std::string& host);

  const int max_connections_;
  const int max_per_ip_;
  mutable Mutex mutex_;
  CondVar changed_;
  int count_ GUARDED_BY(mutex_) = 0;
  bool expired_ GUARDED_BY(mutex_) = false;
  std::unordered_map<std::string, int> per_host_ GUARDED_BY(mutex_);
};

}  // namespace monkafka::net
