#include "bench/loader/loop.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

namespace monkafka::bench {

Loop::Loop() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {}
Loop::~Loop() { close(epoll_); }

void Loop::Add(std::unique_ptr<Worker> worker) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLET;
  event.data.ptr = worker.get();
  epoll_ctl(epoll_, EPOLL_CTL_ADD, worker->connection().descriptor(), &event);
  workers_.push_back(std::move(worker));
}

void Loop::Send(Worker& worker, Clock::time_point now) {
  while (static_cast<int>(worker.sent_.size()) < worker.in_flight_ && worker.Due() <= now) {
    const Clock::time_point due = worker.Due();
    const Bytes frame = worker.Next();
    if (frame.empty()) break;
    worker.connection_.Queue(frame);
    worker.sent_.push_back(due == Clock::time_point::min() ? now : due);
  }
  worker.connection_.Flush();
}

void Loop::Hear(Worker& worker) {
  do {
    while (auto answer = worker.connection_.Receive()) {
      if (worker.sent_.empty()) Die("an answer to no request");
      worker.latencies_.Add(Clock::now() - std::exchange(worker.sent_.front(), {}));
      worker.sent_.pop_front();
      worker.Answered(*answer);
    }
  } while (worker.connection_.ReadSome());
}

void Loop::Wait(Clock::time_point until) {
  Clock::time_point next = until;
  for (const auto& worker : workers_) {
    if (worker->Due() != Clock::time_point::min()) next = std::min(next, worker->Due());
  }
  timespec timeout{};
  if (next != Clock::time_point::max()) {
    const auto left = std::max(Clock::duration::zero(), next - Clock::now());
    const auto nanoseconds = std::chrono::duration_cast<std::chrono::nanoseconds>(left).count();
    timeout = {nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000};
  }
  std::array<epoll_event, 256> events;
  const int count = epoll_pwait2(epoll_, events.data(), events.size(),
                                 next == Clock::time_point::max() ? nullptr : &timeout, nullptr);
  for (int i = 0; i < count; ++i) {
    auto& worker = *static_cast<Worker*>(events[static_cast<size_t>(i)].data.ptr);
    Hear(worker);
    Send(worker, Clock::now());
  }
}

void Loop::Run(Clock::time_point until) {
  for (const auto& worker : workers_) Send(*worker, Clock::now());
  while (Clock::now() < until) {
    Wait(until);
    const Clock::time_point now = Clock::now();
    for (const auto& worker : workers_) {
      const Clock::time_point due = worker->Due();
      if (due != Clock::time_point::min() && due <= now) Send(*worker, now);
    }
    if (std::ranges::all_of(workers_, [](const auto& worker) { return worker->Done(); })) return;
  }
}

}  // namespace monkafka::bench
