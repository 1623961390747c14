// Fetch sessions (KIP-227): the broker remembers which partitions a consumer fetches and what it
// was told of them, so that requests and replies only say what changed.
//
// A session's epoch counts its fetches: 0 asks for a new session, -1 ends one, in between each
// fetch carries the next number (after INT32_MAX comes 1).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "cluster/partition.h"
#include "common/executor.h"
#include "common/mutex.h"
#include "protocol/fetch.h"

namespace monkafka::services {

inline constexpr int32_t kNoFetchSession = 0;     // session_id
inline constexpr int32_t kInitialFetchEpoch = 0;  // session_epoch
inline constexpr int32_t kFinalFetchEpoch = -1;

constexpr int32_t NextFetchEpoch(int32_t epoch) { return epoch == INT32_MAX ? 1 : epoch + 1; }

// One partition of a session: how it is fetched, and what the client knows of it.
struct FetchSessionPartition {
  // In a session that uses topic ids: the topic's name once it was found, null before.
  std::shared_ptr<const std::string> topic = {};
  Uuid topic_id = {};  // zero in a session that uses names
  protocol::FetchRequest::Partition asked = {};
  Offset high_watermark = -1;                  // as last sent
  Offset log_start = -1;                       // as last sent
  std::weak_ptr<cluster::Partition> led = {};  // as last found; an idle session keeps no log open
};

class FetchSession {
 public:
  FetchSession(int32_t session_id, bool with_topic_ids)
      : id(session_id), uses_topic_ids(with_topic_ids) {}

  const int32_t id;
  const bool uses_topic_ids;

  // Guards everything below, for the short time in which a request or a reply is matched with it.
  Mutex mutex;
  using Partitions = std::list<FetchSessionPartition>;
  // In the order in which they are fetched: those that were sent data go to the end, so that each
  // gets its turn (KIP-74).
  Partitions partitions GUARDED_BY(mutex);
  int32_t epoch GUARDED_BY(mutex) = NextFetchEpoch(kInitialFetchEpoch);  // expected next

  // Replaces what is asked of a partition that is there.
  void Add(FetchSessionPartition partition) REQUIRES(mutex);
  // Adds, changes and forgets what the request says.
  void Apply(const protocol::FetchRequest& request) REQUIRES(mutex);

 private:
  struct Key {
    Uuid topic_id;
    std::string_view topic;
    int32_t partition;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    size_t operator()(const Key& key) const noexcept {
      const size_t topic = key.topic.empty() ? std::hash<Uuid>{}(key.topic_id)
                                             : std::hash<std::string_view>{}(key.topic);
      return topic * 31 + static_cast<size_t>(key.partition);
    }
  };
  Key KeyOf(const FetchSessionPartition& partition) const;

  std::unordered_map<Key, Partitions::iterator, KeyHash> index_ GUARDED_BY(mutex);
};

// The sessions of this broker, a limited number. When it is full, a new session takes the place of
// one that was not used for two minutes, or of a smaller one that has existed for so long; if there
// is none, the client is given no session and goes on sending whole fetches.
//
// Threads: any.
class FetchSessionCache {
 public:
  static constexpr std::chrono::minutes kEvictionTime{2};

  FetchSessionCache(size_t slots, const Clock& clock) : slots_(slots), clock_(clock) {}

  // Null when there is none.
  std::shared_ptr<FetchSession> Find(int32_t id) EXCLUDES(mutex_);
  // A new session that will hold so many partitions, or null when there is no room.
  std::shared_ptr<FetchSession> Create(bool uses_topic_ids, size_t partitions) EXCLUDES(mutex_);
  // It was used, and has now so many partitions.
  void Touch(int32_t id, size_t partitions) EXCLUDES(mutex_);
  void Remove(int32_t id) EXCLUDES(mutex_);
  size_t size() const EXCLUDES(mutex_);

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Entry {
    std::shared_ptr<FetchSession> session;
    size_t partitions = 0;
    Time created;
    Time used;
    std::list<int32_t>::iterator place;  // in by_use_
  };
  using Entries = std::unordered_map<int32_t, Entry>;

  bool MakeRoom(size_t partitions) REQUIRES(mutex_);
  int32_t NewId() const REQUIRES(mutex_);
  void Erase(Entries::iterator entry) REQUIRES(mutex_);

  const size_t slots_;
  const Clock& clock_;
  mutable Mutex mutex_;
  Entries entries_ GUARDED_BY(mutex_);
  std::list<int32_t> by_use_ GUARDED_BY(mutex_);  // the longest unused first
};

}  // namespace monkafka::services
