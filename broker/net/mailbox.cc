#include "net/mailbox.h"

#include <sys/eventfd.h>

#include <utility>

#include "common/check.h"

namespace monkafka::net {
namespace {

thread_local Mailbox* mailbox_of_this_thread = nullptr;

// So many times mail is read for another thread, which then has to come for more itself.
constexpr int kReadsInTurn = 4;

}  // namespace

Mailbox::Mailbox() : wake_up_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) { CHECK(wake_up_.valid()); }

void Mailbox::Post(Task task) {
  {
    MutexLock lock(mutex_);
    if (closed_) return;
    tasks_.push_back(std::move(task));
    if (!std::exchange(asleep_, false)) return;
  }
  if (!StandIn::Note(shared_from_this())) Wake();
}

// Fails only when the counter is full: then it is readable already.
void Mailbox::Wake() { static_cast<void>(eventfd_write(wake_up_.get(), 1)); }

void Mailbox::SetOwner(Owner* owner) {
  MutexLock lock(turn_);
  owner_ = owner;
}

// Whoever has the turn now, the thread or another that stands in for it, may have looked for mail
// before ours came: it is not waited for, but the thread is woken. When the turn is had the thread
// sleeps, or is about to take the turn itself.
void Mailbox::StandInForIt() {
  bool asleep = false;
  if (turn_.try_lock()) {
    if (owner_ != nullptr) {
      Mailbox* const own = std::exchange(mailbox_of_this_thread, this);
      for (int i = 0; i < kReadsInTurn && !asleep; ++i) {
        owner_->ReadMail();
        asleep = !owner_->IsStopping() && FallAsleep();
      }
      mailbox_of_this_thread = own;
    }
    turn_.unlock();
  }
  if (!asleep) Wake();
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
