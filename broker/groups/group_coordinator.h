// The group coordinator: consumer groups of the classic protocol and their committed offsets, kept
// in
// __consumer_offsets in Kafka's own record schemas.
//
// A group lives in one partition of that topic (PartitionFor), whose shard has all its state
// (shard.h); this class finds the shard, checks what needs no state, and puts answers together. It
// does not authorise: whoever calls has removed what the principal may not see, and fills
// authorized_operations.
//
// Threads: every method from any thread, except that Start, OnImage and Stop come one at a time.
// Callbacks run once, inline or on a shard's strand; they must be quick. Requests are moved in with
// the frame that their views refer to.
// Errors: COORDINATOR_NOT_AVAILABLE before Start and after Stop, COORDINATOR_LOAD_IN_PROGRESS while
// a shard reads its log (Heartbeat: NONE, SyncGroup: REBALANCE_IN_PROGRESS, as Kafka does),
// NOT_COORDINATOR while it cannot.
// Lifetime: what the constructor is given outlives the `stopped` of Stop, the executor this object.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/metadata_image.h"
#include "common/bytes.h"
#include "common/executor.h"
#include "common/result.h"
#include "groups/group_views.h"
#include "groups/membership.h"
#include "groups/offset_commits.h"
#include "groups/offsets_topic.h"
#include "groups/options.h"
#include "groups/shard.h"
#include "protocol/groups.h"
#include "protocol/offsets.h"

namespace monkafka::groups {

// A decoded request, alive as long as its frame.
template <class Message>
struct Received {
  Frame frame;
  int16_t version = 0;
  Message message;
};

class GroupCoordinator {
 public:
  // The present image; any thread, must not wait.
  using ImageSource = std::function<std::shared_ptr<const cluster::MetadataImage>()>;

  GroupCoordinator(GroupOptions options, OffsetsTopic& topic, ImageSource image, const Clock& clock,
                   Timers& timers, Executor& executor);
  GroupCoordinator(const GroupCoordinator&) = delete;
  GroupCoordinator& operator=(const GroupCoordinator&) = delete;

  // --- life ---

  // To be told of every new image: starts when it has __consumer_offsets, begins anew when that is
  // another one, forgets the offsets of topics that are gone. At first: OnImage({}, present).
  void OnImage(const cluster::MetadataImage& before, const cluster::MetadataImage& after);
  // The topic has so many partitions, and will have; begins to load them. Later calls do nothing.
  void Start(int32_t partitions);
  // Answers what is parked and everything later; `stopped` runs on some strand or inline.
  void Stop(Task stopped);
  // The partition of __consumer_offsets that has the group; nullopt before Start.
  std::optional<int32_t> PartitionFor(std::string_view group_id) const;
  // Writes tombstones for all offsets of these partitions.
  void OnTopicsDeleted(std::vector<TopicPartition> partitions);

  // --- membership ---

  void JoinGroup(Received<protocol::JoinGroupRequest> request, ClientInfo client,
                 Callback<protocol::JoinGroupResponse> reply);
  void SyncGroup(Received<protocol::SyncGroupRequest> request,
                 Callback<protocol::SyncGroupResponse> reply);
  void Heartbeat(Received<protocol::HeartbeatRequest> request,
                 Callback<protocol::HeartbeatResponse> reply);
  void LeaveGroup(Received<protocol::LeaveGroupRequest> request,
                  Callback<protocol::LeaveGroupResponse> reply);

  // --- groups ---

  void ListGroups(Received<protocol::ListGroupsRequest> request,
                  Callback<protocol::ListGroupsResponse> reply);
  void DescribeGroups(Received<protocol::DescribeGroupsRequest> request,
                      Callback<protocol::DescribeGroupsResponse> reply);
  void DeleteGroups(Received<protocol::DeleteGroupsRequest> request,
                    Callback<protocol::DeleteGroupsResponse> reply);

  // --- offsets ---

  // Topics and partitions that the image doesn't have are answered with their own error.
  void OffsetCommit(Received<protocol::OffsetCommitRequest> request,
                    Callback<protocol::OffsetCommitResponse> reply);
  void OffsetFetch(Received<protocol::OffsetFetchRequest> request,
                   Callback<protocol::OffsetFetchResponse> reply);
  void OffsetDelete(Received<protocol::OffsetDeleteRequest> request,
                    Callback<protocol::OffsetDeleteResponse> reply);

  // --- for operators; these wait for shards that read their log ---

  // All groups, sorted by id.
  void Summaries(Callback<Result<std::vector<GroupSummary>>> done);
  // GROUP_ID_NOT_FOUND.
  void Detail(std::string group_id, Callback<Result<GroupDetail>> done);
  // Of each partition of __consumer_offsets, as it is now, without waiting. Empty before Start.
  void Statuses(Callback<std::vector<PartitionStatus>> done);
  // Sets offsets of a group without members, which it creates if need be: all or none.
  // NON_EMPTY_GROUP, UNKNOWN_TOPIC_OR_PARTITION, OFFSET_METADATA_TOO_LARGE, INVALID_GROUP_ID.
  void ResetOffsets(std::string group_id, std::vector<OffsetReset> offsets, Callback<Status> done);

 private:
  using Shards = std::vector<std::shared_ptr<Shard>>;

  // Null before Start.
  const Shards* shards() const { return started_.load(std::memory_order_acquire); }
  std::shared_ptr<Shard> ShardOf(std::string_view group_id) const;
  void FetchGroup(std::shared_ptr<const Received<protocol::OffsetFetchRequest>> request,
                  std::string_view group_id,
                  const std::optional<std::vector<protocol::OffsetFetchRequest::Topic>>& topics,
                  Callback<protocol::OffsetFetchResponse::Group> reply);
  void DeleteGroup(std::shared_ptr<const Received<protocol::DeleteGroupsRequest>> request,
                   std::string_view group_id,
                   Callback<protocol::DeleteGroupsResponse::Group> reply);

  const GroupOptions options_;
  const ImageSource image_;
  const ShardEnvironment environment_;
  Shards shards_;  // written once, then read through started_
  std::atomic<const Shards*> started_ = nullptr;
};

}  // namespace monkafka::groups
