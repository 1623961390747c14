#include "common/executor.h"

#include <pthread.h>

#include <algorithm>
#include <deque>
#include <map>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "common/broken_pipe.h"
#include "common/mutex.h"

namespace monkafka {

TimestampMs SystemClock::WallMs() const {
  using std::chrono::duration_cast;
  using std::chrono::milliseconds;
  return duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::chrono::steady_clock::time_point SystemClock::Now() const {
  return std::chrono::steady_clock::now();
}

struct WorkerPool::State {
  Mutex mutex;
  CondVar work;
  std::deque<Task> queue GUARDED_BY(mutex);
  bool stopping GUARDED_BY(mutex) = false;
  std::vector<std::thread> threads;

  void Run() {
    for (;;) {
      Task task;
      {
        MutexLock lock(mutex);
        while (queue.empty() && !stopping) work.Wait(mutex);
        if (queue.empty()) return;
        task = std::move(queue.front());
        queue.pop_front();
      }
      task();
    }
  }
};

WorkerPool::WorkerPool(int threads, std::string name) : state_(std::make_unique<State>()) {
  for (int i = 0; i < threads; ++i) {
    state_->threads.emplace_back([state = state_.get(), name] {
      pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
      BlockBrokenPipe();  // a worker may stand in for a network thread
      state->Run();
    });
  }
}

WorkerPool::~WorkerPool() { Stop(); }

void WorkerPool::Post(Task task) {
  {
    MutexLock lock(state_->mutex);
    if (state_->stopping) return;
    state_->queue.push_back(std::move(task));
  }
  state_->work.NotifyOne();
}

void WorkerPool::Stop() {
  {
    MutexLock lock(state_->mutex);
    state_->stopping = true;
  }
  state_->work.NotifyAll();
  for (std::thread& thread : state_->threads) thread.join();
  state_->threads.clear();
}

struct Strand::State : std::enable_shared_from_this<Strand::State> {
  explicit State(Executor& underlying) : executor(underlying) {}

  // At most this many tasks per turn, so that one busy strand does not keep a pool's thread.
  static constexpr int kTurn = 64;

  Executor& executor;
  Mutex mutex;
  std::deque<Task> queue GUARDED_BY(mutex);
  bool running GUARDED_BY(mutex) = false;

  void Run() {
    for (int i = 0; i < kTurn; ++i) {
      Task task;
      {
        MutexLock lock(mutex);
        if (queue.empty()) {
          running = false;
          return;
        }
        task = std::move(queue.front());
        queue.pop_front();
      }
      task();
    }
    executor.Post([self = shared_from_this()] { self->Run(); });
  }
};

Strand::Strand(Executor& executor) : state_(std::make_shared<State>(executor)) {}

Strand::~Strand() = default;

void Strand::Post(Task task) {
  {
    MutexLock lock(state_->mutex);
    state_->queue.push_back(std::move(task));
    if (state_->running) return;
    state_->running = true;
  }
  state_->executor.Post([state = state_] { state->Run(); });
}

struct TimerThread::State {
  using Time = std::chrono::steady_clock::time_point;

  explicit State(const Clock& source) : clock(source) {}

  const Clock& clock;
  Mutex mutex;
  CondVar changed;
  std::map<std::pair<Time, Id>, Task> pending GUARDED_BY(mutex);
  std::unordered_map<Id, Time> due GUARDED_BY(mutex);
  Id last_id GUARDED_BY(mutex) = 0;
  bool stopping GUARDED_BY(mutex) = false;
  // Until when the thread sleeps; while it does not sleep, the beginning of time.
  Time asleep_until GUARDED_BY(mutex) = Time::min();
  std::thread thread;

  void Run() {
    for (;;) {
      Task task;
      {
        MutexLock lock(mutex);
        for (;;) {
          if (stopping) return;
          const Time time = pending.empty() ? Time::max() : pending.begin()->first.first;
          if (time != Time::max() && time <= clock.Now()) break;
          asleep_until = time;
          if (time == Time::max()) {
            changed.Wait(mutex);
          } else {
            changed.WaitUntil(mutex, time);
          }
          asleep_until = Time::min();
        }
        const auto first = pending.begin();
        task = std::move(first->second);
        due.erase(first->first.second);
        pending.erase(first);
      }
      task();
    }
  }
};

TimerThread::TimerThread(const Clock& clock) : state_(std::make_unique<State>(clock)) {
  state_->thread = std::thread([state = state_.get()] {
    pthread_setname_np(pthread_self(), "timers");
    state->Run();
  });
}

TimerThread::~TimerThread() { Stop(); }

Timers::Id TimerThread::Schedule(std::chrono::milliseconds delay, Task task) {
  // Settings may say any number of milliseconds, of which the largest are no time of the clock.
  constexpr std::chrono::hours kLongest{24 * 365 * 100};
  const State::Time time =
      state_->clock.Now() + std::min<std::chrono::milliseconds>(delay, kLongest);
  MutexLock lock(state_->mutex);
  const Id id = ++state_->last_id;
  if (state_->stopping) return id;
  state_->due.emplace(id, time);
  state_->pending.emplace(std::pair(time, id), std::move(task));
  if (time < state_->asleep_until) {
    state_->asleep_until = time;
    state_->changed.NotifyOne();
  }
  return id;
}

bool TimerThread::Cancel(Id id) {
  Task dropped;  // destroyed after the lock is released: it may own anything
  MutexLock lock(state_->mutex);
  const auto found = state_->due.find(id);
  if (found == state_->due.end()) return false;
  const auto entry = state_->pending.find(std::pair(found->second, id));
  dropped = std::move(entry->second);
  state_->pending.erase(entry);
  state_->due.erase(found);
  return true;
}

void TimerThread::Stop() {
  {
    MutexLock lock(state_->mutex);
    state_->stopping = true;
  }
  state_->changed.NotifyOne();
  if (state_->thread.joinable()) state_->thread.join();
  std::map<std::pair<State::Time, Id>, Task> dropped;  // as in Cancel
  MutexLock lock(state_->mutex);
  dropped.swap(state_->pending);
  state_->due.clear();
}

}  // namespace monkafka
