// A mutex that clang's thread-safety analysis understands. Members guarded by it are marked
// GUARDED_BY(mutex_), private functions that expect it held are marked REQUIRES(mutex_).
// Short critical sections only: no I/O wait and no callback is made while one is held.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define MONKAFKA_ANNOTATION(x) __attribute__((x))
#else
#define MONKAFKA_ANNOTATION(x)
#endif

// Abseil, which gRPC's headers bring in, has macros of these names too.
#undef GUARDED_BY
#undef PT_GUARDED_BY
#undef NO_THREAD_SAFETY_ANALYSIS

#define CAPABILITY(x) MONKAFKA_ANNOTATION(capability(x))
#define SCOPED_CAPABILITY MONKAFKA_ANNOTATION(scoped_lockable)
#define GUARDED_BY(x) MONKAFKA_ANNOTATION(guarded_by(x))
#define PT_GUARDED_BY(x) MONKAFKA_ANNOTATION(pt_guarded_by(x))
#define REQUIRES(...) MONKAFKA_ANNOTATION(requires_capability(__VA_ARGS__))
#define EXCLUDES(...) MONKAFKA_ANNOTATION(locks_excluded(__VA_ARGS__))
#define ACQUIRE(...) MONKAFKA_ANNOTATION(acquire_capability(__VA_ARGS__))
#define TRY_ACQUIRE(...) MONKAFKA_ANNOTATION(try_acquire_capability(__VA_ARGS__))
#define RELEASE(...) MONKAFKA_ANNOTATION(release_capability(__VA_ARGS__))
#define NO_THREAD_SAFETY_ANALYSIS MONKAFKA_ANNOTATION(no_thread_safety_analysis)

namespace monkafka {

class CAPABILITY("mutex") Mutex {
 public:
  void lock() ACQUIRE() { mutex_.lock(); }
  bool try_lock() TRY_ACQUIRE(true) { return mutex_.try_lock(); }
  void unlock() RELEASE() { mutex_.unlock(); }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

class SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  ~MutexLock() RELEASE() { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// Waits release and re-acquire the mutex, which the analysis need not see. Notify with the mutex
// released where that can be had: who is woken needs it.
class CondVar {
 public:
  void Wait(Mutex& mutex) REQUIRES(mutex) {
    std::unique_lock<std::mutex> held(mutex.mutex_, std::adopt_lock);
    condition_.wait(held);
    static_cast<void>(held.release());
  }
  // Returns false when the time was reached.
  bool WaitUntil(Mutex& mutex, std::chrono::steady_clock::time_point time) REQUIRES(mutex) {
    std::unique_lock<std::mutex> held(mutex.mutex_, std::adopt_lock);
    const std::cv_status status = condition_.wait_until(held, time);
    static_cast<void>(held.release());
    return status == std::cv_status::no_timeout;
  }
  void NotifyOne() { condition_.notify_one(); }
  void NotifyAll() { condition_.notify_all(); }

 private:
  // Not of the kind `any`, which locks a mutex of its own in each call: whoever is woken would go
  // back to sleep until the notifier has left it.
  std::condition_variable condition_;
};

}  // namespace monkafka
