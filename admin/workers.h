// Threads that are started when there is work for them and end when there has been none for a
// while, so that an idle server has none. Safe from any thread.
#pragma once

#include <deque>
#include <string>
#include <thread>
#include <vector>

#include "common/executor.h"
#include "common/mutex.h"

namespace monkafka::admin {

class Workers final : public Executor {
 public:
  // `name`: as top -H shows it. `niceness` 0 to 19: how far the threads stand back for others.
  Workers(std::string name, size_t max_threads, int niceness);
  ~Workers() override;
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  // Runs `task` when a thread is free. After Stop it is dropped.
  void Post(Task task) override;
  // As Post; but false, and nothing done, when every thread is busy.
  bool TryPost(Task task);
  // Runs what is queued, then joins the threads.
  void Stop();

 private:
  void Enqueue(Task task) REQUIRES(mutex_);
  void Run();

  const std::string name_;
  const size_t max_threads_;
  const int niceness_;
  Mutex mutex_;
  CondVar changed_;
  std::deque<Task> queue_ GUARDED_BY(mutex_);
  size_t threads_ GUARDED_BY(mutex_) = 0;
  size_t idle_ GUARDED_BY(mutex_) = 0;
  size_t running_ GUARDED_BY(mutex_) = 0;  // tasks; a thread that starts has none yet
  bool stopping_ GUARDED_BY(mutex_) = false;
};

}  // namespace monkafka::admin
