// A handful of settings, enough to test what reads and changes settings.
#pragma once

#include <charconv>
#include <map>
#include <string>
#include <vector>

#include "services/config_definition.h"

namespace monkafka::services {

// Resource types as on the wire.
inline constexpr int8_t kTopic = 2;
inline constexpr int8_t kBroker = 4;

class SmallTables final : public ConfigTables {
 public:
  std::map<std::string, std::string, std::less<>> static_values;

  std::span<const ConfigDefinition> TopicDefinitions() const override { return topic_; }
  std::span<const ConfigDefinition> BrokerDefinitions() const override { return broker_; }
  const ConfigDefinition* FindTopic(std::string_view name) const override {
    return Find(topic_, name);
  }
  const ConfigDefinition* FindBroker(std::string_view name) const override {
    return Find(broker_, name);
  }
  Status Validate(const ConfigDefinition& definition, std::string_view value) const override {
    if (definition.type != ConfigType::kLong) return {};
    int64_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error == std::errc{} && end == value.data() + value.size()) return {};
    return Fail(ErrorCode::kInvalidConfig,
                "Invalid value " + std::string(value) + " for configuration " +
                    std::string(definition.name) + ": Not a number of type LONG");
  }
  std::optional<std::string> StaticBrokerValue(std::string_view name) const override {
    const auto found = static_values.find(name);
    if (found == static_values.end()) return std::nullopt;
    return found->second;
  }

 private:
  using Table = std::vector<ConfigDefinition>;
  static const ConfigDefinition* Find(const Table& table, std::string_view name) {
    for (const ConfigDefinition& definition : table) {
      if (definition.name == name) return &definition;
    }
    return nullptr;
  }
  static ConfigDefinition Row(std::string_view name, ConfigType type,
                              std::optional<std::string_view> default_value,
                              std::string_view synonym = {},
                              ConfigUpdate update = ConfigUpdate::kClusterWide) {
    ConfigDefinition row;
    row.name = name;
    row.type = type;
    row.default_value = default_value;
    row.documentation = "documented";
    row.synonym = synonym;
    row.update = update;
    return row;
  }

  const Table topic_{
      Row("cleanup.policy", ConfigType::kList, "delete", "log.cleanup.policy"),
      Row("compression.type", ConfigType::kString, "producer"),
      Row("max.compaction.lag.ms", ConfigType::kLong, "9223372036854775807"),
      Row("min.compaction.lag.ms", ConfigType::kLong, "0"),
      Row("min.insync.replicas", ConfigType::kLong, "1"),
      Row("retention.ms", ConfigType::kLong, "604800000", "log.retention.ms"),
      Row("segment.bytes", ConfigType::kLong, "1073741824", "log.segment.bytes"),
      Row("unclean.leader.election.enable", ConfigType::kBoolean, "false"),
  };
  const Table broker_{
      Row("broker.id", ConfigType::kLong, "-1", "", ConfigUpdate::kReadOnly),
      Row("log.cleanup.policy", ConfigType::kList, "delete"),
      Row("log.retention.hours", ConfigType::kLong, "168", "", ConfigUpdate::kReadOnly),
      Row("log.retention.minutes", ConfigType::kLong, std::nullopt, "log.retention.hours",
          ConfigUpdate::kReadOnly),
      Row("log.retention.ms", ConfigType::kLong, std::nullopt, "log.retention.minutes"),
      Row("log.segment.bytes", ConfigType::kLong, "1073741824"),
      Row("max.connections", ConfigType::kLong, "100", "", ConfigUpdate::kPerBroker),
      Row("ssl.key.password", ConfigType::kPassword, std::nullopt, "", ConfigUpdate::kPerBroker),
  };
};

}  // namespace monkafka::services
