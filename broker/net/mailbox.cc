#include "net/mailbox.h"

#include <sys/eventfd.h>

#include <utility>

#include "common/check.h"

namespace monkafka::net {
namespace {

thread_local Mailbox* mailbox_of_this_thread = nullptr;

}  // namespace

Mailbox::Turn::Turn(Mailbox& mailbox) : mailbox_(mailbox) {
  if (!mailbox_.turn_.try_lock()) {
    mailbox_.turn_wanted_ = true;
    mailbox_.turn_.lock();
    mailbox_.turn_wanted_ = false;
  }
  mailbox_.StayAwake();
}

Mailbox::Turn::~Turn() { mailbox_.turn_.unlock(); }

Mailbox::Mailbox() : wake_up_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) { CHECK(wake_up_.valid()); }

void Mailbox::Post(Task task) {
  StandIn* const here = StandIn::OfThisThread();
  {
    MutexLock lock(mutex_);
    if (closed_) return;
    tasks_.push_back(std::move(task));
    if (!asleep_ || (here != nullptr && noted_by_ == here)) return;
    if (here != nullptr && noted_by_ == nullptr) {
      noted_by_ = here;
      here->Note(shared_from_this());
      return;
    }
  }
  // Also when another has noted it, who may be a while yet.
  Wake();
}

// Fails only when the counter is full: then it is readable already.
void Mailbox::Wake() {
  StayAwake();
  static_cast<void>(eventfd_write(wake_up_.get(), 1));
}

void Mailbox::SetOwner(Owner* owner) {
  MutexLock lock(turn_);
  owner_ = owner;
}

Mailbox::For Mailbox::WhoReads() {
  MutexLock lock(mutex_);
  if (!asleep_) return For::kNobody;
  noted_by_ = nullptr;
  asleep_ = false;
  return tasks_.size() <= kMostForOthers ? For::kOthers : For::kItself;
}

// Where the turn is taken, by the thread or by another that stands in for it, whoever has it may
// have looked for mail before ours came: the thread is woken, unless it waits for its turn anyway.
void Mailbox::StandInForIt() {
  const For reader = WhoReads();
  if (reader == For::kNobody) return;
  bool asleep = false;
  if (reader == For::kOthers && !turn_wanted_ && turn_.try_lock()) {
    if (owner_ != nullptr) {
      Mailbox* const own = std::exchange(mailbox_of_this_thread, this);
      owner_->ReadMail();
      // Who has more for it by now goes on having more.
      asleep = !owner_->IsStopping() && FallAsleep();
      mailbox_of_this_thread = own;
    }
    turn_.unlock();
  }
  if (!asleep && !turn_wanted_) Wake();
}

bool Mailbox::FallAsleep() {
  MutexLock lock(mutex_);
  asleep_ = tasks_.empty();
  noted_by_ = nullptr;
  return asleep_;
}

void Mailbox::StayAwake() {
  MutexLock lock(mutex_);
  asleep_ = false;
  noted_by_ = nullptr;
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
