// Deadlines of members and groups, kept inside the things they concern: when a member is gone so is
// its deadline, and nothing that fires can find something that no longer exists.
//
// Postponing costs one store: an entry that comes up early is put back at its true time. So a
// heartbeat or an offset commit moves a session's end without touching the queue.
//
// Threads: one at a time (the shard's strand). A queue outlives its deadlines.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string_view>

namespace monkafka::groups {

class ClassicGroup;
class DeadlineQueue;

using TimePoint = std::chrono::steady_clock::time_point;

class Deadline {
 public:
  enum class Kind {
    kSession,       // of a member, or of a member id that was given out and not yet used
    kJoin,          // the end of a group's join phase
    kSync,          // when members that did not sync are dropped
    kExpireOffsets  // of the shard
  };

  // What `member_id` refers to lives as long as this.
  explicit Deadline(Kind kind, ClassicGroup* group = nullptr, std::string_view member_id = {})
      : kind_(kind), group_(group), member_id_(member_id) {}
  ~Deadline();
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  Kind kind() const { return kind_; }
  ClassicGroup* group() const { return group_; }
  std::string_view member_id() const { return member_id_; }

 private:
  friend class DeadlineQueue;
  using Entries = std::multimap<TimePoint, Deadline*>;

  const Kind kind_;
  ClassicGroup* const group_;
  const std::string_view member_id_;

  TimePoint at_{};
  DeadlineQueue* queue_ = nullptr;  // null: not set
  Entries::iterator entry_;         // at or before at_
};

class DeadlineQueue {
 public:
  DeadlineQueue() = default;
  DeadlineQueue(const DeadlineQueue&) = delete;
  DeadlineQueue& operator=(const DeadlineQueue&) = delete;

  // Replaces the time it had.
  void Set(Deadline& deadline, TimePoint at);
  void Cancel(Deadline& deadline);

  // When PopDue must be called at the latest (it may then have nothing); nullopt: no deadline.
  std::optional<TimePoint> NextWake() const;
  // The next one that is due, no longer in the queue; null when none is.
  Deadline* PopDue(TimePoint now);

  size_t size() const { return entries_.size(); }

 private:
  Deadline::Entries entries_;
};

}  // namespace monkafka::groups
