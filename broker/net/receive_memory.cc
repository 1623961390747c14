#include "net/receive_memory.h"

#include <utility>

namespace monkafka::net {

// Whoever waits sets waiting_ and then looks at used_; whoever releases changes used_ and then
// looks at waiting_. Both are sequentially consistent, so at least one of the two sees the other.

void ReceiveMemory::Release(int64_t bytes) {
  used_.fetch_sub(bytes);
  if (waiting_.load() && HasRoom()) WakeAll();
}

bool ReceiveMemory::WaitForRoom(bool could_overdraft, Task wake) {
  MutexLock lock(mutex_);
  waiting_.store(true);
  if (HasRoom() || (could_overdraft && !overdraft_.load())) {
    waiting_.store(!waiters_.empty());
    return false;
  }
  waiters_.push_back(std::move(wake));
  return true;
}

int ReceiveMemory::waiting() const {
  MutexLock lock(mutex_);
  return static_cast<int>(waiters_.size());
}

void ReceiveMemory::EndOverdraft() {
  overdraft_.store(false);
  if (waiting_.load()) WakeAll();
}

void ReceiveMemory::WakeAll() {
  std::vector<Task> woken;
  {
    MutexLock lock(mutex_);
    woken.swap(waiters_);
    waiting_.store(false);
  }
  for (Task& wake : woken) wake();
}

}  // namespace monkafka::net
