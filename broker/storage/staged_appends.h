// Appends that passed every check and wait for the one write that takes them all into a log.
//
// What is staged is not in the log: its offsets are given, but log end, producers, indexes and
// leader epochs move only once it is written, so that a write that fails has changed nothing. What
// the next append is checked against is the log with the staged ones behind it: after() and
// StagedProducers say how that looks.
//
// Threads: none; lives while the log's mutex is held.
#pragma once

#include <boost/container/small_vector.hpp>
#include <span>

#include "storage/prepared_append.h"
#include "storage/producer_state.h"

namespace monkafka::storage {

// Producers as they will be once what is staged is in the log.
class StagedProducers {
 public:
  // Null: neither the log nor what is staged knows it.
  const ProducerEntry* Find(const ProducerState& logged, ProducerId id) const;
  // The batch, whose offsets are final, was staged.
  void ApplyData(const ProducerState& logged, const BatchInfo& batch);
  size_t count() const { return changed_.size(); }

 private:
  // Looked through one by one: a group has few producers (StagedAppends::kMaxProducers).
  boost::container::small_vector<ProducerEntry, 1> changed_;
};

// One of several appends that a log was given together.
struct GroupedAppend {
  PreparedAppend append;
  Callback<AppendOutcome> done;
  AppendOutcome outcome;
};

class StagedAppends {
 public:
  // More than this is not staged together: it is checked and written while the log's mutex is held.
  static constexpr int64_t kMaxBytes = 1024 * 1024;
  static constexpr size_t kMaxProducers = 16;

  explicit StagedAppends(Offset log_end) : end_(log_end) {}

  // The append, whose batches have their offsets, goes with the next write.
  void Add(GroupedAppend& grouped, const ProducerState& logged);

  bool empty() const { return appends_.empty(); }
  std::span<GroupedAppend* const> appends() const { return {appends_.data(), appends_.size()}; }
  // Where the log will end.
  Offset end() const { return end_; }
  int64_t bytes() const { return bytes_; }
  int64_t batches() const { return batches_; }
  TimestampMs max_timestamp() const { return max_timestamp_; }
  const StagedProducers& producers() const { return producers_; }

 private:
  boost::container::small_vector<GroupedAppend*, 8> appends_;
  Offset end_;
  int64_t bytes_ = 0;
  int64_t batches_ = 0;
  TimestampMs max_timestamp_ = kNoTimestamp;
  StagedProducers producers_;
};

}  // namespace monkafka::storage
