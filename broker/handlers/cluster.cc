// What tools ask about the cluster: brokers, log directories, topics a page at a time.
#include "protocol/cluster.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "handlers/authorized_operations.h"
#include "handlers/handlers.h"
#include "handlers/partition_states.h"
#include "services/topic_names.h"

namespace monkafka::handlers {
namespace {

using protocol::DescribeClusterRequest;
using protocol::DescribeClusterResponse;
using protocol::DescribeLogDirsRequest;
using protocol::DescribeLogDirsResponse;
using protocol::DescribeTopicPartitionsRequest;
using protocol::DescribeTopicPartitionsResponse;

constexpr int8_t kBrokers = 1;      // endpoint_type
constexpr int8_t kControllers = 2;  // which have no listener of their own here

// max.request.partition.size.limit of Kafka: partitions in one page.
constexpr int32_t kMaxPageSize = 2000;

std::optional<Error> WrongEndpointType(const DescribeClusterRequest& message) {
  if (message.endpoint_type == kBrokers) return std::nullopt;
  if (message.endpoint_type == kControllers) {
    return Error{ErrorCode::kMismatchedEndpointType,
                 "The request was sent to an endpoint of type BROKER, but we wanted an endpoint of "
                 "type CONTROLLER"};
  }
  return Error{ErrorCode::kUnsupportedEndpointType,
               fmt::format("Unsupported endpoint type {}", message.endpoint_type)};
}

// Which partitions DescribeLogDirs asks for.
class LogDirFilter {
 public:
  explicit LogDirFilter(const DescribeLogDirsRequest& message) : all_(!message.topics) {
    if (all_) return;
    for (const DescribeLogDirsRequest::Topic& topic : *message.topics) {
      for (const int32_t partition : topic.partitions) wanted_.emplace(topic.topic, partition);
    }
  }
  bool Wants(const TopicPartition& tp) const {
    return all_ || wanted_.contains({tp.topic, tp.partition});
  }

 private:
  bool all_;
  std::set<std::pair<std::string_view, int32_t>> wanted_;
};

// One page of DescribeTopicPartitions: topics by name from the cursor on, as many partitions as the
// page takes.
class TopicPage {
 public:
  TopicPage(const cluster::MetadataImage& image, std::string_view listener, int32_t room)
      : image_(image), listener_(listener), room_(room) {}

  // False: the page is full and says where the next one begins.
  bool Add(std::string_view name, size_t from) {
    if (room_ == 0) {
      response_.next_cursor = {std::string(name), 0};
      return false;
    }
    const cluster::TopicImage* image = image_.FindTopic(name);
    DescribeTopicPartitionsResponse::Topic& topic = response_.topics.emplace_back();
    topic.name = name;
    topic.is_internal = cluster::IsInternalTopic(name);
    topic.topic_authorized_operations = kTopicOperations;
    if (image == nullptr) {
      topic.error_code = services::ValidateTopicName(name) ? ErrorCode::kUnknownTopicOrPartition
                                                           : ErrorCode::kInvalidTopicException;
      return true;
    }
    topic.topic_id = image->id;
    return AddPartitions(*image, from, topic);
  }

  DescribeTopicPartitionsResponse Take() { return std::move(response_); }

 private:
  bool AddPartitions(const cluster::TopicImage& image, size_t from,
                     DescribeTopicPartitionsResponse::Topic& topic) {
    for (size_t i = from; i < image.partitions.size(); ++i) {
      if (room_ == 0) {
        response_.next_cursor = {image.name, static_cast<int32_t>(i)};
        return false;
      }
      topic.partitions.push_back(DescribePartition<DescribeTopicPartitionsResponse::Partition>(
          image_, listener_, image.partitions[i], static_cast<int32_t>(i),
          ErrorCode::kListenerNotFound));
      topic.partitions.back().eligible_leader_replicas.emplace();
      topic.partitions.back().last_known_elr.emplace();
      --room_;
    }
    return true;
  }

