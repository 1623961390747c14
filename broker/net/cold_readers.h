// The connections whose replies come from the disk. What it reads ahead for them is in the page
// cache until it is sent, so they share what there may be of it. Safe from any thread.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

namespace monkafka::net {

class ColdReaders {
 public:
  // One of them, for as long as it lives.
  class Place {
   public:
    explicit Place(std::shared_ptr<ColdReaders> readers) : readers_(std::move(readers)) {
      readers_->count_.fetch_add(1, std::memory_order_relaxed);
    }
    Place(Place&&) = default;
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (readers_) readers_->count_.fetch_sub(1, std::memory_order_relaxed);
    }

   private:
    std::shared_ptr<ColdReaders> readers_;
  };

  // How many bytes may be read ahead for each.
  int64_t Share() const {
    const int64_t readers = std::max(1, count_.load(std::memory_order_relaxed));
    return std::min(kMostForOne, kForAll / readers);
  }

 private:
  static constexpr int64_t kForAll = 128 * 1024 * 1024;
  // Enough that the disk goes on while a reply is sent and the next request is on its way.
  static constexpr int64_t kMostForOne = 4 * 1024 * 1024;

  std::atomic<int> count_ = 0;
};

}  // namespace monkafka::net
