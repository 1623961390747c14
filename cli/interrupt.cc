#include "cli/interrupt.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace monkafka::cli {
namespace {

constexpr uint64_t kSignal = 1;
constexpr uint64_t kQuit = uint64_t{1} << 32;
constexpr int kExitCodeOfSigint = 130;

std::atomic<int> event_fd = -1;
std::atomic<int> input_fd = -1;  // readable once there was a signal
std::atomic<int> signals = 0;

void HandleSignal(int) {
  if (signals.fetch_add(1) > 0) _exit(kExitCodeOfSigint);
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
  signals = 0;
  thread_ = std::thread([this] { Wait(); });
  SetHandler(HandleSignal);
}

InterruptWatch::~InterruptWatch() {
  SetHandler(SIG_DFL);
  [[maybe_unused]] ssize_t written = write(event_fd.load(), &kQuit, sizeof kQuit);
  thread_.join();
  close(event_fd.exchange(-1));
  close(input_fd.exchange(-1));
}

InterruptibleInput::int_type InterruptibleInput::underflow() {
  while (true) {
    pollfd ready[] = {{.fd = fd_, .events = POLLIN, .revents = 0},
                      {.fd = input_fd.load(), .events = POLLIN, .revents = 0}};
    if (poll(ready, 2, -1) < 0 && errno != EINTR) return traits_type::eof();
    if (ready[1].revents != 0) return traits_type::eof();
    if (ready[0].revents == 0) continue;
    const ssize_t bytes = read(fd_, buffer_.data(), buffer_.size());
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes <= 0) return traits_type::eof();
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
