#include "admin/replay_cache.h"

#include <utility>

namespace monkafka::admin {
namespace {

bool IsKept(const Outcome<ReplayCache::Answer>& answer) {
  return answer || answer.error().reason == kCallerGaveUp;
}

}  // namespace

Outcome<ReplayCache::Answer> ReplayCache::Run(const Key& key, uint64_t request_hash,
                                              const std::function<Outcome<Answer>()>& run,
                                              bool& replayed) {
  const auto entry = std::make_shared<Entry>();
  entry->request_hash = request_hash;
  {
    MutexLock lock(mutex_);
    while (!by_age_.empty() && clock_.Now() - by_age_.front().since >= kKept) DropOldest();
    for (auto found = entries_.find(key); found != entries_.end(); found = entries_.find(key)) {
      const EntryPtr earlier = found->second;
      if (auto answer = Replay(key, earlier, request_hash)) {
        replayed = IsKept(*answer);
        return *std::move(answer);
      }
    }
    entries_.emplace(key, entry);
  }
  Outcome<Answer> answer = run();
  MutexLock lock(mutex_);
  if (IsKept(answer)) {
    Keep(key, entry, answer);
  } else {
    entry->failed = true;
    entries_.erase(key);
  }
  changed_.NotifyAll();
  return answer;
}

std::optional<Outcome<ReplayCache::Answer>> ReplayCache::Replay(const Key& key,
                                                                const EntryPtr& entry,
                                                                uint64_t request_hash) {
  if (entry->request_hash != request_hash) {
    Failure failure = FailField("request_id", std::get<2>(key) +
                                                  " was used for another request; "
                                                  "each needs its own")
                          .error();
    failure.reason = "REQUEST_ID_REUSED";
    return std::unexpected(std::move(failure));
  }
  while (!entry->done && !entry->failed) changed_.Wait(mutex_);
  if (entry->failed) return std::nullopt;
  return entry->answer;
}

void ReplayCache::Keep(const Key& key, const EntryPtr& entry, Outcome<Answer> answer) {
  entry->done = true;
  entry->answer = std::move(answer);
  bytes_ += entry->bytes();
  by_age_.push_back({clock_.Now(), key, entry});
  while (by_age_.size() > kMaxEntries || (bytes_ > kMaxBytes && by_age_.size() > 1)) DropOldest();
}

void ReplayCache::DropOldest() {
  const Age oldest = std::move(by_age_.front());
  by_age_.pop_front();
  bytes_ -= oldest.entry->bytes();
  entries_.erase(oldest.key);
}

}  // namespace monkafka::admin
