// Collects the answers of several shards, which come on different threads, and hands them over
// together, in the order of the questions.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "common/executor.h"

namespace monkafka::groups {

template <class T>
class Gather {
 public:
  // `count` > 0 answers will come. Share it with whoever sets one.
  Gather(size_t count, Callback<std::vector<T>> done)
      : left_(count), answers_(count), done_(std::move(done)) {}

  // Each index once; the last one calls `done` on its thread.
  void Set(size_t index, T answer) {
    answers_[index] = std::move(answer);
    if (left_.fetch_sub(1, std::memory_order_acq_rel) == 1) done_(std::move(answers_));
  }

 private:
  std::atomic<size_t> left_;
  std::vector<T> answers_;
  Callback<std::vector<T>> done_;
};

}  // namespace monkafka::groups
