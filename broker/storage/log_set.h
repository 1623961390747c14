// The logs of a data directory, by partition. Threads: safe from any thread.
#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "common/mutex.h"
#include "storage/local_log.h"

namespace monkafka::storage {

class LogSet {
 public:
  std::shared_ptr<LocalLog> Find(const TopicPartition& tp) const {
    MutexLock lock(mutex_);
    const auto found = logs_.find(tp);
    return found == logs_.end() ? nullptr : found->second;
  }
  void Put(std::shared_ptr<LocalLog> log) {
    MutexLock lock(mutex_);
    logs_[log->topic_partition()] = std::move(log);
  }
  std::shared_ptr<LocalLog> Take(const TopicPartition& tp) {
    MutexLock lock(mutex_);
    const auto found = logs_.find(tp);
    if (found == logs_.end()) return nullptr;
    std::shared_ptr<LocalLog> log = std::move(found->second);
    logs_.erase(found);
    return log;
  }
  std::vector<std::shared_ptr<LocalLog>> All() const {
    MutexLock lock(mutex_);
    std::vector<std::shared_ptr<LocalLog>> all;
    all.reserve(logs_.size());
    for (const auto& [tp, log] : logs_) all.push_back(log);
    return all;
  }

 private:
  mutable Mutex mutex_;
  std::unordered_map<TopicPartition, std::shared_ptr<LocalLog>> logs_ GUARDED_BY(mutex_);
};

}  // namespace monkafka::storage
