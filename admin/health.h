// grpc.health.v1: Check and Watch, for the server as a whole ("") and each of its services. Anybody
// who can connect may ask. Threads: any.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "admin/method.h"
#include "common/mutex.h"

namespace monkafka::admin {

class Health {
 public:
  // The services that are known are those of the table now and at the end of this call.
  void AddTo(MethodTable& table);

  // Tells every watcher. True at the start.
  void SetServing(bool serving);

 private:
  void Watch(const CallPtr& call, const std::string& service);
  bool Knows(const std::string& service) const;
  int StatusOf(const std::string& service) const REQUIRES(mutex_);

  std::vector<std::string> services_;
  Mutex mutex_;
  bool serving_ GUARDED_BY(mutex_) = true;
  std::vector<std::pair<CallPtr, std::string>> watchers_ GUARDED_BY(mutex_);
};

}  // namespace monkafka::admin
