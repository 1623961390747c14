#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "bench/loader/commands.h"
#include "bench/loader/connection.h"
#include "protocol/list_offsets.h"
#include "protocol/topics.h"

namespace monkafka::bench {
namespace {

bool AllLed(Connection& connection, const Options& options) {
  protocol::ListOffsetsRequest request;
  request.topics.emplace_back();
  request.topics[0].name = options.topic;
  for (int i = 0; i < options.partitions; ++i) {
    protocol::ListOffsetsRequest::Partition partition;
    partition.partition_index = i;
    partition.timestamp = -1;
    request.topics[0].partitions.push_back(partition);
  }
  const auto response = connection.Call<protocol::ListOffsetsResponse>(request, 1);
  return std::ranges::all_of(response.topics.at(0).partitions, [](const auto& partition) {
    return partition.error_code == ErrorCode::kNone;
  });
}

}  // namespace

void CreateTopic(const Options& options) {
  Connection connection(options.port);
  protocol::CreateTopicsRequest request;
  request.topics = {{options.topic, options.partitions, 1, {}, {}}};
  const std::string flush_messages = std::to_string(options.flush_messages.value_or(0));
  if (options.flush_messages) request.topics[0].configs = {{"flush.messages", flush_messages}};
  const auto response = connection.Call<protocol::CreateTopicsResponse>(request, 2);
  const ErrorCode error = response.topics.at(0).error_code;
  if (error != ErrorCode::kNone) {
    Die(fmt::format("CreateTopics was answered with error {}", static_cast<int>(error)));
  }
  // Apache Kafka answers before its partitions can be written to.
  AwaitTopic(options);
}

void AwaitTopic(const Options& options) {
  Connection connection(options.port);
  while (!AllLed(connection, options)) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  fmt::print("{{\"partitions\": {}}}\n", options.partitions);
}

}  // namespace monkafka::bench
