#include "config/settings.h"

#include <fmt/core.h>

#include <algorithm>

#include "common/check.h"
#include "common/nearest_name.h"
#include "config/tables.h"
#include "config/value.h"

namespace monkafka::config {

using services::ConfigDefinition;

std::string DescribeUnknownKey(std::string_view key) {
  std::vector<std::string_view> known;
  for (const ConfigDefinition& row : BrokerTable()) known.push_back(row.name);
  const std::string_view nearest = NearestName(key, known);
  if (nearest.empty()) return fmt::format("unknown setting '{}'", key);
  return fmt::format("unknown setting '{}'; did you mean '{}'?", key, nearest);
}

Result<Settings> Settings::Make(SourcedValues given, std::vector<std::string>& warnings) {
  Settings settings;
  const auto without_effect = KafkaKeysWithoutEffect();
  for (auto& [key, sourced] : given) {
    const ConfigDefinition* row = Find(BrokerTable(), key);
    if (row != nullptr) {
      if (Status valid = ValidateValue(*row, sourced.value); !valid) {
        return Fail(ErrorCode::kInvalidConfig,
                    fmt::format("{}: {}", sourced.origin, valid.error().message));
      }
      settings.given_.emplace(key, std::move(sourced));
    } else if (std::ranges::find(without_effect, key) != without_effect.end()) {
      warnings.push_back(fmt::format("{}: '{}' has no effect here", sourced.origin, key));
    } else {
      warnings.push_back(fmt::format("{}: {}", sourced.origin, DescribeUnknownKey(key)));
    }
  }
  return settings;
}

std::string Settings::Text(std::string_view name) const {
  const ConfigDefinition* row = FindBroker(name);
  CHECK(row != nullptr);
  if (const auto found = given_.find(name); found != given_.end()) {
    return std::string(TrimBlanks(found->second.value));
  }
  // A synonym that was given is nearer than this key's own default.
  for (std::string_view other = row->synonym; !other.empty();) {
    if (Given(other)) return Text(other);
    other = FindBroker(other)->synonym;
  }
  if (row->default_value) return std::string(*row->default_value);
  if (!row->synonym.empty()) return Text(row->synonym);
  return {};
}

bool Settings::Boolean(std::string_view name) const { return ParseBoolean(Text(name)); }

int64_t Settings::Integer(std::string_view name) const { return ParseInteger(Text(name)); }

std::span<const ConfigDefinition> Settings::TopicDefinitions() const { return TopicTable(); }

std::span<const ConfigDefinition> Settings::BrokerDefinitions() const { return BrokerTable(); }

const ConfigDefinition* Settings::FindTopic(std::string_view name) const {
  return Find(TopicTable(), name);
}

const ConfigDefinition* Settings::FindBroker(std::string_view name) const {
  return Find(BrokerTable(), name);
}

Status Settings::Validate(const ConfigDefinition& definition, std::string_view value) const {
  return ValidateValue(definition, value);
}

std::optional<std::string> Settings::StaticBrokerValue(std::string_view name) const {
  const auto found = given_.find(name);
  if (found == given_.end()) return std::nullopt;
  return found->second.value;
}

}  // namespace monkafka::config