  const cluster::MetadataImage& image_;
  const std::string_view listener_;
  int32_t room_;
  DescribeTopicPartitionsResponse response_;
};

// The names asked for, or all there are, in order and without repetition.
std::set<std::string_view> NamesOf(const DescribeTopicPartitionsRequest& message,
                                   const cluster::MetadataImage& image) {
  std::set<std::string_view> names;
  for (const auto& topic : message.topics) names.insert(topic.name);
  if (message.topics.empty()) {
    for (const auto& [name, topic] : image.topics) names.insert(names.end(), name);
  }
  return names;
}

}  // namespace

void HandleDescribeCluster(Context& ctx, RequestPtr<DescribeClusterRequest> request) {
  const DescribeClusterRequest& message = request->message();
  DescribeClusterResponse response;
  if (std::optional<Error> error = WrongEndpointType(message)) {
    response.error_code = error->code;
    response.error_message = error->message;
    return request->Respond(response);
  }
  const auto image = ctx.cluster.Image();
  response.cluster_id = image->cluster_id;
  response.controller_id = ctx.cluster.node_id();
  for (const auto& [id, broker] : image->brokers) {
    if (broker.fenced && !message.include_fenced_brokers) continue;
    for (const cluster::Endpoint& endpoint : broker.endpoints) {
      if (endpoint.listener != request->connection().listener) continue;
      response.brokers.push_back(
          {id, endpoint.host, endpoint.port,
           broker.rack.empty() ? std::nullopt : std::optional<std::string>(broker.rack),
           broker.fenced});
    }
  }
  if (message.include_cluster_authorized_operations) {
    response.cluster_authorized_operations = kClusterOperations;
  }
  request->Respond(response);
}

void HandleDescribeLogDirs(Context& ctx, RequestPtr<DescribeLogDirsRequest> request) {
  const LogDirFilter filter(request->message());
  const auto image = ctx.cluster.Image();
  std::map<std::string, DescribeLogDirsResponse::Topic> topics;
  for (const storage::LogManager::LogDescription& log : ctx.logs.Describe()) {
    const TopicPartition& tp = log.topic_partition;
    // The metadata log lies there too, but is no topic.
    if (image->FindTopic(tp.topic) == nullptr || !filter.Wants(tp)) continue;
    DescribeLogDirsResponse::Topic& topic = topics[tp.topic];
    topic.name = tp.topic;
    topic.partitions.push_back({tp.partition, log.size_in_bytes, 0, false});
  }
  DescribeLogDirsResponse response;
  DescribeLogDirsResponse::LogDir& directory = response.results.emplace_back();
  directory.log_dir = ctx.logs.directory();
  if (const auto bytes = ctx.logs.DiskTotalAndUsableBytes()) {
    std::tie(directory.total_bytes, directory.usable_bytes) = *bytes;
  } else {
    directory.error_code = bytes.error().code;
  }
  for (auto& [name, topic] : topics) directory.topics.push_back(std::move(topic));
  request->Respond(response);
}

void HandleDescribeTopicPartitions(Context& ctx,
                                   RequestPtr<DescribeTopicPartitionsRequest> request) {
  const DescribeTopicPartitionsRequest& message = request->message();
  if (message.cursor && message.cursor->partition_index < 0) {
    DescribeTopicPartitionsResponse response;
    for (const auto& topic : message.topics) {
      response.topics.emplace_back().name = topic.name;
      response.topics.back().error_code = ErrorCode::kInvalidRequest;
    }
    return request->Respond(response);
  }
  const auto image = ctx.cluster.Image();
  TopicPage page(*image, request->connection().listener,
                 std::clamp(message.response_partition_limit, 1, kMaxPageSize));
  const std::set<std::string_view> names = NamesOf(message, *image);
  auto name = message.cursor ? names.lower_bound(message.cursor->topic_name) : names.begin();
  for (; name != names.end(); ++name) {
    const bool at_cursor = message.cursor && *name == message.cursor->topic_name;
    if (!page.Add(*name, at_cursor ? static_cast<size_t>(message.cursor->partition_index) : 0)) {
      break;
    }
  }
  request->Respond(page.Take());
}

}  // namespace monkafka::handlers
