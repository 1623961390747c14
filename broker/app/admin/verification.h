// Verifies the files of partitions one after the other for the admin service.
#pragma once

#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "admin/port/segments.h"
#include "app/admin/segment_source.h"
#include "storage/checkpoint_files.h"
#include "storage/inspect/verify.h"

namespace monkafka::app {

// Where it begins: partitions before this one are left out, and its segments below the base offset.
struct VerificationStart {
  TopicPartition topic_partition;
  Offset base_offset = 0;
};

// nullopt when `file` is not the name of a segment's file within the data directory.
std::optional<VerificationStart> ParseVerificationStart(std::string_view file);

// One run; what is given outlives it. Called off, or when the sink wants no more, it ends with what
// was seen so far.
class Verification final : private storage::VerifySink {
 public:
  Verification(const SegmentSource& source, const admin::VerifyScope& scope,
               std::optional<VerificationStart> start, admin::VerifySink& sink,
               std::stop_token stop)
      : source_(source),
        scope_(scope),
        start_(std::move(start)),
        sink_(sink),
        stop_(std::move(stop)),
        pass_on_(stop_, [this] { stopping_.request_stop(); }) {}

  admin::VerifySummary Run(const std::vector<TopicPartition>& all);

 private:
  void OnAnomaly(storage::Anomaly anomaly) override;
  void OnProgress(const storage::VerifyProgress& progress) override;
  void VerifyOne(const TopicPartition& tp);
  // The offset checkpoints of the data directory; of their entries those of the partition.
  void ReadCheckpoints();
  // `live`: a broker writes them meanwhile.
  void CheckCheckpoints(const TopicPartition& tp, Offset log_end, bool live);
  Result<storage::OffsetCheckpoint> ReadCheckpoint(const std::string& path) const;
  // Of the partition, the lowest base offset that is not left out.
  Offset FirstSegment(const TopicPartition& tp) const;
  std::string Shown(const std::string& path) const;

  const SegmentSource& source_;
  const admin::VerifyScope& scope_;
  const std::optional<VerificationStart> start_;
  admin::VerifySink& sink_;
  const std::stop_token stop_;
  std::stop_source stopping_;  // by the caller or by the sink
  const std::stop_callback<std::function<void()>> pass_on_;
  admin::VerifySummary summary_;
  TopicPartition current_;
  // By path, as they were before the first log was read: a log that is in use grows meanwhile.
  std::map<std::string, storage::OffsetCheckpoint> checkpoints_;
  int64_t done_bytes_ = 0;  // of the partitions before the current one
  int64_t total_bytes_ = 0;
};

}  // namespace monkafka::app
