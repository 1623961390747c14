#include "groups/offset_commits.h"

#include <limits>
#include <utility>

#include "common/log.h"
#include "groups/errors.h"
#include "groups/java_string.h"

namespace monkafka::groups {
namespace {

using cluster::MetadataImage;
using cluster::TopicImage;
using protocol::OffsetCommitRequest;
using protocol::OffsetCommitResponse;

// From this version on topics are named by their id.
constexpr int16_t kCommitByTopicId = 10;

bool HasPartition(const TopicImage& topic, int32_t partition) {
  return partition >= 0 && static_cast<size_t>(partition) < topic.partitions.size();
}

TimestampMs AddSaturating(TimestampMs a, int64_t b) {
  TimestampMs sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return b > 0 ? std::numeric_limits<TimestampMs>::max() : std::numeric_limits<TimestampMs>::min();
}

}  // namespace

bool OffsetCommits::MetadataTooLarge(std::string_view metadata) const {
  const auto limit = static_cast<size_t>(options_.offset_metadata_max_size);
  return metadata.size() > limit && JavaLength(metadata) > limit;
}

ErrorCode OffsetCommits::ValidateCommit(const OffsetCommitRequest& request, int16_t version,
                                        const Now& now) {
  const int32_t generation = request.generation_id_or_member_epoch;
  Group* group = groups_.Find(request.group_id);
  if (group == nullptr) {
    // Without a generation it becomes the group of a consumer that assigns partitions to itself.
    if (generation < 0) return ErrorCode::kNone;
    return version >= kCommitByTopicId ? ErrorCode::kGroupIdNotFound
                                       : ErrorCode::kIllegalGeneration;
  }
  ClassicGroup& classic = group->classic;
  const ErrorCode error =
      classic.ValidateOffsetCommit(request.member_id, request.group_instance_id, generation);
  if (error != ErrorCode::kNone) return error;
  if (classic.IsIn(GroupState::kStable) || classic.IsIn(GroupState::kPreparingRebalance)) {
    membership_.RefreshSession(*classic.FindMember(request.member_id), now);
  }
  return ErrorCode::kNone;
}

OffsetCommitResponse OffsetCommits::Commit(const OffsetCommitRequest& request, int16_t version,
                                           const MetadataImage& image, Step& step) {
  const ErrorCode group_error = ValidateCommit(request, version, step.now);
  OffsetCommitResponse response;
  response.topics.reserve(request.topics.size());
  for (const RequestTopic& topic : request.topics) {
    const bool by_id = version >= kCommitByTopicId;
    const TopicImage* known = by_id ? image.FindTopic(topic.topic_id) : image.FindTopic(topic.name);
    OffsetCommitResponse::Topic& answer = response.topics.emplace_back();
    answer.name = topic.name;
    answer.topic_id = topic.topic_id;
    answer.partitions.reserve(topic.partitions.size());
    for (const OffsetCommitRequest::Partition& partition : topic.partitions) {
      ErrorCode error = group_error;
      if (known == nullptr) {
        error = by_id ? ErrorCode::kUnknownTopicId : ErrorCode::kUnknownTopicOrPartition;
      } else if (!HasPartition(*known, partition.partition_index)) {
        error = ErrorCode::kUnknownTopicOrPartition;
      } else if (error == ErrorCode::kNone) {
        error = CommitOne(request, known->name, partition, step);
      }
      answer.partitions.push_back({partition.partition_index, error});
    }
  }
  step.replay = true;
  return response;
}

ErrorCode OffsetCommits::CommitOne(const OffsetCommitRequest& request, std::string_view topic,
                                   const OffsetCommitRequest::Partition& partition,
                                   Step& step) const {
  const std::string_view metadata = partition.committed_metadata.value_or("");
  if (MetadataTooLarge(metadata)) return ErrorCode::kOffsetMetadataTooLarge;
  const bool expires = request.retention_time_ms != -1;
  const bool own_timestamp = partition.commit_timestamp != kNoTimestamp;
  step.records.AddOffsetCommit(
      {request.group_id, topic, partition.partition_index},
      {.offset = partition.committed_offset,
       .leader_epoch = partition.committed_leader_epoch,
       .metadata = metadata,
       .commit_timestamp = own_timestamp ? partition.commit_timestamp : step.now.wall,
       .expire_timestamp =
           expires ? AddSaturating(step.now.wall, request.retention_time_ms) : kNoTimestamp});
  return ErrorCode::kNone;
}

void OffsetCommits::FailCommit(OffsetCommitResponse& response, ErrorCode append_error) {
  const bool too_large =
      append_error == ErrorCode::kMessageTooLarge || append_error == ErrorCode::kRecordListTooLarge;
  const ErrorCode error =
      too_large ? ErrorCode::kInvalidCommitOffsetSize : ToCoordinatorError(append_error);
  for (OffsetCommitResponse::Topic& topic : response.topics) {
    for (OffsetCommitResponse::Partition& partition : topic.partitions) {
      if (partition.error_code == ErrorCode::kNone) partition.error_code = error;
    }
  }
}

ErrorCode OffsetCommits::Reset(std::string_view group_id, std::span<const OffsetReset> offsets,
                               const MetadataImage& image, Step& step) {
  Group* group = groups_.Find(group_id);
  if (group != nullptr && !group->classic.IsIn(GroupState::kEmpty)) {
    return ErrorCode::kNonEmptyGroup;
  }
  for (const OffsetReset& reset : offsets) {
    const TopicImage* topic = image.FindTopic(reset.partition.topic);
    if (topic == nullptr || !HasPartition(*topic, reset.partition.partition)) {
      return ErrorCode::kUnknownTopicOrPartition;
    }
    if (MetadataTooLarge(reset.metadata)) return ErrorCode::kOffsetMetadataTooLarge;
  }
  for (const OffsetReset& reset : offsets) {
    if (reset.offset == kNoOffset) {
      if (group == nullptr ||
          group->offsets.Find(reset.partition.topic, reset.partition.partition) == nullptr) {
        continue;
      }
      step.records.AddOffsetTombstone({group_id, reset.partition.topic, reset.partition.partition});
      continue;
    }
    step.records.AddOffsetCommit({group_id, reset.partition.topic, reset.partition.partition},
                                 {.offset = reset.offset,
                                  .leader_epoch = reset.leader_epoch,
                                  .metadata = reset.metadata,
                                  .commit_timestamp = step.now.wall});
  }
  step.replay = true;
  return ErrorCode::kNone;
}

protocol::OffsetDeleteResponse OffsetCommits::Delete(const protocol::OffsetDeleteRequest& request,
                                                     const MetadataImage& image, Step& step) {
  protocol::OffsetDeleteResponse response;
  const Group* group = groups_.Find(request.group_id);
  if (group == nullptr) {
    response.error_code = ErrorCode::kGroupIdNotFound;
    return response;
  }
  // What members of another protocol type read is not known.
  if (!group->classic.IsIn(GroupState::kEmpty) && !group->classic.UsesConsumerProtocol()) {
    response.error_code = ErrorCode::kNonEmptyGroup;
    return response;
  }
  for (const protocol::OffsetDeleteRequest::Topic& topic : request.topics) {
    const TopicImage* known = image.FindTopic(topic.name);
    const bool subscribed = group->classic.IsSubscribedTo(topic.name);
    protocol::OffsetDeleteResponse::Topic& answer = response.topics.emplace_back();
    answer.name = topic.name;
    for (const protocol::OffsetDeleteRequest::Partition& each : topic.partitions) {
      const int32_t partition = each.partition_index;
      ErrorCode error = ErrorCode::kNone;
      if (known == nullptr || !HasPartition(*known, partition)) {
        error = ErrorCode::kUnknownTopicOrPartition;
      } else if (subscribed) {
        error = ErrorCode::kGroupSubscribedToTopic;
      } else if (group->offsets.Find(topic.name, partition) != nullptr ||
                 group->offsets.HasPending(topic.name, partition)) {
        step.records.AddOffsetTombstone({request.group_id, topic.name, partition});
      }
      answer.partitions.push_back({partition, error});
    }
  }
  step.replay = true;
  return response;
}

ErrorCode OffsetCommits::DeleteGroup(std::string_view group_id, Step& step) {
  const Group* group = groups_.Find(group_id);
  if (group == nullptr) return ErrorCode::kGroupIdNotFound;
  if (!group->classic.IsIn(GroupState::kEmpty)) return ErrorCode::kNonEmptyGroup;
  const auto delete_all = [&](const GroupOffsets::ByTopic& offsets, bool pending) {
    for (const auto& [topic, partitions] : offsets) {
      for (const auto& [partition, offset] : partitions) {
        if (pending && group->offsets.Find(topic, partition) != nullptr) continue;
        step.records.AddOffsetTombstone({group_id, topic, partition});
      }
    }
  };
  delete_all(group->offsets.committed(), false);
  for (const auto& [producer, offsets] : group->offsets.pending()) delete_all(offsets, true);
  step.records.AddGroupTombstone({group_id});
  step.replay = true;
  LogInfo("group {}: deleted", group_id);
  return ErrorCode::kNone;
}

}  // namespace monkafka::groups
