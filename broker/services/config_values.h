// The value in force of a setting and every place it could come from, as DescribeConfigs and the
// admin service show them.
//
// Order of precedence: the topic's override, this broker's dynamic value, the cluster-wide dynamic
// default, what the broker was started with, the built-in default.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/metadata_image.h"
#include "services/config_definition.h"

namespace monkafka::services {

// Kafka's DescribeConfigsResponse.ConfigSource, the value is the wire's.
enum class ConfigSource : int8_t {
  kUnknown = 0,
  kTopic = 1,
  kDynamicBroker = 2,
  kDynamicDefaultBroker = 3,
  kStaticBroker = 4,
  kDefault = 5,
};

struct ConfigSynonym {
  std::string name;
  std::optional<std::string> value;  // none: sensitive
  ConfigSource source = ConfigSource::kUnknown;
};

struct ConfigEntry {
  std::string name;
  std::optional<std::string> value;  // none: null, or sensitive
  ConfigSource source = ConfigSource::kDefault;
  bool read_only = false;
  bool sensitive = false;
  ConfigType type = ConfigType::kUnknown;
  std::string_view documentation;
  std::vector<ConfigSynonym> synonyms;  // the nearest first
};

// Which synonyms an entry lists. Kafka leaves out those before the first that has the broker key's
// own name, as log.retention.hours when log.retention.ms is not given; its source follows. And it
// shows a broker key that has no default and is not set itself as null, whatever is in force.
enum class ListedSynonyms { kAsKafka, kAll };

// Lifetime: the tables outlive it. Threads: any.
class ConfigValues {
 public:
  ConfigValues(const ConfigTables& tables, int32_t node_id);

  // Of a topic with these overrides, whether it exists or not; by name.
  std::vector<ConfigEntry> OfTopic(const cluster::MetadataImage& image,
                                   const cluster::ConfigMap& overrides,
                                   ListedSynonyms listed = ListedSynonyms::kAsKafka) const;
  // Everything of this broker.
  std::vector<ConfigEntry> OfBroker(const cluster::MetadataImage& image,
                                    ListedSynonyms listed = ListedSynonyms::kAsKafka) const;
  // The cluster-wide dynamic defaults that are set.
  std::vector<ConfigEntry> OfAllBrokers(const cluster::MetadataImage& image) const;

  // One setting of a topic, and one of this broker.
  ConfigEntry TopicEntry(const cluster::MetadataImage& image, const cluster::ConfigMap& overrides,
                         const ConfigDefinition& definition,
                         ListedSynonyms listed = ListedSynonyms::kAsKafka) const;
  ConfigEntry BrokerEntry(const cluster::MetadataImage& image, std::string_view name,
                          ListedSynonyms listed = ListedSynonyms::kAsKafka) const;

  // The value in force of one topic setting; "" for null and for an unknown key.
  std::string TopicValue(const cluster::MetadataImage& image, const cluster::ConfigMap& overrides,
                         std::string_view key) const;

  const ConfigTables& tables() const { return tables_; }
  int32_t node_id() const { return node_id_; }

 private:
  // What a broker key and those it falls back to are set to.
  void AddBrokerSynonyms(const cluster::MetadataImage& image, std::string_view name,
                         std::vector<ConfigSynonym>& synonyms) const;

  const ConfigTables& tables_;
  const int32_t node_id_;
};

}  // namespace monkafka::services
