// A partition log of which a test sets what it needs; everything completes at once unless the test
// holds it back.
#pragma once

#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "storage/partition_log.h"

namespace monkafka::fakes {

class StubLog final : public storage::PartitionLog {
 public:
  // What Read finds; offsets.log_end is the test's to set (Put does).
  struct Batch {
    Offset base = 0;
    Offset last = 0;
    std::vector<uint8_t> bytes;
  };

  storage::LogOffsets offsets;
  Status availability;
  storage::AppendOutcome next_outcome;
  int records_per_append = 1;
  bool complete_later = false;
  std::vector<storage::AppendRequest> appended;
  std::vector<Callback<storage::AppendOutcome>> pending;
  std::vector<storage::LogConfig> configs;

  std::vector<Batch> batches;
  std::vector<storage::ReadRequest> reads;
  bool hold_reads = false;  // until RunReads
  std::vector<storage::AbortedTxn> aborted;
  std::optional<storage::TimestampedOffset> found;  // by time
  std::vector<storage::SegmentOffset> segment_offsets;
  storage::EpochEnd end_of_epoch;
  std::vector<storage::ActiveProducer> producers;
  RateMeter::Rate append_rate;

  // One batch of so many records and bytes at the end, committed.
  void Put(int records, size_t bytes) {
    batches.push_back({offsets.log_end, offsets.log_end + records - 1,
                       std::vector<uint8_t>(bytes, static_cast<uint8_t>('a' + batches.size()))});
    offsets.log_end += records;
    offsets.last_stable = offsets.log_end;
  }

  void Append(storage::AppendRequest request, Callback<storage::AppendOutcome> done) override {
    const size_t size = request.batches.bytes.size();
    appended.push_back(std::move(request));
    if (next_outcome.error == ErrorCode::kNone) Put(records_per_append, size);
    if (complete_later) {
      pending.push_back(std::move(done));
    } else {
      done(next_outcome);
    }
  }
  void CompleteAppends() {
    for (auto& done : std::exchange(pending, {})) done(next_outcome);
  }
  void Flush(Callback<Status> done) override { done({}); }

  void Read(storage::ReadRequest request, Callback<Result<storage::ReadOutcome>> done) override {
    reads.push_back(request);
    if (hold_reads) {
      held_reads_.push_back(
          [this, request, done = std::move(done)]() mutable { done(ReadNow(request)); });
    } else {
      done(ReadNow(request));
    }
  }
  void RunReads() {
    for (auto& read : std::exchange(held_reads_, {})) read();
  }

  Result<std::vector<storage::AbortedTxn>> AbortedTxns(Offset from, Offset to) override {
    aborted_asked = {from, to};
    return aborted;
  }
  std::pair<Offset, Offset> aborted_asked;

  void FindByTimestamp(TimestampMs, Offset,
                       Callback<Result<std::optional<storage::TimestampedOffset>>> done) override {
    done(found);
  }
  void FindMaxTimestamp(Callback<Result<std::optional<storage::TimestampedOffset>>> done) override {
    done(found);
  }
  void ListSegmentOffsets(Callback<Result<std::vector<storage::SegmentOffset>>> done) override {
    done(segment_offsets);
  }
  storage::EpochEnd EndOfEpoch(LeaderEpoch) override { return end_of_epoch; }
  std::optional<LeaderEpoch> EpochAt(Offset) override { return std::nullopt; }
  void DeleteRecordsBefore(Offset offset, Callback<Result<Offset>> done) override {
    offsets.log_start = offset;
    done(offset);
  }
  storage::LogOffsets Offsets() const override { return offsets; }
  Status Availability() const override { return availability; }
  std::vector<storage::ActiveProducer> ActiveProducers() override { return producers; }
  Result<storage::LogFiles> Files() const override { return Fail(ErrorCode::kKafkaStorageError); }
  int64_t SizeInBytes() const override { return 0; }
  RateMeter::Rate AppendRate() const override { return append_rate; }
  storage::LogConfig Config() const override {
    return configs.empty() ? storage::LogConfig{} : configs.back();
  }
  void Reconfigure(const storage::LogConfig& config) override { configs.push_back(config); }

 private:
  Result<storage::ReadOutcome> ReadNow(const storage::ReadRequest& request) const {
    if (!availability) return std::unexpected(availability.error());
    if (request.offset < offsets.log_start || request.offset > offsets.log_end) {
      return Fail(ErrorCode::kOffsetOutOfRange);
    }
    storage::ReadOutcome outcome;
    outcome.next_offset = request.offset;
    for (const Batch& batch : batches) {
      if (batch.last < request.offset) continue;
      if (batch.last >= request.upper_bound) break;
      const int64_t size = outcome.records.size() + static_cast<int64_t>(batch.bytes.size());
      const bool at_least_this = request.at_least_one_batch && outcome.records.empty();
      if (size > request.max_bytes && !at_least_this) break;
      outcome.records.Add(batch.bytes);
      outcome.next_offset = batch.last + 1;
    }
    return outcome;
  }

  std::vector<std::move_only_function<void()>> held_reads_;
};

}  // namespace monkafka::fakes
