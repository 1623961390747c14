#include "services/config_alteration.h"

#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include "services/topic_creation.h"
#include "services/topic_names.h"

namespace monkafka::services {
namespace {

using cluster::ConfigMap;
using cluster::MetadataImage;
using cluster::MetadataRecord;
using cluster::ResourceType;

std::unexpected<Error> InvalidRequest(std::string message) {
  return Fail(ErrorCode::kInvalidRequest, std::move(message));
}

Status CheckResource(const ConfigValues& values, const ConfigResource& resource) {
  switch (TypeOf(resource)) {
    case ResourceType::kTopic:
      if (resource.name.empty()) return InvalidRequest("Default topic resources are not allowed.");
      return ValidateTopicName(resource.name);
    case ResourceType::kBroker:
      if (resource.name.empty()) return {};
      return CheckBrokerName(resource.name, values.node_id());
    default:
      return InvalidRequest(fmt::format("Unknown resource type {}", resource.type));
  }
}

Status CheckChanges(const std::vector<ConfigChange>& changes, bool replace) {
  std::set<std::string_view> names;
  std::vector<std::string_view> nulls;
  for (const ConfigChange& change : changes) {
    if (!names.insert(change.name).second) {
      return InvalidRequest("Error due to duplicate config keys");
    }
    if (change.operation < ConfigOperation::kSet || change.operation > ConfigOperation::kSubtract) {
      return InvalidRequest(
          fmt::format("Unknown operations type {}", static_cast<int>(change.operation)));
    }
    if (!change.value && (replace || change.operation != ConfigOperation::kDelete)) {
      nulls.push_back(change.name);
    }
  }
  if (nulls.empty()) return {};
  return InvalidRequest(fmt::format("Null value not supported for : {}", fmt::join(nulls, ", ")));
}

std::vector<std::string> Split(std::string_view list) {
  std::vector<std::string> parts;
  while (!list.empty()) {
    const size_t comma = std::min(list.find(','), list.size());
    if (comma > 0) parts.emplace_back(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return parts;
}

const ConfigDefinition* Find(const ConfigValues& values, const ConfigResource& resource,
                             std::string_view key) {
  return TypeOf(resource) == ResourceType::kTopic ? values.tables().FindTopic(key)
                                                  : values.tables().FindBroker(key);
}

// What a list has before something is appended to it or taken from it.
std::string CurrentList(const ConfigValues& values, const MetadataImage& image,
                        const ConfigResource& resource, const ConfigMap& overrides,
                        const ConfigDefinition& definition) {
  if (const auto found = overrides.find(definition.name); found != overrides.end()) {
    return found->second;
  }
  if (TypeOf(resource) == ResourceType::kTopic) {
    return values.TopicValue(image, overrides, definition.name);
  }
  if (auto value = values.tables().StaticBrokerValue(definition.name)) return *value;
  return std::string(definition.default_value.value_or(""));
}

Result<std::string> ChangedList(const ConfigValues& values, const MetadataImage& image,
                                const ConfigResource& resource, const ConfigMap& overrides,
                                const ConfigChange& change) {
  const bool append = change.operation == ConfigOperation::kAppend;
  const ConfigDefinition* definition = Find(values, resource, change.name);
  if (definition == nullptr || !definition->is_list()) {
    return Fail(ErrorCode::kInvalidConfig,
                fmt::format("Can't {} to key {} because its type is not LIST.",
                            append ? "APPEND" : "SUBTRACT", change.name));
  }
  std::vector<std::string> list =
      Split(CurrentList(values, image, resource, overrides, *definition));
  for (const std::string& word : Split(*change.value)) {
    if (!append) {
      std::erase(list, word);
    } else if (std::ranges::find(list, word) == list.end()) {
      list.push_back(word);
    }
  }
  return fmt::format("{}", fmt::join(list, ","));
}

// Kafka answers what is wrong with a broker's settings with INVALID_REQUEST (KAFKA-13609).
Status ValidateBrokerConfigs(const ConfigValues& values, const ConfigResource& resource,
                             const std::vector<ConfigChange>& changes) {
  for (const ConfigChange& change : changes) {
    const ConfigDefinition* definition = values.tables().FindBroker(change.name);
    if (definition == nullptr) continue;  // kept for plug-ins, as in Kafka
    if (definition->update == ConfigUpdate::kReadOnly) {
      return InvalidRequest("Cannot update these configs dynamically: Set(" + change.name + ")");
    }
    if (definition->update == ConfigUpdate::kPerBroker && resource.name.empty()) {
      return InvalidRequest(
          "Cannot update these configs at default cluster level, broker id must be specified: "
          "Set(" +
          change.name + ")");
    }
    if (!change.value || change.operation != ConfigOperation::kSet) continue;
    Status status = values.tables().Validate(*definition, *change.value);
    if (!status) return InvalidRequest(std::move(status.error().message));
  }
  return {};
}

Status Validate(const ConfigValues& values, const MetadataImage& image,
                const ConfigAlteration& alteration, const ConfigMap& after) {
  const ConfigResource& resource = alteration.resource;
  if (TypeOf(resource) == ResourceType::kBroker) {
    return ValidateBrokerConfigs(values, resource, alteration.changes);
  }
  if (Status status = ValidateTopicConfigs(values, image, after); !status) return status;
  if (image.FindTopic(resource.name) != nullptr) return {};
  return Fail(ErrorCode::kUnknownTopicOrPartition,
              "The topic '" + resource.name + "' does not exist.");
}

std::vector<MetadataRecord> Difference(const ConfigResource& resource, const ConfigMap& before,
                                       const ConfigMap& after) {
  std::vector<MetadataRecord> records;
  for (const auto& [key, value] : after) {
    const auto was = before.find(key);
    if (was != before.end() && was->second == value) continue;
    records.emplace_back(cluster::ConfigRecord{resource.type, resource.name, key, value});
  }
  for (const auto& [key, value] : before) {
    if (after.contains(key)) continue;
    records.emplace_back(cluster::ConfigRecord{resource.type, resource.name, key, std::nullopt});
  }
  return records;
}

}  // namespace

Status CheckBrokerName(std::string_view name, int32_t node_id) {
  int32_t id = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), id);
  if (error != std::errc{} || end != name.data() + name.size()) {
    return InvalidRequest(fmt::format("Node id must be an integer, but it is: {}", name));
  }
  if (id == node_id) return {};
  return InvalidRequest(
      fmt::format("Unexpected broker id, expected {}, but received {}", node_id, name));
}

Status CheckConfigResource(const ConfigValues& values, const MetadataImage& image,
                           const ConfigResource& resource) {
  switch (TypeOf(resource)) {
    case ResourceType::kTopic:
      if (Status status = ValidateTopicName(resource.name); !status) return status;
      if (image.FindTopic(resource.name) != nullptr) return {};
      return Fail(ErrorCode::kUnknownTopicOrPartition,
                  "This server does not host this topic-partition.");
    case ResourceType::kBroker:
      return resource.name.empty() ? Status() : CheckBrokerName(resource.name, values.node_id());
    default:
      return InvalidRequest(fmt::format("Unsupported resource type: {}", resource.type));
  }
}

Result<std::vector<MetadataRecord>> AlterConfigs(const ConfigValues& values,
                                                 const MetadataImage& image,
                                                 const ConfigAlteration& alteration) {
  const ConfigResource& resource = alteration.resource;
  Status status = CheckChanges(alteration.changes, /*replace=*/false);
  if (status) status = CheckResource(values, resource);
  if (!status) return Forward(std::move(status));
  const ConfigMap& before = image.ConfigsOf(TypeOf(resource), resource.name);
  ConfigMap after = before;
  for (const ConfigChange& change : alteration.changes) {
    switch (change.operation) {
      case ConfigOperation::kSet:
        after[change.name] = *change.value;
        break;
      case ConfigOperation::kDelete:
        after.erase(change.name);
        break;
      case ConfigOperation::kAppend:
      case ConfigOperation::kSubtract: {
        Result<std::string> list = ChangedList(values, image, resource, before, change);
        if (!list) return Forward(std::move(list));
        after[change.name] = std::move(*list);
      }
    }
  }
  status = Validate(values, image, alteration, after);
  if (!status) return Forward(std::move(status));
  return Difference(resource, before, after);
}

Result<std::vector<MetadataRecord>> ReplaceConfigs(const ConfigValues& values,
                                                   const MetadataImage& image,
                                                   const ConfigAlteration& alteration) {
  const ConfigResource& resource = alteration.resource;
  Status status = CheckChanges(alteration.changes, /*replace=*/true);
  if (status) status = CheckResource(values, resource);
  if (!status) return Forward(std::move(status));
  ConfigMap after;
  for (const ConfigChange& change : alteration.changes) after[change.name] = *change.value;
  status = Validate(values, image, alteration, after);
  if (!status) return Forward(std::move(status));
  return Difference(resource, image.ConfigsOf(TypeOf(resource), resource.name), after);
}

}  // namespace monkafka::services
