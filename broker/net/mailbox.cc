#include "net/mailbox.h"

#include <sys/eventfd.h>

#include <utility>

#include "common/check.h"

namespace monkafka::net {
namespace {

thread_local Mailbox* mailbox_of_this_thread = nullptr;

}  // namespace

Mailbox::Mailbox() : wake_up_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) { CHECK(wake_up_.valid()); }

void Mailbox::Post(Task task) {
  {
    MutexLock lock(mutex_);
    if (closed_) return;
    tasks_.push_back(std::move(task));
    if (!std::exchange(asleep_, false)) return;
  }
  // Fails only when the counter is full: then it is readable already.
  static_cast<void>(eventfd_write(wake_up_.get(), 1));
}

bool Mailbox::FallAsleep() {
  MutexLock lock(mutex_);
  asleep_ = tasks_.empty();
  return asleep_;
}

void Mailbox::StayAwake() {
  MutexLock lock(mutex_);
  asleep_ = false;
}

std::vector<Task> Mailbox::Take() {
  MutexLock lock(mutex_);
  return std::exchange(tasks_, {});
}

void Mailbox::ClearWakeUp() const {
  eventfd_t count = 0;
  static_cast<void>(eventfd_read(wake_up_.get(), &count));
}

std::vector<Task> Mailbox::Close() {
  MutexLock lock(mutex_);
  closed_ = true;
  return std::exchange(tasks_, {});
}

Mailbox* Mailbox::OfThisThread() { return mailbox_of_this_thread; }

void Mailbox::BindToThisThread() { mailbox_of_this_thread = this; }

}  // namespace monkafka::net
