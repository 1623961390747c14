#include "config/topic_values.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "common/check.h"
#include "config/table_builder.h"
#include "config/value.h"

namespace monkafka::config {
namespace {

using cluster::ConfigMap;
using cluster::ResourceType;

// log.retention.ms and its kin: coarser keys count when the finer ones were not given.
struct UnitKey {
  std::string_view milliseconds_key;
  std::string_view key;
  int64_t milliseconds;
};
constexpr UnitKey kUnitKeys[] = {
    {"log.retention.ms", "log.retention.minutes", 60'000},
    {"log.retention.ms", "log.retention.hours", 3'600'000},
    {"log.roll.ms", "log.roll.hours", 3'600'000},
    {"log.roll.jitter.ms", "log.roll.jitter.hours", 3'600'000},
};

const std::string* FindIn(const ConfigMap& configs, std::string_view key) {
  const auto found = configs.find(key);
  return found == configs.end() ? nullptr : &found->second;
}

std::string StaticValue(const Settings& settings, std::string_view key) {
  if (settings.Given(key)) return settings.Text(key);
  const UnitKey* coarsest = nullptr;
  for (const UnitKey& unit : kUnitKeys) {
    if (unit.milliseconds_key != key) continue;
    coarsest = &unit;
    if (settings.Given(unit.key)) break;
  }
  if (coarsest == nullptr) return settings.Text(key);
  const int64_t value = settings.Integer(coarsest->key);
  // Kafka: a negative retention means for ever, in every unit.
  return std::to_string(value < 0 ? -1 : value * coarsest->milliseconds);
}

class TopicReader {
 public:
  TopicReader(const Settings& settings, const cluster::MetadataImage& image, int32_t node_id,
              const std::string& topic)
      : settings_(settings),
        topic_(image.ConfigsOf(ResourceType::kTopic, topic)),
        broker_(image.ConfigsOf(ResourceType::kBroker, std::to_string(node_id))),
        cluster_(image.ConfigsOf(ResourceType::kBroker, "")) {}

  std::string Text(std::string_view key) const {
    const services::ConfigDefinition* row = settings_.FindTopic(key);
    CHECK(row != nullptr);
    if (const std::string* value = FindIn(topic_, key)) return *value;
    if (row->synonym.empty()) return std::string(row->default_value.value_or(""));
    if (const std::string* value = FindIn(broker_, row->synonym)) return *value;
    if (const std::string* value = FindIn(cluster_, row->synonym)) return *value;
    return StaticValue(settings_, row->synonym);
  }
  int64_t Integer(std::string_view key) const { return ParseInteger(Text(key)); }
  int32_t Int32(std::string_view key) const { return static_cast<int32_t>(Integer(key)); }
  std::chrono::milliseconds Millis(std::string_view key) const {
    return std::chrono::milliseconds(Integer(key));
  }

 private:
  const Settings& settings_;
  const ConfigMap& topic_;
  const ConfigMap& broker_;
  const ConfigMap& cluster_;
};

std::optional<records::Codec> ToCodec(std::string_view name) {
  constexpr std::pair<std::string_view, records::Codec> kCodecs[] = {
      {"uncompressed", records::Codec::kNone},
      {"gzip", records::Codec::kGzip},
      {"snappy", records::Codec::kSnappy},
      {"lz4", records::Codec::kLz4},
      {"zstd", records::Codec::kZstd}};
  for (const auto& [known, codec] : kCodecs) {
    if (known == name) return codec;
  }
  return std::nullopt;  // "producer"
}

bool Contains(const std::vector<std::string>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

// Kafka 3.9 (KIP-937): the older setting counts where the bound of one direction has its default.
int64_t TimestampBound(const TopicReader& values, std::string_view key) {
  const int64_t bound = values.Integer(key);
  return bound != kMaxLong ? bound : values.Integer("message.timestamp.difference.max.ms");
}

}  // namespace

std::string TopicValue(const Settings& settings, const cluster::MetadataImage& image,
                       int32_t node_id, const std::string& topic, std::string_view key) {
  return TopicReader(settings, image, node_id, topic).Text(key);
}

storage::LogConfig MakeLogConfig(const Settings& settings, const cluster::MetadataImage& image,
                                 int32_t node_id, const std::string& topic) {
  const TopicReader values(settings, image, node_id, topic);
  storage::LogConfig config;
  config.segment_bytes = values.Int32("segment.bytes");
  config.segment_ms = values.Millis("segment.ms");
  config.segment_jitter_ms = values.Millis("segment.jitter.ms");
  config.segment_index_bytes = values.Int32("segment.index.bytes");
  config.index_interval_bytes = values.Int32("index.interval.bytes");
  config.flush_messages = values.Integer("flush.messages");
  config.flush_ms = values.Integer("flush.ms");
  config.retention_bytes = values.Integer("retention.bytes");
  config.retention_ms = values.Integer("retention.ms");
  config.file_delete_delay = values.Millis("file.delete.delay.ms");
  const std::vector<std::string> policy = ParseList(values.Text("cleanup.policy"));
  config.cleanup_delete = Contains(policy, "delete");
  config.cleanup_compact = Contains(policy, "compact");
  config.max_message_bytes = values.Int32("max.message.bytes");
  config.compression = ToCodec(values.Text("compression.type"));
  config.gzip_level = values.Int32("compression.gzip.level");
  config.lz4_level = values.Int32("compression.lz4.level");
  config.zstd_level = values.Int32("compression.zstd.level");
  config.timestamp_type = values.Text("message.timestamp.type") == "LogAppendTime"
                              ? records::TimestampType::kLogAppendTime
                              : records::TimestampType::kCreateTime;
  config.timestamp_before_max_ms = TimestampBound(values, "message.timestamp.before.max.ms");
  config.timestamp_after_max_ms = TimestampBound(values, "message.timestamp.after.max.ms");
  config.min_insync_replicas = values.Int32("min.insync.replicas");
  config.preallocate = ParseBoolean(values.Text("preallocate"));
  return config;
}

}  // namespace monkafka::config
