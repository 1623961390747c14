// Producer ids that were never given out before: handed out from a block that the metadata log
// recorded as used before the first of it was (KIP-730). What is left of a block at a crash is
// lost.
//
// Threads: any.
#pragma once

#include <functional>
#include <vector>

#include "common/executor.h"
#include "common/mutex.h"
#include "common/result.h"
#include "common/types.h"

namespace monkafka::cluster {

class ProducerIds {
 public:
  static constexpr ProducerId kBlockSize = 1000;

  // Makes the next block durable and gives its first id.
  using NewBlock = std::function<void(Callback<Result<ProducerId>>)>;
  explicit ProducerIds(NewBlock new_block) : new_block_(std::move(new_block)) {}

  void Next(Callback<Result<ProducerId>> done) EXCLUDES(mutex_);

 private:
  void Request();
  void OnBlock(Result<ProducerId> first) EXCLUDES(mutex_);

  const NewBlock new_block_;
  Mutex mutex_;
  ProducerId next_ GUARDED_BY(mutex_) = 0;
  ProducerId end_ GUARDED_BY(mutex_) = 0;
  bool requested_ GUARDED_BY(mutex_) = false;
  std::vector<Callback<Result<ProducerId>>> waiting_ GUARDED_BY(mutex_);
};

}  // namespace monkafka::cluster
