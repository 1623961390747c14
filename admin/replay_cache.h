// Answers of changes that were made, for clients that ask again with the same request_id (AIP-155)
// because they did not get the answer. Bounded in number, bytes and time; what fails is forgotten
// at once, so that it can be tried again. What its caller gave up on (kCallerGaveUp) has not
// failed: it is not run a second time, but answered as before. Threads: any.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>

#include "admin/port/failure.h"
#include "common/executor.h"
#include "common/mutex.h"

namespace monkafka::admin {

// Not inside the class: there a default of a member cannot be used before the class is complete.
struct ReplayAnswer {
  std::string response;
  std::string audit_outcome = "OK";  // of the change; the audit tells it of each repetition
};

class ReplayCache {
 public:
  using Answer = ReplayAnswer;

  static constexpr std::chrono::minutes kKept{10};
  static constexpr size_t kMaxEntries = 4096;
  static constexpr size_t kMaxBytes = 4 << 20;

  using Key = std::tuple<std::string, std::string, std::string>;  // principal, method, request_id

  explicit ReplayCache(const Clock& clock) : clock_(clock) {}

  // Runs `run` unless that has been done under this key; then answers with what it was answered
  // with, waiting if it is under way. REQUEST_ID_REUSED when the hashes differ.
  Outcome<Answer> Run(const Key& key, uint64_t request_hash,
                      const std::function<Outcome<Answer>()>& run, bool& replayed);

 private:
  struct Entry {
    uint64_t request_hash = 0;
    bool done = false;
    bool failed = false;
    Outcome<Answer> answer;

    size_t bytes() const { return answer ? answer->response.size() : 0; }
  };
  using EntryPtr = std::shared_ptr<Entry>;
  struct Age {
    std::chrono::steady_clock::time_point since;
    Key key;
    EntryPtr entry;
  };

  // nullopt: the one that was under way has failed.
  std::optional<Outcome<Answer>> Replay(const Key& key, const EntryPtr& entry,
                                        uint64_t request_hash) REQUIRES(mutex_);
  void Keep(const Key& key, const EntryPtr& entry, Outcome<Answer> answer) REQUIRES(mutex_);
  void DropOldest() REQUIRES(mutex_);

  const Clock& clock_;
  Mutex mutex_;
  CondVar changed_;
  std::map<Key, EntryPtr> entries_ GUARDED_BY(mutex_);
  std::deque<Age> by_age_ GUARDED_BY(mutex_);  // those that are done
  size_t bytes_ GUARDED_BY(mutex_) = 0;
};

}  // namespace monkafka::admin
