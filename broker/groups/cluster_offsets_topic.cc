#include "groups/cluster_offsets_topic.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace monkafka::groups {
namespace {

std::unexpected<Error> NoPartition(int32_t partition) {
  return Fail(ErrorCode::kUnknownTopicOrPartition,
              fmt::format("this broker has no {}-{}", cluster::kConsumerOffsetsTopic, partition));
}

Result<LogChunk> ToChunk(Result<storage::ReadOutcome> outcome, Offset end) {
  if (!outcome) return Forward(std::move(outcome));
  Result<std::vector<uint8_t>> batches = outcome->records.ReadAll();
  if (!batches) return Forward(std::move(batches));
  LogChunk chunk{.batches = std::move(*batches), .next_offset = outcome->next_offset};
  // Nothing was there to read: compaction may have left a gap up to the end.
  chunk.at_end = chunk.batches.empty() || chunk.next_offset >= end;
  return chunk;
}

}  // namespace

std::shared_ptr<cluster::Partition> ClusterOffsetsTopic::Find(int32_t partition) const {
  return cluster_.FindPartition(cluster::kConsumerOffsetsTopic, partition);
}

size_t ClusterOffsetsTopic::MaxBatchBytes(int32_t partition) const {
  const std::shared_ptr<cluster::Partition> found = Find(partition);
  const storage::LogConfig config = found == nullptr ? storage::LogConfig() : found->log().Config();
  return static_cast<size_t>(config.max_message_bytes);
}

void ClusterOffsetsTopic::Append(int32_t partition, std::vector<uint8_t> batch,
                                 Callback<Status> durable) {
  const std::shared_ptr<cluster::Partition> found = Find(partition);
  if (found == nullptr) return durable(NoPartition(partition));
  auto bytes = std::make_shared<std::vector<uint8_t>>(std::move(batch));
  const MutableBytes view(*bytes);
  storage::AppendRequest request;
  request.batches = {std::move(bytes), view};
  request.origin = storage::AppendOrigin::kCoordinator;
  request.durable = sync_;
  // The partition stays until its append is done, also when the topic is deleted meanwhile.
  found->Append(std::move(request),
                [found, durable = std::move(durable)](storage::AppendOutcome outcome) mutable {
                  if (outcome.error == ErrorCode::kNone) return durable({});
                  durable(Fail(outcome.error, std::move(outcome.message)));
                });
}

void ClusterOffsetsTopic::Read(int32_t partition, Offset from, int64_t max_bytes,
                               Callback<Result<LogChunk>> done) {
  const std::shared_ptr<cluster::Partition> found = Find(partition);
  if (found == nullptr) return done(NoPartition(partition));
  const storage::LogOffsets offsets = found->log().Offsets();
  const Offset begin = std::max(from, offsets.log_start);
  if (begin >= offsets.log_end) return done(LogChunk{.next_offset = begin, .at_end = true});
  found->log().Read({.offset = begin,
                     .max_bytes = max_bytes,
                     .at_least_one_batch = true,
                     .upper_bound = offsets.log_end},
                    [found, end = offsets.log_end,
                     done = std::move(done)](Result<storage::ReadOutcome> outcome) mutable {
                      done(ToChunk(std::move(outcome), end));
                    });
}

}  // namespace monkafka::groups
