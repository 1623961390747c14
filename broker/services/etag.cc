#include "services/etag.h"

#include <fmt/core.h>

namespace monkafka::services {
namespace {

constexpr uint64_t kFnvPrime = 0x100000001b3;

void AddConfigs(const cluster::ConfigMap& configs, EtagHash& hash) {
  for (const auto& [key, value] : configs) hash.Add(key).Add(value);
}

}  // namespace

void EtagHash::AddBytes(std::string_view bytes) {
  for (const char byte : bytes) {
    hash_ ^= static_cast<uint8_t>(byte);
    hash_ *= kFnvPrime;
  }
}

EtagHash& EtagHash::Add(std::string_view text) {
  Add(static_cast<int64_t>(text.size()));
  AddBytes(text);
  return *this;
}

EtagHash& EtagHash::Add(int64_t number) {
  AddBytes({reinterpret_cast<const char*>(&number), sizeof number});
  return *this;
}

std::string EtagHash::ToString() const { return fmt::format("{:016x}", hash_); }

std::string TopicEtag(const cluster::MetadataImage& image, const cluster::TopicImage& topic) {
  EtagHash hash;
  hash.Add(topic.id.ToString()).Add(static_cast<int64_t>(topic.partitions.size()));
  for (const cluster::PartitionImage& partition : topic.partitions) {
    hash.Add(partition.leader_epoch).Add(partition.partition_epoch);
  }
  AddConfigs(image.ConfigsOf(cluster::ResourceType::kTopic, topic.name), hash);
  return hash.ToString();
}

std::string ConfigEtag(const cluster::MetadataImage& image, cluster::ResourceType type,
                       const std::string& name) {
  EtagHash hash;
  if (type == cluster::ResourceType::kTopic) {
    if (const cluster::TopicImage* topic = image.FindTopic(name)) hash.Add(topic->id.ToString());
  }
  AddConfigs(image.ConfigsOf(type, name), hash);
  return hash.ToString();
}

Status CheckEtag(const std::optional<std::string>& expected, std::string_view actual) {
  if (!expected || *expected == actual) return {};
  return Fail(ErrorCode::kInvalidUpdateVersion,
              fmt::format("it was changed meanwhile: its etag is {}, not {}", actual, *expected));
}

}  // namespace monkafka::services
