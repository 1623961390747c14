#include "services/internal_topics.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace monkafka::services {
namespace {

constexpr char kCleanupPolicy[] = "cleanup.policy";
constexpr char kCompact[] = "compact";

std::unexpected<Error> Protected(std::string_view topic, std::string_view why) {
  return Fail(ErrorCode::kPolicyViolation,
              fmt::format("the broker keeps its own state in {}, {}", topic, why));
}

std::unexpected<Error> ProtectedPartitions(std::string_view topic, size_t needed, int64_t asked) {
  return Protected(topic, fmt::format("whose partitions are {}, not {}: what belongs in which "
                                      "depends on their number",
                                      needed, asked));
}

std::unexpected<Error> ProtectedCleanup(std::string_view topic) {
  return Protected(topic, fmt::format("whose {} is {}: anything else would delete it",
                                      kCleanupPolicy, kCompact));
}

}  // namespace

NewTopic DefaultTopic(const TopicServiceOptions& options, std::string name) {
  NewTopic topic;
  topic.name = std::move(name);
  if (topic.name == cluster::kConsumerOffsetsTopic) {
    topic.partitions = options.offsets_topic_partitions;
    topic.replication_factor = options.offsets_topic_replication;
    topic.configs = {{kCleanupPolicy, kCompact},
                     {"compression.type", "producer"},
                     {"segment.bytes", std::to_string(options.offsets_topic_segment_bytes)}};
  } else if (topic.name == cluster::kTransactionStateTopic) {
    topic.partitions = options.transaction_topic_partitions;
    topic.replication_factor = options.transaction_topic_replication;
    topic.configs = {{kCleanupPolicy, kCompact},
                     {"compression.type", "uncompressed"},
                     {"min.insync.replicas", std::to_string(options.transaction_topic_min_isr)},
                     {"segment.bytes", std::to_string(options.transaction_topic_segment_bytes)},
                     {"unclean.leader.election.enable", "false"}};
  }
  return topic;
}

Result<NewTopic> CompleteInternalTopic(const TopicServiceOptions& options, NewTopic asked) {
  if (!cluster::IsInternalTopic(asked.name)) return asked;
  NewTopic topic = DefaultTopic(options, asked.name);
  if (asked.partitions != -1 && asked.partitions != topic.partitions) {
    return ProtectedPartitions(asked.name, static_cast<size_t>(topic.partitions), asked.partitions);
  }
  if (!asked.assignments.empty()) {
    return Protected(asked.name, "whose replicas the broker places by itself");
  }
  if (asked.replication_factor != -1) topic.replication_factor = asked.replication_factor;
  for (auto& [key, value] : asked.configs) {
    if (key == kCleanupPolicy && value != kCompact) return ProtectedCleanup(asked.name);
    const auto same = [&key](const auto& config) { return config.first == key; };
    const auto known = std::ranges::find_if(topic.configs, same);
    if (known != topic.configs.end()) topic.configs.erase(known);
    topic.configs.emplace_back(std::move(key), std::move(value));
  }
  return topic;
}

Status CheckInternalPartitions(const cluster::TopicImage& topic, int32_t count) {
  const size_t present = topic.partitions.size();
  if (!cluster::IsInternalTopic(topic.name) || std::cmp_equal(count, present)) return {};
  return ProtectedPartitions(topic.name, present, count);
}

Status CheckInternalConfigs(std::string_view topic,
                            const std::map<std::string, std::optional<std::string>>& configs,
                            bool replace) {
  if (!cluster::IsInternalTopic(topic)) return {};
  const auto policy = configs.find(kCleanupPolicy);
  if (policy == configs.end() ? !replace : policy->second == kCompact) return {};
  return ProtectedCleanup(topic);
}

}  // namespace monkafka::services
