// The way into a network thread from outside: tasks are run there in the order they came.
//
// The thread says when it goes to sleep, and whoever posts then wakes it, with one write to an
// eventfd. While it is awake it looks by itself before it sleeps, so posting makes no system call:
// what comes while it is busy is fetched together. It is woken after the lock was released, as it
// would go back to sleep for the lock, which costs another wake-up.
//
// Shared and long-lived: a task posted after the thread ended is dropped. Post is safe from any
// thread, the rest is the network thread's.
#pragma once

#include <vector>

#include "common/executor.h"
#include "common/mutex.h"
#include "common/unique_fd.h"

namespace monkafka::net {

class Mailbox final : public Executor {
 public:
  Mailbox();

  void Post(Task task) override;

  // The thread is about to wait for events, that of `wake_up` among them. False: there are tasks.
  bool FallAsleep();
  // It has something to do, and will look here before it sleeps again.
  void StayAwake();
  std::vector<Task> Take();
  // Readable when the thread is woken; ClearWakeUp makes it wait for the next time.
  int wake_up() const { return wake_up_.get(); }
  void ClearWakeUp() const;

  // Later posts are dropped. Returns what was not taken, to be dropped by the caller.
  std::vector<Task> Close();

  // The mailbox of the calling thread; null when it is not a network thread.
  static Mailbox* OfThisThread();
  void BindToThisThread();

 private:
  const UniqueFd wake_up_;  // an eventfd
  Mutex mutex_;
  std::vector<Task> tasks_ GUARDED_BY(mutex_);
  bool asleep_ GUARDED_BY(mutex_) = false;
  bool closed_ GUARDED_BY(mutex_) = false;
};

}  // namespace monkafka::net
