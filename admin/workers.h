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
  // While it lives, its thread waits for somebody outside the process and does not count: where it
  // is one of a Workers, another works in its place. Not one within the other.
  class Waiting {
   public:
    Waiting();
    ~Waiting();
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
  };

  // `name`: as top -H shows it. `max_waiting`: so many threads may be there beyond `max_threads`
  // because of those that wait. `niceness` 0 to 19: how far the threads stand back for others.
  Workers(std::string name, size_t max_threads, size_t max_waiting, int niceness);
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
  // Starts a thread if there is work for it and may be one more.
  void AddThread() REQUIRES(mutex_);
  size_t MaxThreads() const REQUIRES(mutex_);
  void Run();

  const std::string name_;
  const size_t max_threads_;
  const size_t max_waiting_;
  const int niceness_;
  Mutex mutex_;
  CondVar changed_;
  std::deque<Task> queue_ GUARDED_BY(mutex_);
  size_t threads_ GUARDED_BY(mutex_) = 0;
  size_t idle_ GUARDED_BY(mutex_) = 0;
  size_t running_ GUARDED_BY(mutex_) = 0;  // tasks; a thread that starts has none yet
  size_t waiting_ GUARDED_BY(mutex_) = 0;  // of the running ones
  bool stopping_ GUARDED_BY(mutex_) = false;
};

}  // namespace monkafka::admin
