#include "cluster/producer_ids.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace monkafka::cluster {

void ProducerIds::Next(Callback<Result<ProducerId>> done) {
  std::optional<ProducerId> id;
  bool request = false;
  {
    MutexLock lock(mutex_);
    if (next_ < end_) {
      id = next_++;
    } else {
      waiting_.push_back(std::move(done));
      request = !std::exchange(requested_, true);
    }
  }
  if (id) done(*id);  // NOLINT(bugprone-use-after-move): moved only when there is no id
  if (request) Request();
}

void ProducerIds::Request() {
  new_block_([this](Result<ProducerId> first) { OnBlock(std::move(first)); });
}

void ProducerIds::OnBlock(Result<ProducerId> first) {
  std::vector<Callback<Result<ProducerId>>> served;
  ProducerId id = 0;
  bool request = false;
  {
    MutexLock lock(mutex_);
    if (!first) {
      served.swap(waiting_);
    } else {
      next_ = *first;
      end_ = *first + kBlockSize;
      id = next_;
      const size_t count = std::min(waiting_.size(), static_cast<size_t>(kBlockSize));
      const auto last = waiting_.begin() + static_cast<std::ptrdiff_t>(count);
      served.assign(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(last));
      waiting_.erase(waiting_.begin(), last);
      next_ += static_cast<ProducerId>(count);
    }
    request = requested_ = !waiting_.empty();
  }
  for (auto& done : served) {
    if (first) {
      done(id++);
    } else {
      done(std::unexpected(first.error()));
    }
  }
  if (request) Request();
}

}  // namespace monkafka::cluster
