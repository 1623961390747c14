// A partition log of which a test sets what it needs; everything completes at once.
#pragma once

#include <utility>
#include <vector>

#include "storage/partition_log.h"

namespace monkafka::fakes {

class StubLog final : public storage::PartitionLog {
 public:
  storage::LogOffsets offsets;
  Status availability;
  storage::AppendOutcome next_outcome;
  int records_per_append = 1;
  bool complete_later = false;
  std::vector<storage::AppendRequest> appended;
  std::vector<Callback<storage::AppendOutcome>> pending;
  std::vector<storage::LogConfig> configs;

  void Append(storage::AppendRequest request, Callback<storage::AppendOutcome> done) override {
    appended.push_back(std::move(request));
    if (next_outcome.error == ErrorCode::kNone) offsets.log_end += records_per_append;
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
  void Read(storage::ReadRequest, Callback<Result<storage::ReadOutcome>> done) override {
    done(storage::ReadOutcome{});
  }
  Result<std::vector<storage::AbortedTxn>> AbortedTxns(Offset, Offset) override {
    return std::vector<storage::AbortedTxn>{};
  }
  void FindByTimestamp(TimestampMs, Offset,
                       Callback<Result<std::optional<storage::TimestampedOffset>>> done) override {
    done(std::nullopt);
  }
  void FindMaxTimestamp(Callback<Result<std::optional<storage::TimestampedOffset>>> done) override {
    done(std::nullopt);
  }
  storage::EpochEnd EndOfEpoch(LeaderEpoch) override { return {}; }
  std::optional<LeaderEpoch> EpochAt(Offset) override { return std::nullopt; }
  void DeleteRecordsBefore(Offset offset, Callback<Result<Offset>> done) override {
    offsets.log_start = offset;
    done(offset);
  }
  storage::LogOffsets Offsets() const override { return offsets; }
  Status Availability() const override { return availability; }
  std::vector<storage::ActiveProducer> ActiveProducers() override { return {}; }
  int64_t SizeInBytes() const override { return 0; }
  storage::LogConfig Config() const override {
    return configs.empty() ? storage::LogConfig{} : configs.back();
  }
  void Reconfigure(const storage::LogConfig& config) override { configs.push_back(config); }
};

}  // namespace monkafka::fakes
