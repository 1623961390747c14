// Ctrl-C during long work: the work is told to stop, then says where to resume. A second Ctrl-C
// ends the process at once.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <streambuf>
#include <thread>

namespace monkafka::cli {

// While it lives, SIGINT and SIGTERM call `on_interrupt`, once, on a thread of its own. One at a
// time.
class InterruptWatch {
 public:
  explicit InterruptWatch(std::function<void()> on_interrupt);
  ~InterruptWatch();
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;

  bool interrupted() const { return interrupted_.load(std::memory_order_acquire); }

 private:
  void Wait();

  std::function<void()> on_interrupt_;
  std::atomic<bool> interrupted_ = false;
  std::thread thread_;
};

// Reads a descriptor, such as stdin. While there is an InterruptWatch, a signal ends the input,
// also when it is waited for: a read by itself would go on.
class InterruptibleInput : public std::streambuf {
 public:
  explicit InterruptibleInput(int fd) : fd_(fd) {}

 protected:
  int_type underflow() override;

 private:
  const int fd_;
  std::array<char, 64 << 10> buffer_{};
};

}  // namespace monkafka::cli
