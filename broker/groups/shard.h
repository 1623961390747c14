// One partition of __consumer_offsets with the groups that live in it: the runtime that lets the
// pure state machine (membership.h, offset_commits.h) run. It loads the state from the log, commits
// steps, and wakes for deadlines.
//
//     Loading --log read--> Active --append failed--> Failed --reload delay--> Loading
//        \--read failed--> Failed                                    any --Stop--> Stopped
//
// What a step changes is in the state at once and seen by the steps after it; what is answered
// waits until it is durable, and so do answers to readers. When an append fails the state is thrown
// away and read again from the log, which alone tells what was kept; clients see a coordinator that
// moved.
//
// Threads: everything but Post, Load and Stop runs on the shard's strand. Tasks keep the shard
// alive; the environment must outlive the `stopped` of Stop.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/executor.h"
#include "groups/append_queue.h"
#include "groups/deadline_queue.h"
#include "groups/group_map.h"
#include "groups/log_replay.h"
#include "groups/membership.h"
#include "groups/offset_commits.h"
#include "groups/offsets_topic.h"
#include "groups/options.h"
#include "groups/step.h"

namespace monkafka::groups {

struct ShardEnvironment {
  const GroupOptions& options;
  OffsetsTopic& topic;
  const Clock& clock;
  Timers& timers;
  Executor& executor;
};

class Shard : public std::enable_shared_from_this<Shard> {
 public:
  using Operation = std::move_only_function<void(Shard&)>;

  Shard(int32_t partition, const ShardEnvironment& environment);

  // --- any thread ---

  // Again: what was known is given up first.
  void Load();
  // Answers what is parked and everything later; `stopped` runs when nothing of this uses the
  // environment any more.
  void Stop(Task stopped);
  void Post(Operation operation);
  // As Post, but not while the log is being read: then when that has come to an end, whichever.
  void PostWhenLoaded(Operation operation);

  // --- on the strand, in an operation ---

  int32_t partition() const { return partition_; }
  // None when operations may use the state; else what to answer.
  ErrorCode availability() const;
  // What went wrong with the append that failed last, in words.
  const std::string& last_failure() const { return last_failure_; }

  GroupMap& groups() { return groups_; }
  Membership& membership() { return membership_; }
  OffsetCommits& offsets() { return offsets_; }

  Now now() const;
  Step NewStep();
  // Appends the step's records; the dones run later, or at once when nothing is to be waited for.
  // MESSAGE_TOO_LARGE when the records don't fit into one batch.
  void Commit(Step& step);

 private:
  enum class State { kLoading, kActive, kFailed, kStopped };

  void Run(Operation operation);
  void StartLoading();
  void ReadNext();
  void OnRead(Result<LogChunk> chunk);
  void OnLoadFailed(const Error& error);
  void Activate();

  void Apply(const Step& step, size_t index);
  void PostFlush();
  void Append(int64_t number, std::vector<uint8_t> batch);
  void OnAppended(int64_t number, const Status& status);
  void RunDones(std::vector<Step::Done> dones, ErrorCode error);
  void GiveUpState(ErrorCode error, State next);
  void ScheduleReload();

  void OnDeadlines();
  void ArmTimer();
  void DisarmTimer();

  const int32_t partition_;
  const ShardEnvironment environment_;
  Strand strand_;

  State state_ = State::kLoading;
  std::string last_failure_;
  int64_t load_number_ = 0;  // appends and reads of an earlier load are not ours any more
  std::chrono::milliseconds reload_delay_;
  std::optional<LogReplay> replay_;  // while loading
  TimePoint load_began_;

  DeadlineQueue deadlines_;  // before the groups: it outlives their deadlines
  GroupMap groups_;
  Membership membership_;
  OffsetCommits offsets_;
  Deadline expire_offsets_{Deadline::Kind::kExpireOffsets};

  std::vector<Operation> when_loaded_;
  AppendQueue appends_;
  int64_t next_order_ = 0;  // of the next record (OffsetAndMetadata::write_order)
  bool flush_posted_ = false;
  std::vector<RecordBuffer> spare_buffers_;

  Timers::Id timer_ = 0;  // 0: not armed
  int64_t timer_number_ =
      0;  // tells the armed one from those that fired before they were cancelled
  TimePoint timer_at_;
};

}  // namespace monkafka::groups
