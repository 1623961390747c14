// Ctrl-C during long work: the work is told to stop, then says where to resume. A second Ctrl-C,
// not just the first one that arrives twice, ends the process at once.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <streambuf>
#include <thread>
#include <utility>

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
// also when it is waited for: a read by itself would go on. A Failure, of reading or of what is
// called before waiting, comes out of a stream that has exceptions(std::ios::badbit).
class InterruptibleInput : public std::streambuf {
 public:
  explicit InterruptibleInput(int fd) : fd_(fd) {}

  // Called when nothing more is there for the moment, before it is waited for. May be empty.
  void set_before_waiting(std::function<void()> call) { before_waiting_ = std::move(call); }

 protected:
  int_type underflow() override;

 private:
  const int fd_;
  std::function<void()> before_waiting_;
  std::array<char, 64 << 10> buffer_{};
};

}  // namespace monkafka::cli
