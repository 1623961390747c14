#include "cli/interrupt.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>

#include "cli/failure.h"

namespace monkafka::cli {
namespace {

constexpr uint64_t kSignal = 1;
constexpr uint64_t kQuit = uint64_t{1} << 32;
constexpr int kExitCodeOfSigint = 130;

std::atomic<int> event_fd = -1;
std::atomic<int> input_fd = -1;          // readable once there was a signal
std::atomic<bool> stopping = false;      // since the watch began
std::atomic<int64_t> stopped_at_ms = 0;  // by the last signal that began to stop something

int64_t NowMs() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

// One wish to stop may come as two signals: a terminal and `timeout` signal the group, and whoever
// passes a signal on does so again.
void HandleSignal(int) {
  constexpr int64_t kSameWishMs = 300;
  const int64_t now = NowMs();
  if (now - stopped_at_ms < kSameWishMs) return;
  if (stopping.exchange(true)) _exit(kExitCodeOfSigint);
  stopped_at_ms = now;
  int saved = errno;
  [[maybe_unused]] ssize_t written = write(event_fd.load(), &kSignal, sizeof kSignal);
  errno = saved;
}

void SetHandler(void (*handler)(int)) {
  struct sigaction action{};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

InterruptWatch::InterruptWatch(std::function<void()> on_interrupt)
    : on_interrupt_(std::move(on_interrupt)) {
  event_fd = eventfd(0, EFD_CLOEXEC);
  input_fd = eventfd(0, EFD_CLOEXEC);
  stopping = false;
  thread_ = std::thread([this] { Wait(); });
  SetHandler(HandleSignal);
}

InterruptWatch::~InterruptWatch() {
  // What has been stopped says where, and is not ended before that by the same wish.
  if (!stopping) SetHandler(SIG_DFL);
  [[maybe_unused]] ssize_t written = write(event_fd.load(), &kQuit, sizeof kQuit);
  thread_.join();
  close(event_fd.exchange(-1));
  close(input_fd.exchange(-1));
}

InterruptibleInput::int_type InterruptibleInput::underflow() {
  constexpr int kLingerMs = 5;  // of who writes line by line the next is about to come
  bool told = before_waiting_ == nullptr;
  while (true) {
    pollfd ready[] = {{.fd = fd_, .events = POLLIN, .revents = 0},
                      {.fd = input_fd.load(), .events = POLLIN, .revents = 0}};
    const int count = poll(ready, 2, told ? -1 : kLingerMs);
    if (count < 0 && errno != EINTR) return traits_type::eof();
    if (ready[1].revents != 0) return traits_type::eof();
    if (count == 0) {
      told = true;
      before_waiting_();
    }
    if (ready[0].revents == 0) continue;
    const ssize_t bytes = read(fd_, buffer_.data(), buffer_.size());
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes < 0) {
      throw Failure(std::string("the input cannot be read: ") + std::strerror(errno),
                    "is what it comes from still there?");
    }
    if (bytes == 0) return traits_type::eof();
    setg(buffer_.data(), buffer_.data(), buffer_.data() + bytes);
    return traits_type::to_int_type(buffer_.front());
  }
}

void InterruptWatch::Wait() {
  while (true) {
    uint64_t events = 0;
    if (read(event_fd.load(), &events, sizeof events) < 0) {
      if (errno == EINTR) continue;
      return;
    }
    if (events % kQuit > 0 && !interrupted_.exchange(true)) {
      [[maybe_unused]] ssize_t written = write(input_fd.load(), &kSignal, sizeof kSignal);
      on_interrupt_();
    }
    if (events >= kQuit) return;
  }
}

}  // namespace monkafka::cli
