// What is known of one configuration key: the row of the config table (config/) that describing,
// validating and explaining a setting all read. Rooms below config see only this struct.
// Source of names, types, defaults and documentation: Kafka's ConfigDef, TopicConfig, KafkaConfig.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace monkafka::services {

// Kafka's DescribeConfigsResponse.ConfigType, the value is the wire's.
enum class ConfigType : int8_t {
  kUnknown = 0,
  kBoolean = 1,
  kString = 2,
  kInt = 3,
  kShort = 4,
  kLong = 5,
  kDouble = 6,
  kList = 7,
  kClass = 8,
  kPassword = 9,
};

enum class ConfigUpdate { kReadOnly, kPerBroker, kClusterWide };

struct ConfigDefinition {
  std::string_view name;
  ConfigType type = ConfigType::kString;
  std::optional<std::string_view> default_value;  // as text; nullopt: null
  std::string_view documentation;
  ConfigUpdate update = ConfigUpdate::kReadOnly;  // of broker keys; topic keys change at run time
  // For a topic key: the broker key that gives its default. For a broker key: the key it falls back
  // to ("log.retention.ms" to "log.retention.minutes"); empty: none.
  std::string_view synonym;
  // Range of numbers, inclusive, and the words a string or each word of a list may be (empty: any).
  double minimum = 0;
  double maximum = 0;
  bool has_range = false;
  std::vector<std::string_view> valid_words;
  bool hidden = false;  // accepted and in force, not listed by DescribeConfigs

  bool is_list() const { return type == ConfigType::kList; }
  bool is_sensitive() const { return type == ConfigType::kPassword; }
};

// The two tables, looked up by name; nullptr for an unknown key. Lives as long as the process.
class ConfigTables {
 public:
  virtual ~ConfigTables() = default;
  virtual std::span<const ConfigDefinition> TopicDefinitions() const = 0;
  virtual std::span<const ConfigDefinition> BrokerDefinitions() const = 0;
  virtual const ConfigDefinition* FindTopic(std::string_view name) const = 0;
  virtual const ConfigDefinition* FindBroker(std::string_view name) const = 0;

  // INVALID_CONFIG with Kafka's wording: "Invalid value x for configuration y: ...".
  // `value` as text. Rules that span several keys are in ValidateTopic.
  virtual Status Validate(const ConfigDefinition& definition, std::string_view value) const = 0;

  // What this broker started with (file, environment, flags): nullopt when the key was not given.
  virtual std::optional<std::string> StaticBrokerValue(std::string_view name) const = 0;
};

}  // namespace monkafka::services
