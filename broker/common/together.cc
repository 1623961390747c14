#include "common/together.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>

#include "common/mutex.h"

namespace monkafka {
namespace {

// A disk has little to gain from more waits at the same time.
constexpr size_t kMostHelpers = 7;

class Pieces : public std::enable_shared_from_this<Pieces> {
 public:
  Pieces(size_t count, std::function<void(size_t)> work) : count_(count), work_(std::move(work)) {}

  void Help(Executor& helpers) {
    helpers.Post([self = shared_from_this(), &helpers] {
      const size_t piece = self->next_.fetch_add(1);
      if (piece >= self->count_) return;
      self->work_(piece);
      // The caller waits for this piece, so that there still is an executor.
      self->Help(helpers);
      self->Done();
    });
  }

  void DoAll() {
    for (size_t piece = next_.fetch_add(1); piece < count_; piece = next_.fetch_add(1)) {
      work_(piece);
      Done();
    }
    MutexLock lock(mutex_);
    while (done_ < count_) all_done_.Wait(mutex_);
  }

 private:
  void Done() {
    MutexLock lock(mutex_);
    if (++done_ == count_) all_done_.NotifyAll();
  }

  const size_t count_;
  const std::function<void(size_t)> work_;
  std::atomic<size_t> next_ = 0;
  Mutex mutex_;
  CondVar all_done_;
  size_t done_ GUARDED_BY(mutex_) = 0;
};

}  // namespace

void DoTogether(Executor& helpers, size_t count, std::function<void(size_t)> work) {
  const auto pieces = std::make_shared<Pieces>(count, std::move(work));
  for (size_t i = 1; i < std::min(count, kMostHelpers + 1); ++i) pieces->Help(helpers);
  pieces->DoAll();
}

}  // namespace monkafka
