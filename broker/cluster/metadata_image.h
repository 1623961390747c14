// What exists: brokers, topics, partitions, configs, as one immutable snapshot. Readers hold a
// shared_ptr to it and never wait; every change publishes a new image that shares what is
// unchanged. Built by applying the records of the metadata log in order (cluster/metadata_delta.h).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/types.h"

namespace monkafka::cluster {

// Keys with their overriding values, in order.
using ConfigMap = std::map<std::string, std::string, std::less<>>;

// Kafka's ConfigResource.Type.
enum class ResourceType : int8_t { kTopic = 2, kBroker = 4, kBrokerLogger = 8, kGroup = 32 };

struct Endpoint {
  std::string listener;
  std::string host;
  int port = 0;
  int16_t security_protocol =
      0;  // Kafka's SecurityProtocol: PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL
  bool operator==(const Endpoint&) const = default;
};

struct BrokerImage {
  int32_t id = 0;
  int64_t epoch = -1;
  std::vector<Endpoint> endpoints;  // as advertised
  std::string rack;                 // empty: none
  Uuid incarnation_id;
  std::vector<Uuid> log_dirs;  // directory.id of each meta.properties
  bool fenced = false;
};

struct PartitionImage {
  int32_t leader = -1;
  LeaderEpoch leader_epoch = 0;
  int32_t partition_epoch = 0;
  std::vector<int32_t> replicas;
  std::vector<int32_t> isr;
  std::vector<Uuid> directories;  // of each replica (KIP-858)
};

struct TopicImage {
  std::string name;
  Uuid id;
  std::vector<PartitionImage> partitions;  // by partition number
};

inline constexpr std::string_view kConsumerOffsetsTopic = "__consumer_offsets";
inline constexpr std::string_view kTransactionStateTopic = "__transaction_state";
inline bool IsInternalTopic(std::string_view name) {
  return name == kConsumerOffsetsTopic || name == kTransactionStateTopic;
}

struct MetadataImage {
  std::string cluster_id;
  std::map<int32_t, BrokerImage> brokers;
  std::map<std::string, std::shared_ptr<const TopicImage>, std::less<>> topics;
  std::unordered_map<Uuid, std::shared_ptr<const TopicImage>> topics_by_id;
  // Overrides by resource; the empty broker name is the cluster-wide default.
  std::map<std::pair<ResourceType, std::string>, ConfigMap> configs;
  // Levels of features, metadata.version among them.
  std::map<std::string, int16_t, std::less<>> features;
  ProducerId next_producer_id = 0;  // the first that no block handed out
  Offset last_offset = kNoOffset;   // of the metadata log

  const TopicImage* FindTopic(std::string_view name) const {
    const auto found = topics.find(name);
    return found == topics.end() ? nullptr : found->second.get();
  }
  const TopicImage* FindTopic(const Uuid& id) const {
    const auto found = topics_by_id.find(id);
    return found == topics_by_id.end() ? nullptr : found->second.get();
  }
  // Empty when nothing is overridden.
  const ConfigMap& ConfigsOf(ResourceType type, const std::string& name) const {
    static const ConfigMap none;
    const auto found = configs.find({type, name});
    return found == configs.end() ? none : found->second;
  }
};

}  // namespace monkafka::cluster
