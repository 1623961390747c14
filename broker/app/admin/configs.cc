#include "app/admin/configs.h"

#include <fmt/core.h>

#include <limits>
#include <map>
#include <utility>
#include <vector>

#include "app/admin/failures.h"
#include "app/admin/refusals.h"
#include "app/admin/wait.h"
#include "services/config_explanation.h"
#include "services/internal_topics.h"

namespace monkafka::app {
namespace {

using admin::ConfigUpdateMode;
using admin::Outcome;
using cluster::ResourceType;

bool IsTopic(const services::ConfigResource& resource) {
  return resource.type == static_cast<int8_t>(ResourceType::kTopic);
}

services::ConfigResource ToService(const admin::ConfigResource& resource) {
  switch (resource.type) {
    case admin::ConfigResource::Type::kTopic:
      return {static_cast<int8_t>(ResourceType::kTopic), resource.topic};
    case admin::ConfigResource::Type::kBroker:
      return {static_cast<int8_t>(ResourceType::kBroker), std::to_string(resource.broker_id)};
    case admin::ConfigResource::Type::kClusterDefault:
      break;
  }
  return {static_cast<int8_t>(ResourceType::kBroker), ""};
}

std::unexpected<admin::Failure> FailFor(const services::ConfigResource& resource, Error error) {
  if (!IsTopic(resource)) {
    return FailAbout(std::move(error), "config",
                     resource.name.empty() ? "cluster default" : "broker " + resource.name);
  }
  if (error.code == ErrorCode::kUnknownTopicOrPartition) {
    error.message = "there is no topic " + resource.name;
  }
  return FailAbout(std::move(error), "topic", resource.name);
}

// The numbers agree: both are the wire's.
admin::ConfigSource ToPort(services::ConfigSource source) {
  return static_cast<admin::ConfigSource>(source);
}

ConfigUpdateMode UpdateModeOf(const services::ConfigResource& resource,
                              const services::ConfigDefinition& definition) {
  if (IsTopic(resource)) return ConfigUpdateMode::kPerTopic;
  switch (definition.update) {
    case services::ConfigUpdate::kReadOnly:
      return ConfigUpdateMode::kReadOnly;
    case services::ConfigUpdate::kPerBroker:
      return ConfigUpdateMode::kPerBroker;
    case services::ConfigUpdate::kClusterWide:
      break;
  }
  return ConfigUpdateMode::kClusterWide;
}

template <class Number>
std::pair<double, double> NumberLimits() {
  return {static_cast<double>(std::numeric_limits<Number>::lowest()),
          static_cast<double>(std::numeric_limits<Number>::max())};
}

std::pair<double, double> TypeLimits(services::ConfigType type) {
  switch (type) {
    case services::ConfigType::kShort:
      return NumberLimits<int16_t>();
    case services::ConfigType::kInt:
      return NumberLimits<int32_t>();
    case services::ConfigType::kLong:
      return NumberLimits<int64_t>();
    default:
      return NumberLimits<double>();
  }
}

services::ConfigAlteration ToService(const admin::ConfigAlteration& alteration) {
  services::ConfigAlteration asked;
  asked.resource = ToService(alteration.resource);
  if (!alteration.etag.empty()) asked.etag = alteration.etag;
  for (const admin::ConfigChange& change : alteration.changes) {
    const auto operation = static_cast<services::ConfigOperation>(change.operation);
    asked.changes.push_back({change.name, operation, change.value});
  }
  return asked;
}

}  // namespace

const services::ConfigDefinition* AdminConfigs::Find(const services::ConfigResource& resource,
                                                     std::string_view name) const {
  const services::ConfigTables& tables = configs_.values().tables();
  return IsTopic(resource) ? tables.FindTopic(name) : tables.FindBroker(name);
}

admin::ConfigEntry AdminConfigs::ToEntry(const services::ConfigResource& resource,
                                         services::ConfigEntry entry) const {
  admin::ConfigEntry shown;
  if (const services::ConfigDefinition* definition = Find(resource, entry.name)) {
    if (definition->default_value) shown.default_value = std::string(*definition->default_value);
  }
  shown.name = std::move(entry.name);
  shown.value = std::move(entry.value);
  shown.source = ToPort(entry.source);
  shown.type = static_cast<admin::ConfigType>(entry.type);
  shown.read_only = entry.read_only;
  shown.sensitive = entry.sensitive;
  shown.documentation = std::string(entry.documentation);
  for (services::ConfigSynonym& synonym : entry.synonyms) {
    shown.synonyms.push_back(
        {std::move(synonym.name), std::move(synonym.value), ToPort(synonym.source)});
  }
  return shown;
}

Outcome<admin::ConfigSet> AdminConfigs::ToSet(services::DescribedConfigs described) const {
  if (described.error != ErrorCode::kNone) {
    return FailFor(described.resource, {described.error, std::move(described.message)});
  }
  admin::ConfigSet set;
  set.etag = std::move(described.etag);
  for (services::ConfigEntry& entry : described.entries) {
    set.entries.push_back(ToEntry(described.resource, std::move(entry)));
  }
  return set;
}

Outcome<admin::ConfigSet> AdminConfigs::Describe(const admin::ConfigResource& resource) {
  return ToSet(
      configs_.Describe({{ToService(resource), std::nullopt, services::ListedSynonyms::kAll}})
          .front());
}

Outcome<void> AdminConfigs::Check(const services::ConfigAlteration& asked) const {
  const services::ConfigTables& tables = configs_.values().tables();
  const auto type = static_cast<ResourceType>(asked.resource.type);
  const auto image = cluster_.Image();
  const cluster::ConfigMap& present = image->ConfigsOf(type, asked.resource.name);
  std::map<std::string, std::optional<std::string>> configs;
  for (size_t i = 0; i < asked.changes.size(); ++i) {
    const services::ConfigChange& change = asked.changes[i];
    configs[change.name] =
        change.operation == services::ConfigOperation::kSet ? change.value : std::nullopt;
    // What was set by other means can be removed.
    const bool removed = change.operation == services::ConfigOperation::kDelete;
    if (removed && present.contains(change.name)) continue;
    auto known = CheckConfigKey(tables, type, change.name, fmt::format("changes[{}].name", i));
    if (!known) return known;
  }
  if (type != ResourceType::kTopic) return {};
  Status status = services::CheckInternalConfigs(asked.resource.name, configs, /*replace=*/false);
  if (!status) return FailInternal(std::move(status).error(), asked.resource.name);
  return {};
}

Outcome<admin::ConfigSet> AdminConfigs::Alter(const admin::ConfigAlteration& alteration,
                                              std::stop_token stop) {
  const services::ConfigAlteration asked = ToService(alteration);
  if (auto checked = Check(asked); !checked) return std::unexpected(std::move(checked).error());
  // As it would be, from before the change: afterwards it can be read.
  services::DescribedConfigs preview;
  if (alteration.validate_only) preview = configs_.DescribeAltered(asked);
  auto results = Wait<std::vector<services::AlteredConfigs>>(
      stop, [&](auto done) { configs_.Alter({asked}, alteration.validate_only, std::move(done)); });
  if (!results) return std::unexpected(std::move(results).error());
  services::AlteredConfigs& altered = results->front();
  if (altered.error != ErrorCode::kNone) {
    return FailFor(asked.resource, {altered.error, std::move(altered.message)});
  }
  if (alteration.validate_only) return ToSet(std::move(preview));
  std::vector<std::string> names;
  names.reserve(asked.changes.size());
  for (const auto& change : asked.changes) names.push_back(change.name);
  return ToSet(
      configs_.Describe({{asked.resource, std::move(names), services::ListedSynonyms::kAll}})
          .front());
}

Outcome<admin::ConfigExplanation> AdminConfigs::Explain(
    const admin::ConfigResource& asked, const std::string& name,
    const std::optional<std::string>& proposed) {
  const services::ConfigResource resource = ToService(asked);
  Result<services::ConfigExplanation> explained = configs_.Explain(resource, name, proposed);
  if (!explained && explained.error().code == ErrorCode::kInvalidConfig) {
    admin::Failure unknown(admin::FailureKind::kNotFound, "UNKNOWN_CONFIG",
                           std::move(explained).error().message);
    unknown.resource = {"config", name};
    return std::unexpected(std::move(unknown));
  }
  if (!explained) return FailFor(resource, std::move(explained).error());
  const services::ConfigDefinition& definition = *explained->definition;
  admin::ConfigExplanation answer;
  const services::ConfigEntry& inherited = explained->without_override.value_or(explained->entry);
  answer.inherited_value = inherited.value;
  answer.inherited_source = ToPort(inherited.source);
  answer.update_mode = UpdateModeOf(resource, definition);
  if (definition.has_range) {
    const auto [lowest, highest] = TypeLimits(definition.type);
    if (definition.minimum > lowest) answer.min_value = definition.minimum;
    if (definition.maximum < highest) answer.max_value = definition.maximum;
  }
  answer.valid_values.assign(definition.valid_words.begin(), definition.valid_words.end());
  if (proposed) {
    answer.proposed.emplace();
    answer.proposed->valid = explained->proposal.has_value();
    if (!explained->proposal) answer.proposed->reason = explained->proposal.error().message;
    if (explained->with_proposal) {
      answer.proposed->effective_value = explained->with_proposal->value;
    }
  }
  answer.entry = ToEntry(resource, std::move(explained->entry));
  return answer;
}

bool AdminConfigs::MayBeTold(admin::ConfigResource::Type type, const std::string& name) const {
  const services::ConfigDefinition* definition = Find(ToService({.type = type, .topic = {}}), name);
  return definition != nullptr && !definition->is_sensitive();
}

}  // namespace monkafka::app
