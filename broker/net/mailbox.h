// The way into a network thread from outside: tasks are run there in the order they came. What is
// posted while the thread is busy is fetched together, with one wake-up.
//
// Shared and long-lived: a task posted after the thread ended is dropped. Safe from any thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <vector>

#include "common/executor.h"
#include "common/mutex.h"

namespace monkafka::net {

class Mailbox final : public Executor {
 public:
  // `deliver` is run on the io_context's thread whenever tasks wait for Take.
  Mailbox(boost::asio::io_context& io, std::function<void()> deliver);

  void Post(Task task) override;
  std::vector<Task> Take();
  // Later posts are dropped, and neither the io_context nor `deliver` is touched any more. Returns
  // what was not taken, to be dropped by the caller.
  std::vector<Task> Close();

  // The mailbox of the calling thread; null when it is not a network thread.
  static Mailbox* OfThisThread();
  void BindToThisThread();

 private:
  Mutex mutex_;
  boost::asio::io_context* io_ GUARDED_BY(mutex_);  // null: closed
  const std::function<void()> deliver_;
  std::vector<Task> tasks_ GUARDED_BY(mutex_);
};

}  // namespace monkafka::net
