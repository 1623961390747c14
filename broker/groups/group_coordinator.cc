#include "groups/group_coordinator.h"

#include <utility>

#include "common/check.h"
#include "common/log.h"
#include "groups/errors.h"
#include "groups/java_string.h"

namespace monkafka::groups {
namespace {

using cluster::MetadataImage;
using protocol::HeartbeatResponse;
using protocol::JoinGroupRequest;
using protocol::JoinGroupResponse;
using protocol::LeaveGroupResponse;
using protocol::SyncGroupResponse;

// From this version on SyncGroup must say what the client thinks was agreed on (KIP-559).
constexpr int16_t kNamesProtocol = 5;

// Zero when there is no such topic.
Uuid IdOf(const MetadataImage& image, std::string_view name) {
  const cluster::TopicImage* topic = image.FindTopic(name);
  return topic == nullptr ? Uuid() : topic->id;
}

JoinGroupResponse JoinError(const JoinGroupRequest& request, ErrorCode error) {
  JoinGroupResponse response;
  response.error_code = error;
  response.member_id = request.member_id;
  return response;
}

}  // namespace

GroupCoordinator::GroupCoordinator(GroupOptions options, OffsetsTopic& topic, ImageSource image,
                                   const Clock& clock, Timers& timers, Executor& executor)
    : options_(options),
      image_(std::move(image)),
      environment_{options_, topic, clock, timers, executor} {}

void GroupCoordinator::OnImage(const MetadataImage& before, const MetadataImage& after) {
  const Uuid was = IdOf(before, cluster::kConsumerOffsetsTopic);
  const Uuid is = IdOf(after, cluster::kConsumerOffsetsTopic);
  if (const Shards* all = shards(); all != nullptr && was != is) {
    LogWarning("{} was deleted or made anew: all groups are read again",
               cluster::kConsumerOffsetsTopic);
    for (const std::shared_ptr<Shard>& shard : *all) shard->Load();
  } else if (!is.IsZero()) {
    const cluster::TopicImage* topic = after.FindTopic(cluster::kConsumerOffsetsTopic);
    Start(static_cast<int32_t>(topic->partitions.size()));
  }
  std::vector<TopicPartition> deleted;
  for (const auto& [name, topic] : before.topics) {
    const cluster::TopicImage* still = after.FindTopic(name);
    if (still != nullptr && still->id == topic->id) continue;
    for (size_t i = 0; i < topic->partitions.size(); ++i) {
      deleted.push_back({name, static_cast<int32_t>(i)});
    }
  }
  if (!deleted.empty()) OnTopicsDeleted(std::move(deleted));
}

void GroupCoordinator::Start(int32_t partitions) {
  if (shards() != nullptr) return;
  CHECK(partitions > 0);
  for (int32_t i = 0; i < partitions; ++i) {
    shards_.push_back(std::make_shared<Shard>(i, environment_));
    shards_.back()->Load();
  }
  started_.store(&shards_, std::memory_order_release);
}

void GroupCoordinator::Stop(Task stopped) {
  const Shards* all = shards();
  if (all == nullptr) return stopped();
  auto left = std::make_shared<std::atomic<size_t>>(all->size());
  auto last = std::make_shared<Task>(std::move(stopped));
  for (const std::shared_ptr<Shard>& shard : *all) {
    shard->Stop([left, last] {
      if (left->fetch_sub(1, std::memory_order_acq_rel) == 1) (*last)();
    });
  }
}

std::optional<int32_t> GroupCoordinator::PartitionFor(std::string_view group_id) const {
  const Shards* all = shards();
  if (all == nullptr) return std::nullopt;
  return PartitionForKey(group_id, static_cast<int32_t>(all->size()));
}

std::shared_ptr<Shard> GroupCoordinator::ShardOf(std::string_view group_id) const {
  const std::optional<int32_t> partition = PartitionFor(group_id);
  return partition ? (*shards())[static_cast<size_t>(*partition)] : nullptr;
}

void GroupCoordinator::OnTopicsDeleted(std::vector<TopicPartition> partitions) {
  const Shards* all = shards();
  if (all == nullptr) return;
  const auto shared = std::make_shared<const std::vector<TopicPartition>>(std::move(partitions));
  for (const std::shared_ptr<Shard>& shard : *all) {
    shard->Post([shared](Shard& self) {
      if (self.availability() != ErrorCode::kNone) return;
      Step step = self.NewStep();
      self.offsets().DeletePartitions(*shared, step);
      self.Commit(step);
    });
  }
}

void GroupCoordinator::JoinGroup(Received<JoinGroupRequest> request, ClientInfo client,
                                 Callback<JoinGroupResponse> reply) {
  const JoinGroupRequest& message = request.message;
  if (message.group_id.empty()) return reply(JoinError(message, ErrorCode::kInvalidGroupId));
  const std::chrono::milliseconds session(message.session_timeout_ms);
  if (session < options_.min_session_timeout || session > options_.max_session_timeout) {
    return reply(JoinError(message, ErrorCode::kInvalidSessionTimeout));
  }
  const std::shared_ptr<Shard> shard = ShardOf(message.group_id);
  if (shard == nullptr) return reply(JoinError(message, ErrorCode::kCoordinatorNotAvailable));
  shard->Post([request = std::move(request), client = std::move(client),
               reply = std::move(reply)](Shard& self) mutable {
    if (const ErrorCode error = self.availability(); error != ErrorCode::kNone) {
      return reply(JoinError(request.message, error));
    }
    Step step = self.NewStep();
    self.membership().Join(request.message, request.version, client, std::move(reply), step);
    self.Commit(step);
  });
}

void GroupCoordinator::SyncGroup(Received<protocol::SyncGroupRequest> request,
                                 Callback<SyncGroupResponse> reply) {
  const protocol::SyncGroupRequest& message = request.message;
  if (request.version >= kNamesProtocol && (!message.protocol_type || !message.protocol_name)) {
    return reply(ErrorResponse<SyncGroupResponse>(ErrorCode::kInconsistentGroupProtocol));
  }
  if (message.group_id.empty())
    return reply(ErrorResponse<SyncGroupResponse>(ErrorCode::kInvalidGroupId));
  const std::shared_ptr<Shard> shard = ShardOf(message.group_id);
  if (shard == nullptr)
    return reply(ErrorResponse<SyncGroupResponse>(ErrorCode::kCoordinatorNotAvailable));
  shard->Post([request = std::move(request), reply = std::move(reply)](Shard& self) mutable {
    ErrorCode error = self.availability();
    // The rebalance under way is lost with the state; the member begins again with JoinGroup.
    if (error == ErrorCode::kCoordinatorLoadInProgress) error = ErrorCode::kRebalanceInProgress;
    if (error != ErrorCode::kNone) return reply(ErrorResponse<SyncGroupResponse>(error));
    Step step = self.NewStep();
    self.membership().Sync(request.message, std::move(reply), step);
    self.Commit(step);
  });
}

void GroupCoordinator::Heartbeat(Received<protocol::HeartbeatRequest> request,
                                 Callback<HeartbeatResponse> reply) {
  const protocol::HeartbeatRequest& message = request.message;
  if (message.group_id.empty())
    return reply(ErrorResponse<HeartbeatResponse>(ErrorCode::kInvalidGroupId));
  const std::shared_ptr<Shard> shard = ShardOf(message.group_id);
  if (shard == nullptr)
    return reply(ErrorResponse<HeartbeatResponse>(ErrorCode::kCoordinatorNotAvailable));
  shard->Post([request = std::move(request), reply = std::move(reply)](Shard& self) mutable {
    ErrorCode error = self.availability();
    // Sessions begin when the group is loaded, so nothing is promised by this.
    if (error == ErrorCode::kCoordinatorLoadInProgress) return reply({});
    if (error != ErrorCode::kNone) return reply(ErrorResponse<HeartbeatResponse>(error));
    reply(self.membership().Heartbeat(request.message, self.now()));
  });
}

void GroupCoordinator::LeaveGroup(Received<protocol::LeaveGroupRequest> request,
                                  Callback<LeaveGroupResponse> reply) {
  const protocol::LeaveGroupRequest& message = request.message;
  if (message.group_id.empty())
    return reply(ErrorResponse<LeaveGroupResponse>(ErrorCode::kInvalidGroupId));
  const std::shared_ptr<Shard> shard = ShardOf(message.group_id);
  if (shard == nullptr)
    return reply(ErrorResponse<LeaveGroupResponse>(ErrorCode::kCoordinatorNotAvailable));
  shard->Post([request = std::move(request), reply = std::move(reply)](Shard& self) mutable {
    const ErrorCode unavailable = self.availability();
    if (unavailable != ErrorCode::kNone)
      return reply(ErrorResponse<LeaveGroupResponse>(unavailable));
    Step step = self.NewStep();
    protocol::LeaveGroupResponse response =
        self.membership().Leave(request.message, request.version, step);
    step.Then(
        [reply = std::move(reply), response = std::move(response)](ErrorCode error, Step&) mutable {
          if (error != ErrorCode::kNone)
            response = ErrorResponse<LeaveGroupResponse>(ToCoordinatorError(error));
          reply(std::move(response));
        });
    self.Commit(step);
  });
}

}  // namespace monkafka::groups
