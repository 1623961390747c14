#include "services/delete_records.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>

namespace monkafka::services {
namespace {

struct Progress {
  std::vector<DeletedRecords> results;
  Callback<std::vector<DeletedRecords>> done;
  std::atomic<size_t> left;
};

void Finish(const std::shared_ptr<Progress>& progress, size_t index, Result<Offset> start) {
  DeletedRecords& result = progress->results[index];
  if (start) {
    result.low_watermark = *start;
  } else {
    result.error = start.error().code;
    result.message = std::move(start.error().message);
  }
  if (progress->left.fetch_sub(1) == 1) progress->done(std::move(progress->results));
}

// Where the log shall begin, or why it shall not.
Result<Offset> Target(cluster::Partition& partition, Offset before) {
  if (Status status = partition.log().Availability(); !status) return Forward(std::move(status));
  const std::string name = partition.topic_partition().ToString();
  if (cluster::IsInternalTopic(partition.topic_partition().topic)) {
    return Fail(ErrorCode::kInvalidTopicException,
                "Cannot delete records of internal topic " + partition.topic_partition().topic);
  }
  if (!partition.log().Config().cleanup_delete) {
    return Fail(
        ErrorCode::kPolicyViolation,
        "Records of partition " + name + " can not be deleted due to the configured policy");
  }
  const Offset high_watermark = partition.high_watermark();
  const Offset target = before == kDeleteUpToHighWatermark ? high_watermark : before;
  if (target < 0) {
    return Fail(ErrorCode::kOffsetOutOfRange,
                fmt::format("The offset {} for partition {} is not valid", target, name));
  }
  if (target > high_watermark) {
    return Fail(ErrorCode::kOffsetOutOfRange,
                fmt::format("Cannot increment the log start offset to {} of partition {} since it "
                            "is larger than the high watermark {}",
                            target, name, high_watermark));
  }
  return target;
}

}  // namespace

void DeleteRecords(cluster::Cluster& cluster, std::vector<RecordDeletion> deletions,
                   bool validate_only, Callback<std::vector<DeletedRecords>> done) {
  if (deletions.empty()) {
    done({});
    return;
  }
  auto progress = std::make_shared<Progress>();
  progress->done = std::move(done);
  progress->left = deletions.size();
  progress->results.resize(deletions.size());
  for (size_t i = 0; i < deletions.size(); ++i) {
    progress->results[i].topic_partition = deletions[i].topic_partition;
  }
  for (size_t i = 0; i < deletions.size(); ++i) {
    const TopicPartition& tp = deletions[i].topic_partition;
    const std::shared_ptr<cluster::Partition> partition =
        cluster.FindPartition(tp.topic, tp.partition);
    if (!partition) {
      Finish(progress, i, Fail(ErrorCode::kUnknownTopicOrPartition));
      continue;
    }
    Result<Offset> target = Target(*partition, deletions[i].before);
    if (!target) {
      Finish(progress, i, std::move(target));
      continue;
    }
    if (validate_only) {
      Finish(progress, i, std::max(*target, partition->log().Offsets().log_start));
      continue;
    }
    partition->log().DeleteRecordsBefore(*target, [progress, i, partition](Result<Offset> start) {
      Finish(progress, i, std::move(start));
    });
  }
}

}  // namespace monkafka::services
