// The way into a network thread from outside: tasks are run there in the order they came.
//
// The thread says when it goes to sleep. Whoever posts then stands in for it (common/stand_in.h) or
// wakes it, with one write to an eventfd. While it is awake it looks by itself before it sleeps, so
// posting makes no system call: what comes while it is busy is fetched together. It is woken after
// the lock was released, as it would go back to sleep for the lock, which costs another wake-up.
//
// Shared and long-lived: a task posted after the thread ended is dropped. Post, StandInForIt and
// Wake are safe from any thread, the rest is the network thread's, and of who stands in for it.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <vector>

#include "common/executor.h"
#include "common/mutex.h"
#include "common/stand_in.h"
#include "common/unique_fd.h"

namespace monkafka::net {

class Mailbox final : public Executor,
                      public Sleeper,
                      public std::enable_shared_from_this<Mailbox> {
 public:
  // The network thread, for those who stand in for it.
  class Owner {
   public:
    virtual ~Owner() = default;
    // Runs what Take gives, and what follows from it. The caller has the turn.
    virtual void ReadMail() = 0;
    // It wants to be awake whether there is mail or not.
    virtual bool IsStopping() const = 0;
  };

  // Whoever has the turn acts as the thread: everything that is the thread's own is changed under
  // it. This is how the thread takes it, at the bottom of its stack; it stays awake from then on.
  // Unlike other mutexes this one is held over calls of others, but not over waits.
  class SCOPED_CAPABILITY Turn {
   public:
    explicit Turn(Mailbox& mailbox) ACQUIRE(mailbox.turn_);
    ~Turn() RELEASE();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    Mailbox& mailbox_;
  };

  Mailbox();

  void Post(Task task) override;
  void StandInForIt() override;
  void Wake() override;

  // From now on others may stand in for the owner; null: no more.
  void SetOwner(Owner* owner);

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

  // The mailbox of the thread that the calling one is, or stands in for; null: of none.
  static Mailbox* OfThisThread();
  void BindToThisThread();

 private:
  // More work than this is the thread's own, on a core of its own.
  static constexpr size_t kMostForOthers = 16;
  enum class For { kNobody, kOthers, kItself };

  // Who is to read the mail that a sleeping thread has; nobody, when it is awake.
  For WhoReads();

  const UniqueFd wake_up_;  // an eventfd
  Mutex turn_;
  Owner* owner_ GUARDED_BY(turn_) = nullptr;
  std::atomic<bool> turn_wanted_ = false;  // the thread itself waits for its turn
  Mutex mutex_;
  std::vector<Task> tasks_ GUARDED_BY(mutex_);
  bool asleep_ GUARDED_BY(mutex_) = false;
  // While it sleeps on: who has noted it and is to do something about it.
  const StandIn* noted_by_ GUARDED_BY(mutex_) = nullptr;
  bool closed_ GUARDED_BY(mutex_) = false;
};

}  // namespace monkafka::net
