#include <utility>

#include "groups/errors.h"
#include "groups/gather.h"
#include "groups/group_coordinator.h"

namespace monkafka::groups {
namespace {

using protocol::OffsetCommitRequest;
using protocol::OffsetCommitResponse;
using protocol::OffsetDeleteRequest;
using protocol::OffsetDeleteResponse;
using protocol::OffsetFetchRequest;
using protocol::OffsetFetchResponse;
using FetchTopics = std::optional<std::vector<OffsetFetchRequest::Topic>>;

// This version of OffsetCommit and OffsetFetch is about offsets in ZooKeeper, which there is not.
constexpr int16_t kZooKeeper = 0;
// From this version on OffsetFetch has an error for the whole group.
constexpr int16_t kGroupError = 2;
// From this version on OffsetFetch asks for several groups (KIP-709).
constexpr int16_t kSeveralGroups = 8;

OffsetCommitResponse CommitError(const OffsetCommitRequest& request, ErrorCode error) {
  OffsetCommitResponse response;
  for (const OffsetCommitRequest::Topic& topic : request.topics) {
    OffsetCommitResponse::Topic& answer = response.topics.emplace_back();
    answer.name = topic.name;
    answer.topic_id = topic.topic_id;
    for (const OffsetCommitRequest::Partition& partition : topic.partitions) {
      answer.partitions.push_back({partition.partition_index, error});
    }
  }
  return response;
}

// There is nothing to refuse where nothing exists.
ErrorCode ZooKeeperError(const OffsetCommitRequest& request, const cluster::MetadataImage& image) {
  for (const OffsetCommitRequest::Topic& topic : request.topics) {
    const cluster::TopicImage* known = image.FindTopic(topic.name);
    if (known == nullptr) continue;
    for (const OffsetCommitRequest::Partition& partition : topic.partitions) {
      const bool exists = std::cmp_less(partition.partition_index, known->partitions.size());
      if (partition.partition_index >= 0 && exists) return ErrorCode::kUnsupportedVersion;
    }
  }
  return ErrorCode::kUnknownTopicOrPartition;
}

// How a version without a group's error says it.
std::vector<OffsetFetchResponse::Topic> FetchErrors(const FetchTopics& topics, ErrorCode error) {
  std::vector<OffsetFetchResponse::Topic> answers;
  if (!topics) return answers;
  for (const OffsetFetchRequest::Topic& topic : *topics) {
    OffsetFetchResponse::Topic& answer = answers.emplace_back();
    answer.name = topic.name;
    for (const int32_t partition : topic.partition_indexes) {
      answer.partitions.push_back({.partition_index = partition,
                                   .committed_offset = kNoOffset,
                                   .metadata = "",
                                   .error_code = error});
    }
  }
  return answers;
}

}  // namespace

void GroupCoordinator::OffsetCommit(Received<OffsetCommitRequest> request,
                                    Callback<OffsetCommitResponse> reply) {
  if (request.version == kZooKeeper) {
    return reply(CommitError(request.message, ZooKeeperError(request.message, *image_())));
  }
  const std::shared_ptr<Shard> shard = ShardOf(request.message.group_id);
  if (shard == nullptr) {
    return reply(CommitError(request.message, ErrorCode::kCoordinatorNotAvailable));
  }
  shard->Post([this, request = std::move(request), reply = std::move(reply)](Shard& self) mutable {
    const ErrorCode unavailable = self.availability();
    if (unavailable != ErrorCode::kNone) return reply(CommitError(request.message, unavailable));
    Step step = self.NewStep();
    OffsetCommitResponse response =
        self.offsets().Commit(request.message, request.version, *image_(), step);
    if (step.records.empty()) return reply(std::move(response));
    step.Then(
        [reply = std::move(reply), response = std::move(response)](ErrorCode error, Step&) mutable {
          if (error != ErrorCode::kNone) OffsetCommits::FailCommit(response, error);
          reply(std::move(response));
        });
    self.Commit(step);
  });
}

void GroupCoordinator::FetchGroup(std::shared_ptr<const Received<OffsetFetchRequest>> request,
                                  std::string_view group_id, const FetchTopics& topics,
                                  Callback<OffsetFetchResponse::Group> reply) {
  const std::shared_ptr<Shard> shard = ShardOf(group_id);
  if (shard == nullptr) {
    auto group = ErrorResponse<OffsetFetchResponse::Group>(ErrorCode::kCoordinatorNotAvailable);
    group.group_id = group_id;
    return reply(std::move(group));
  }
  // `group_id` and `topics` are part of the request.
  shard->Post([this, request = std::move(request), group_id, &topics,
               reply = std::move(reply)](Shard& self) mutable {
    auto group = ErrorResponse<OffsetFetchResponse::Group>(self.availability());
    group.group_id = group_id;
    if (group.error_code != ErrorCode::kNone) return reply(std::move(group));
    group = self.offsets().Fetch(group_id, topics, request->message.require_stable,
                                 request->version, *image_());
    Step step = self.NewStep();
    step.Then([reply = std::move(reply), group = std::move(group)](ErrorCode error, Step&) mutable {
      if (error != ErrorCode::kNone) {
        // Clients look for the coordinator again, which older ones do only for this error.
        group.topics.clear();
        group.error_code = ErrorCode::kNotCoordinator;
      }
      reply(std::move(group));
    });
    self.Commit(step);
  });
}

void GroupCoordinator::OffsetFetch(Received<OffsetFetchRequest> received,
                                   Callback<OffsetFetchResponse> reply) {
  auto request = std::make_shared<const Received<OffsetFetchRequest>>(std::move(received));
  const OffsetFetchRequest& message = request->message;
  if (request->version == kZooKeeper) {
    OffsetFetchResponse response;
    response.topics = FetchErrors(message.topics, ErrorCode::kUnsupportedVersion);
    return reply(std::move(response));
  }
  if (request->version < kSeveralGroups) {
    return FetchGroup(
        request, message.group_id, message.topics,
        [request, reply = std::move(reply)](OffsetFetchResponse::Group group) mutable {
          OffsetFetchResponse response;
          response.error_code = group.error_code;
          response.topics = std::move(group.topics);
          if (group.error_code != ErrorCode::kNone && request->version < kGroupError) {
            response.topics = FetchErrors(request->message.topics, group.error_code);
          }
          reply(std::move(response));
        });
  }
  if (message.groups.empty()) return reply({});
  auto gather = std::make_shared<Gather<OffsetFetchResponse::Group>>(
      message.groups.size(),
      [reply = std::move(reply)](std::vector<OffsetFetchResponse::Group> groups) mutable {
        OffsetFetchResponse response;
        response.groups = std::move(groups);
        reply(std::move(response));
      });
  for (size_t i = 0; i < message.groups.size(); ++i) {
    const OffsetFetchRequest::Group& group = message.groups[i];
    FetchGroup(
        request, group.group_id, group.topics,
        [gather, i](OffsetFetchResponse::Group answer) { gather->Set(i, std::move(answer)); });
  }
}

void GroupCoordinator::OffsetDelete(Received<OffsetDeleteRequest> request,
                                    Callback<OffsetDeleteResponse> reply) {
  const std::string_view group_id = request.message.group_id;
  if (group_id.empty())
    return reply(ErrorResponse<OffsetDeleteResponse>(ErrorCode::kInvalidGroupId));
  const std::shared_ptr<Shard> shard = ShardOf(group_id);
  if (shard == nullptr)
    return reply(ErrorResponse<OffsetDeleteResponse>(ErrorCode::kCoordinatorNotAvailable));
  shard->Post([this, request = std::move(request), reply = std::move(reply)](Shard& self) mutable {
    const ErrorCode unavailable = self.availability();
    if (unavailable != ErrorCode::kNone)
      return reply(ErrorResponse<OffsetDeleteResponse>(unavailable));
    Step step = self.NewStep();
    OffsetDeleteResponse response = self.offsets().Delete(request.message, *image_(), step);
    step.Then(
        [reply = std::move(reply), response = std::move(response)](ErrorCode error, Step&) mutable {
          if (error != ErrorCode::kNone)
            response = ErrorResponse<OffsetDeleteResponse>(ToCoordinatorError(error));
          reply(std::move(response));
        });
    self.Commit(step);
  });
}

void GroupCoordinator::ResetOffsets(std::string group_id, std::vector<OffsetReset> offsets,
                                    Callback<Status> done) {
  if (group_id.empty()) return done(Fail(ErrorCode::kInvalidGroupId, "the group id is empty"));
  const std::shared_ptr<Shard> shard = ShardOf(group_id);
  if (shard == nullptr) {
    return done(Fail(ErrorCode::kCoordinatorNotAvailable, "the coordinator has not started"));
  }
  shard->PostWhenLoaded([this, group_id = std::move(group_id), offsets = std::move(offsets),
                         done = std::move(done)](Shard& self) mutable {
    ErrorCode error = self.availability();
    Step step = self.NewStep();
    if (error == ErrorCode::kNone) {
      error = self.offsets().Reset(group_id, offsets, *image_(), step);
    }
    if (error != ErrorCode::kNone) return done(Fail(error, "group " + group_id));
    // Kafka's clients are told to look for another coordinator; who operates the broker, what its
    // disk says.
    step.Then([done = std::move(done), &self](ErrorCode append_error, Step&) mutable {
      if (append_error == ErrorCode::kNone) return done({});
      if (append_error == ErrorCode::kKafkaStorageError) {
        return done(Fail(append_error, "the offsets could not be stored: " + self.last_failure()));
      }
      done(Fail(ToCoordinatorError(append_error), "the offsets could not be stored"));
    });
    self.Commit(step);
  });
}

}  // namespace monkafka::groups
