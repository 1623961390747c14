#include "net/connection_limits.h"

namespace monkafka::net {

ConnectionLimits::Verdict ConnectionLimits::Admit(const std::string& host, Admission& admission) {
  MutexLock lock(mutex_);
  if (count_ >= max_connections_) return Verdict::kTooMany;
  const auto found = per_host_.find(host);
  if ((found == per_host_.end() ? 0 : found->second) >= max_per_ip_) {
    return Verdict::kTooManyFromAddress;
  }
  ++count_;
  ++per_host_[host];
  admission = Admission(shared_from_this(), host);
  return Verdict::kAdmitted;
}

void ConnectionLimits::Leave(const std::string& host) {
  MutexLock lock(mutex_);
  const auto found = per_host_.find(host);
  if (--found->second == 0) per_host_.erase(found);
  if (--count_ == 0) changed_.NotifyAll();
}

int ConnectionLimits::count() const {
  MutexLock lock(mutex_);
  return count_;
}

bool ConnectionLimits::WaitForNone() {
  MutexLock lock(mutex_);
  while (count_ > 0 && !expired_) changed_.Wait(mutex_);
  return count_ == 0;
}

void ConnectionLimits::Expire() {
  MutexLock lock(mutex_);
  expired_ = true;
  changed_.NotifyAll();
}

}  // namespace monkafka::net
