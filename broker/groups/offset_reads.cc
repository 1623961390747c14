// The rest of offset_commits.h: reading offsets, and what makes them go.
#include <map>
#include <set>
#include <utility>

#include "common/log.h"
#include "groups/offset_commits.h"

namespace monkafka::groups {
namespace {

using cluster::MetadataImage;
using cluster::TopicImage;
using protocol::OffsetFetchRequest;
using protocol::OffsetFetchResponse;

constexpr int16_t kFetchByTopicId = 10;

// Since when the retention of an offset counts; nullopt: it doesn't yet.
// A group of consumers keeps its offsets as long as it has members, except those of topics that it
// no longer reads. A consumer without membership keeps them by committing.
std::optional<TimestampMs> RetainedSince(const ClassicGroup& group,
                                         const OffsetAndMetadata& offset) {
  if (!group.protocol_type()) return offset.commit_timestamp;
  if (group.IsIn(GroupState::kEmpty)) {
    const bool known = group.state_timestamp() != kNoTimestamp;
    return known ? group.state_timestamp() : offset.commit_timestamp;
  }
  if (group.IsIn(GroupState::kStable) && group.UsesConsumerProtocol() &&
      group.knows_subscriptions()) {
    return offset.commit_timestamp;
  }
  return std::nullopt;
}

}  // namespace

OffsetFetchResponse::Partition OffsetCommits::FetchOne(const GroupOffsets* offsets,
                                                       std::string_view topic, int32_t partition,
                                                       bool require_stable) {
  OffsetFetchResponse::Partition answer{
      .partition_index = partition, .committed_offset = kNoOffset, .metadata = ""};
  if (offsets == nullptr) return answer;
  if (require_stable && offsets->HasPending(topic, partition)) {
    answer.error_code = ErrorCode::kUnstableOffsetCommit;
  } else if (const OffsetAndMetadata* found = offsets->Find(topic, partition)) {
    answer.committed_offset = found->offset;
    answer.committed_leader_epoch = found->leader_epoch;
    answer.metadata = found->metadata;
  }
  return answer;
}

OffsetFetchResponse::Group OffsetCommits::Fetch(
    std::string_view group_id, const std::optional<std::vector<OffsetFetchRequest::Topic>>& topics,
    bool require_stable, int16_t version, const MetadataImage& image) {
  const bool by_id = version >= kFetchByTopicId;
  const Group* group = groups_.Find(group_id);
  const GroupOffsets* offsets = group == nullptr ? nullptr : &group->offsets;
  OffsetFetchResponse::Group response;
  response.group_id = group_id;
  if (!topics) {
    if (offsets == nullptr) return response;
    for (const auto& [name, partitions] : offsets->committed()) {
      const TopicImage* known = by_id ? image.FindTopic(name) : nullptr;
      if (by_id && known == nullptr) continue;  // deleted: it has no id to be named by
      OffsetFetchResponse::Topic& answer = response.topics.emplace_back();
      answer.name = name;
      if (known != nullptr) answer.topic_id = known->id;
      for (const auto& [partition, offset] : partitions) {
        answer.partitions.push_back(FetchOne(offsets, name, partition, require_stable));
      }
    }
    return response;
  }
  for (const OffsetFetchRequest::Topic& topic : *topics) {
    const TopicImage* known = by_id ? image.FindTopic(topic.topic_id) : nullptr;
    const std::string_view name = known == nullptr ? topic.name : std::string_view(known->name);
    OffsetFetchResponse::Topic& answer = response.topics.emplace_back();
    answer.name = name;
    answer.topic_id = topic.topic_id;
    for (const int32_t partition : topic.partition_indexes) {
      const bool unknown_id = by_id && known == nullptr;
      answer.partitions.push_back(
          FetchOne(unknown_id ? nullptr : offsets, name, partition, require_stable));
      if (unknown_id) answer.partitions.back().error_code = ErrorCode::kUnknownTopicId;
    }
  }
  return response;
}

bool OffsetCommits::ExpireOffsetsOf(const Group& group, Step& step) const {
  bool all_expired = !group.offsets.has_pending();
  for (const auto& [topic, partitions] : group.offsets.committed()) {
    const bool subscribed = group.classic.IsSubscribedTo(topic);
    for (const auto& [partition, offset] : partitions) {
      const std::optional<TimestampMs> since = RetainedSince(group.classic, offset);
      bool expired = false;
      if (since && !subscribed && !group.offsets.HasPending(topic, partition)) {
        expired = offset.expire_timestamp != kNoTimestamp
                      ? step.now.wall >= offset.expire_timestamp
                      : step.now.wall - *since >= options_.offsets_retention.count();
      }
      all_expired &= expired;
      if (expired) step.records.AddOffsetTombstone({group.id(), topic, partition});
    }
  }
  return all_expired;
}

void OffsetCommits::Expire(Step& step) {
  for (const auto& [id, group] : groups_.groups()) {
    const bool nothing_left = ExpireOffsetsOf(*group, step);
    const ClassicGroup& classic = group->classic;
    if (nothing_left && classic.IsIn(GroupState::kEmpty) && !classic.has_pending()) {
      step.records.AddGroupTombstone({id});
    }
  }
  if (!step.records.empty()) {
    LogInfo("offsets: {} offsets and groups expired in a partition of __consumer_offsets",
            step.records.count());
  }
  step.replay = true;
  step.atomic = false;
}

void OffsetCommits::DeletePartitions(std::span<const TopicPartition> deleted, Step& step) {
  std::map<std::string_view, std::set<int32_t>> by_topic;
  for (const TopicPartition& each : deleted) by_topic[each.topic].insert(each.partition);
  for (const auto& [id, group] : groups_.groups()) {
    for (const auto& [topic, partitions] : by_topic) {
      for (const int32_t partition : partitions) {
        const GroupOffsets& offsets = group->offsets;
        if (offsets.Find(topic, partition) == nullptr && !offsets.HasPending(topic, partition)) {
          continue;
        }
        step.records.AddOffsetTombstone({id, topic, partition});
      }
    }
  }
  step.replay = true;
  step.atomic = false;
}

}  // namespace monkafka::groups
