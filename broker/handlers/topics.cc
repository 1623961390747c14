// Topics: create, delete, grow, delete records.
#include "protocol/topics.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "handlers/handlers.h"
#include "services/delete_records.h"

namespace monkafka::handlers {
namespace {

using protocol::CreatePartitionsRequest;
using protocol::CreatePartitionsResponse;
using protocol::CreateTopicsRequest;
using protocol::CreateTopicsResponse;
using protocol::DeleteRecordsRequest;
using protocol::DeleteRecordsResponse;
using protocol::DeleteTopicsRequest;
using protocol::DeleteTopicsResponse;

// The first version that names topics by name or id, in a list of its own.
constexpr int16_t kFirstDeleteVersionWithIds = 6;

std::optional<std::string> OrNull(std::string message) {
  if (message.empty()) return std::nullopt;
  return message;
}

services::NewTopic ToService(const CreateTopicsRequest::Topic& asked) {
  services::NewTopic topic;
  topic.name = asked.name;
  topic.partitions = asked.num_partitions;
  topic.replication_factor = asked.replication_factor;
  for (const auto& assignment : asked.assignments) {
    topic.assignments.push_back({assignment.partition_index, assignment.broker_ids});
  }
  for (const auto& config : asked.configs) {
    topic.configs.emplace_back(
        std::string(config.name),
        config.value ? std::optional<std::string>(*config.value) : std::nullopt);
  }
  return topic;
}

CreateTopicsResponse::Topic ToWire(services::CreatedTopic created) {
  CreateTopicsResponse::Topic topic;
  topic.name = std::move(created.name);
  topic.topic_id = created.id;
  topic.error_code = created.error;
  topic.error_message = OrNull(std::move(created.message));
  if (created.error != ErrorCode::kNone) return topic;
  topic.num_partitions = created.partitions;
  topic.replication_factor = created.replication_factor;
  for (const services::ConfigEntry& entry : *created.configs) {
    topic.configs->push_back({entry.name, entry.value, entry.read_only,
                              static_cast<int8_t>(entry.source), entry.sensitive});
  }
  return topic;
}

std::vector<services::TopicReference> ReferencesOf(const DeleteTopicsRequest& message,
                                                   int16_t version) {
  std::vector<services::TopicReference> topics;
  if (version >= kFirstDeleteVersionWithIds) {
    for (const DeleteTopicsRequest::Topic& topic : message.topics) {
      topics.push_back(
          {topic.name ? std::optional<std::string>(*topic.name) : std::nullopt, topic.topic_id});
    }
  } else {
    for (const std::string_view name : message.topic_names) {
      topics.push_back({std::string(name), Uuid{}});
    }
  }
  return topics;
}

services::MorePartitions ToService(const CreatePartitionsRequest::Topic& asked) {
  services::MorePartitions topic{std::string(asked.name), asked.count, std::nullopt};
  if (asked.assignments) {
    topic.assignments.emplace();
    for (const auto& assignment : *asked.assignments) {
      topic.assignments->push_back(assignment.broker_ids);
    }
  }
  return topic;
}

}  // namespace

void HandleCreateTopics(Context& ctx, RequestPtr<CreateTopicsRequest> request) {
  std::vector<services::NewTopic> topics;
  for (const auto& asked : request->message().topics) topics.push_back(ToService(asked));
  ctx.topics.Create(std::move(topics), request->message().validate_only,
                    [request](std::vector<services::CreatedTopic> results) {
                      CreateTopicsResponse response;
                      for (services::CreatedTopic& result : results) {
                        response.topics.push_back(ToWire(std::move(result)));
                      }
                      request->Respond(response);
                    });
}

void HandleDeleteTopics(Context& ctx, RequestPtr<DeleteTopicsRequest> request) {
  ctx.topics.Delete(
      ReferencesOf(request->message(), request->version()), /*validate_only=*/false,
      [request](std::vector<services::DeletedTopic> results) {
        DeleteTopicsResponse response;
        for (services::DeletedTopic& result : results) {
          response.responses.push_back(
              {std::move(result.name), result.id, result.error, OrNull(std::move(result.message))});
        }
        request->Respond(response);
      });
}

void HandleCreatePartitions(Context& ctx, RequestPtr<CreatePartitionsRequest> request) {
  std::vector<services::MorePartitions> topics;
  for (const auto& asked : request->message().topics) topics.push_back(ToService(asked));
  ctx.topics.CreatePartitions(std::move(topics), request->message().validate_only,
                              [request](std::vector<services::TopicResult> results) {
                                CreatePartitionsResponse response;
                                for (services::TopicResult& result : results) {
                                  response.results.push_back({std::move(result.name), result.error,
                                                              OrNull(std::move(result.message))});
                                }
                                request->Respond(response);
                              });
}

void HandleDeleteRecords(Context& ctx, RequestPtr<DeleteRecordsRequest> request) {
  std::vector<services::RecordDeletion> deletions;
  for (const DeleteRecordsRequest::Topic& topic : request->message().topics) {
    for (const DeleteRecordsRequest::Partition& partition : topic.partitions) {
      deletions.push_back({{std::string(topic.name), partition.partition_index}, partition.offset});
    }
  }
  services::DeleteRecords(
      ctx.cluster, std::move(deletions), /*validate_only=*/false,
      [request](std::vector<services::DeletedRecords> results) {
        DeleteRecordsResponse response;
        auto result = results.begin();
        for (const DeleteRecordsRequest::Topic& topic : request->message().topics) {
          DeleteRecordsResponse::Topic& answer = response.topics.emplace_back();
          answer.name = topic.name;
          for (const DeleteRecordsRequest::Partition& partition : topic.partitions) {
            answer.partitions.push_back(
                {partition.partition_index, result->low_watermark, result->error});
            ++result;
          }
        }
        request->Respond(response);
      });
}

}  // namespace monkafka::handlers
