#include "admin/workers.h"

#include <pthread.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace monkafka::admin {
namespace {

constexpr std::chrono::seconds kIdleThreadLives{10};

// Whose thread this is; nullptr: of none.
thread_local Workers* own_workers = nullptr;

}  // namespace

Workers::Waiting::Waiting() {
  if (own_workers == nullptr) return;
  MutexLock lock(own_workers->mutex_);
  ++own_workers->waiting_;
  own_workers->AddThread();
}

// It goes on at once: who waits for the end of this wait has waited long enough.
Workers::Waiting::~Waiting() {
  if (own_workers == nullptr) return;
  MutexLock lock(own_workers->mutex_);
  --own_workers->waiting_;
}

Workers::Workers(std::string name, size_t max_threads, size_t max_waiting, int niceness)
    : name_(std::move(name)),
      max_threads_(max_threads),
      max_waiting_(max_waiting),
      niceness_(niceness) {}

Workers::~Workers() { Stop(); }

void Workers::Enqueue(Task task) {
  queue_.push_back(std::move(task));
  AddThread();
  changed_.NotifyOne();
}

void Workers::AddThread() {
  if (queue_.size() <= idle_ || threads_ >= MaxThreads()) return;
  ++threads_;
  std::thread([this] { Run(); }).detach();
}

size_t Workers::MaxThreads() const { return max_threads_ + std::min(waiting_, max_waiting_); }

void Workers::Post(Task task) {
  MutexLock lock(mutex_);
  if (!stopping_) Enqueue(std::move(task));
}

bool Workers::TryPost(Task task) {
  MutexLock lock(mutex_);
  if (stopping_ || queue_.size() + running_ >= MaxThreads()) return false;
  Enqueue(std::move(task));
  return true;
}

void Workers::Stop() {
  MutexLock lock(mutex_);
  stopping_ = true;
  changed_.NotifyAll();
  while (threads_ > 0) changed_.Wait(mutex_);
}

void Workers::Run() {
  pthread_setname_np(pthread_self(), name_.c_str());
  own_workers = this;
  if (niceness_ > 0) setpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)), niceness_);
  mutex_.lock();
  for (;;) {
    const auto give_up = std::chrono::steady_clock::now() + kIdleThreadLives;
    ++idle_;
    bool timely = true;
    while (queue_.empty() && !stopping_ && timely) timely = changed_.WaitUntil(mutex_, give_up);
    --idle_;
    if (queue_.empty()) break;
    Task task = std::move(queue_.front());
    queue_.pop_front();
    ++running_;
    mutex_.unlock();
    task();
    task = nullptr;
    mutex_.lock();
    --running_;
  }
  --threads_;
  changed_.NotifyAll();
  mutex_.unlock();
}

}  // namespace monkafka::admin
