// Committed offsets: OffsetCommit, OffsetFetch, OffsetDelete, their expiry, and the deletion of
// whole groups. Pure, as membership.h: what changes is asked for as records in the step (with
// Step::replay), and takes effect when the step is committed.
// Source: Kafka's OffsetMetadataManager; KIP-211 (expiry), KIP-447 (stable offsets), KIP-496
// (OffsetDelete), KIP-709 (several groups), KIP-848 (topic ids).
//
// Threads: one at a time (the shard's strand).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/metadata_image.h"
#include "groups/group_map.h"
#include "groups/membership.h"
#include "groups/options.h"
#include "groups/step.h"
#include "protocol/offsets.h"

namespace monkafka::groups {

// An offset that an operator gives a group, or takes from it.
struct OffsetReset {
  TopicPartition partition;
  Offset offset = 0;  // kNoOffset: the group has none for the partition any more
  LeaderEpoch leader_epoch = kNoEpoch;
  std::string metadata;
};

class OffsetCommits {
 public:
  // All three outlive this.
  OffsetCommits(const GroupOptions& options, GroupMap& groups, Membership& membership)
      : options_(options), groups_(groups), membership_(membership) {}
  OffsetCommits(const OffsetCommits&) = delete;
  OffsetCommits& operator=(const OffsetCommits&) = delete;

  // The response is for the case that the step succeeds; see FailCommit.
  protocol::OffsetCommitResponse Commit(const protocol::OffsetCommitRequest& request,
                                        int16_t version, const cluster::MetadataImage& image,
                                        Step& step);
  // What the response becomes when the append failed.
  static void FailCommit(protocol::OffsetCommitResponse& response, ErrorCode append_error);

  // `topics` nullopt: all that the group has. The image finds topics by id (version 10).
  protocol::OffsetFetchResponse::Group Fetch(
      std::string_view group_id,
      const std::optional<std::vector<protocol::OffsetFetchRequest::Topic>>& topics,
      bool require_stable, int16_t version, const cluster::MetadataImage& image);

  protocol::OffsetDeleteResponse Delete(const protocol::OffsetDeleteRequest& request,
                                        const cluster::MetadataImage& image, Step& step);
  // GROUP_ID_NOT_FOUND, NON_EMPTY_GROUP or none.
  ErrorCode DeleteGroup(std::string_view group_id, Step& step);
  // NON_EMPTY_GROUP, UNKNOWN_TOPIC_OR_PARTITION, OFFSET_METADATA_TOO_LARGE or none.
  ErrorCode Reset(std::string_view group_id, std::span<const OffsetReset> offsets,
                  const cluster::MetadataImage& image, Step& step);

  // Forgets offsets whose time is over, then groups that have nothing left.
  void Expire(Step& step);
  // The partitions no longer exist.
  void DeletePartitions(std::span<const TopicPartition> partitions, Step& step);

 private:
  using RequestTopic = protocol::OffsetCommitRequest::Topic;

  ErrorCode ValidateCommit(const protocol::OffsetCommitRequest& request, int16_t version,
                           const Now& now);
  ErrorCode CommitOne(const protocol::OffsetCommitRequest& request, std::string_view topic,
                      const protocol::OffsetCommitRequest::Partition& partition, Step& step) const;
  bool MetadataTooLarge(std::string_view metadata) const;
  static protocol::OffsetFetchResponse::Partition FetchOne(const GroupOffsets* offsets,
                                                           std::string_view topic,
                                                           int32_t partition, bool require_stable);
  // True when nothing is left in the group.
  bool ExpireOffsetsOf(const Group& group, Step& step) const;

  const GroupOptions& options_;
  GroupMap& groups_;
  Membership& membership_;
};

}  // namespace monkafka::groups
