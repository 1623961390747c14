#include "cli/interrupt.h"

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
  signals = 0;
  thread_ = std::thread([this] { Wait(); });
  SetHandler(HandleSignal);
}

InterruptWatch::~InterruptWatch() {
  SetHandler(SIG_DFL);
  [[maybe_unused]] ssize_t written = write(event_fd.load(), &kQuit, sizeof kQuit);
  thread_.join();
  close(event_fd.exchange(-1));
}

void InterruptWatch::Wait() {
  while (true) {
    uint64_t events = 0;
    if (read(event_fd.load(), &events, sizeof events) < 0) {
      if (errno == EINTR) continue;
      return;
    }
    if (events % kQuit > 0 && !interrupted_.exchange(true)) on_interrupt_();
    if (events >= kQuit) return;
  }
}

}  // namespace monkafka::cli
