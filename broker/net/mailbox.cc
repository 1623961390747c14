#include "net/mailbox.h"

#include <boost/asio/post.hpp>
#include <utility>

namespace monkafka::net {
namespace {

thread_local Mailbox* mailbox_of_this_thread = nullptr;

}  // namespace

Mailbox::Mailbox(boost::asio::io_context& io, std::function<void()> deliver)
    : io_(&io), deliver_(std::move(deliver)) {}

void Mailbox::Post(Task task) {
  MutexLock lock(mutex_);
  if (io_ == nullptr) return;
  tasks_.push_back(std::move(task));
  if (tasks_.size() == 1) boost::asio::post(*io_, [this] { deliver_(); });
}

std::vector<Task> Mailbox::Take() {
  MutexLock lock(mutex_);
  return std::exchange(tasks_, {});
}

std::vector<Task> Mailbox::Close() {
  MutexLock lock(mutex_);
  io_ = nullptr;
  return std::exchange(tasks_, {});
}

Mailbox* Mailbox::OfThisThread() { return mailbox_of_this_thread; }

void Mailbox::BindToThisThread() { mailbox_of_this_thread = this; }

}  // namespace monkafka::net
