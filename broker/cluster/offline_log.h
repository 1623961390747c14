// The log of a partition whose files could not be created or opened: the topic exists, its records
// cannot be reached. Every call answers KAFKA_STORAGE_ERROR with the reason; other partitions work.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "storage/partition_log.h"

namespace monkafka::cluster {

class OfflineLog final : public storage::PartitionLog {
 public:
  explicit OfflineLog(std::string reason) : reason_(std::move(reason)) {}

  void Append(storage::AppendRequest, Callback<storage::AppendOutcome> done) override {
    storage::AppendOutcome outcome;
    outcome.error = ErrorCode::kKafkaStorageError;
    outcome.message = reason_;
    done(std::move(outcome));
  }
  void Flush(Callback<Status> done) override { done(Failure()); }
  void Read(storage::ReadRequest, Callback<Result<storage::ReadOutcome>> done) override {
    done(Failure());
  }
  Result<std::vector<storage::AbortedTxn>> AbortedTxns(Offset, Offset) override {
    return Failure();
  }
  void FindByTimestamp(TimestampMs, Offset,
                       Callback<Result<std::optional<storage::TimestampedOffset>>> done) override {
    done(Failure());
  }
  void FindMaxTimestamp(Callback<Result<std::optional<storage::TimestampedOffset>>> done) override {
    done(Failure());
  }
  void ListSegmentOffsets(Callback<Result<std::vector<storage::SegmentOffset>>> done) override {
    done(Failure());
  }
  storage::EpochEnd EndOfEpoch(LeaderEpoch) override { return {}; }
  std::optional<LeaderEpoch> EpochAt(Offset) override { return std::nullopt; }
  void DeleteRecordsBefore(Offset, Callback<Result<Offset>> done) override { done(Failure()); }
  storage::LogOffsets Offsets() const override { return {}; }
  Status Availability() const override { return Failure(); }
  std::vector<storage::ActiveProducer> ActiveProducers() override { return {}; }
  int64_t SizeInBytes() const override { return 0; }
  RateMeter::Rate AppendRate() const override { return {}; }
  Result<storage::LogFiles> Files() const override { return Failure(); }
  storage::LogConfig Config() const override { return {}; }
  void Reconfigure(const storage::LogConfig&) override {}

 private:
  std::unexpected<Error> Failure() const { return Fail(ErrorCode::kKafkaStorageError, reason_); }

  const std::string reason_;
};

}  // namespace monkafka::cluster
