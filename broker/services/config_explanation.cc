#include "services/config_explanation.h"

#include <fmt/core.h>

#include <utility>
#include <vector>

#include "services/config_alteration.h"
#include "services/config_names.h"

namespace monkafka::services {
namespace {

using cluster::MetadataImage;
using cluster::ResourceType;

bool IsDynamic(ConfigSource source) {
  return source == ConfigSource::kTopic || source == ConfigSource::kDynamicBroker ||
         source == ConfigSource::kDynamicDefaultBroker;
}

// The image as it would be with other overrides of one resource; nothing but configs is looked at.
MetadataImage With(const MetadataImage& image, const ConfigResource& resource,
                   cluster::ConfigMap overrides) {
  MetadataImage changed;
  changed.configs = image.configs;
  changed.configs[{TypeOf(resource), resource.name}] = std::move(overrides);
  return changed;
}

// An explanation leaves out nothing that has a say.
ConfigEntry EntryIn(const ConfigValues& values, const MetadataImage& image,
                    const ConfigResource& resource, const ConfigDefinition& definition) {
  if (TypeOf(resource) == ResourceType::kTopic) {
    return values.TopicEntry(image, image.ConfigsOf(ResourceType::kTopic, resource.name),
                             definition, ListedSynonyms::kAll);
  }
  return values.BrokerEntry(image, definition.name, ListedSynonyms::kAll);
}

// The resource that holds a value of this source.
ConfigResource HolderOf(const ConfigValues& values, const ConfigResource& asked,
                        ConfigSource source) {
  const auto broker = static_cast<int8_t>(ResourceType::kBroker);
  if (source == ConfigSource::kDynamicBroker) return {broker, std::to_string(values.node_id())};
  if (source == ConfigSource::kDynamicDefaultBroker) return {broker, ""};
  return asked;
}

ConfigEntry WithoutNearest(const ConfigValues& values, const MetadataImage& image,
                           const ConfigResource& resource, const ConfigDefinition& definition,
                           const ConfigSynonym& nearest) {
  const ConfigResource holder = HolderOf(values, resource, nearest.source);
  cluster::ConfigMap overrides = image.ConfigsOf(TypeOf(holder), holder.name);
  overrides.erase(nearest.name);
  return EntryIn(values, With(image, holder, std::move(overrides)), resource, definition);
}

}  // namespace

Result<ConfigExplanation> ExplainConfig(const ConfigValues& values, const MetadataImage& image,
                                        const ConfigResource& resource, std::string_view key,
                                        const std::optional<std::string>& proposed_value) {
  if (Status known = CheckConfigResource(values, image, resource); !known) {
    return Forward(std::move(known));
  }
  Result<const ConfigDefinition*> definition = FindConfig(values.tables(), TypeOf(resource), key);
  if (!definition) return Forward(std::move(definition));
  ConfigExplanation explanation;
  explanation.definition = *definition;
  explanation.entry = EntryIn(values, image, resource, **definition);
  const auto& synonyms = explanation.entry.synonyms;
  if (!synonyms.empty() && IsDynamic(synonyms.front().source)) {
    explanation.without_override =
        WithoutNearest(values, image, resource, **definition, synonyms.front());
  }
  if (!proposed_value) return explanation;
  const ConfigAlteration alteration{
      resource, {{std::string(key), ConfigOperation::kSet, proposed_value}}, {}};
  auto altered = AlterConfigs(values, image, alteration);
  if (!altered) {
    explanation.proposal = Forward(std::move(altered));
    return explanation;
  }
  cluster::ConfigMap overrides = image.ConfigsOf(TypeOf(resource), resource.name);
  overrides[std::string(key)] = *proposed_value;
  explanation.with_proposal =
      EntryIn(values, With(image, resource, std::move(overrides)), resource, **definition);
  return explanation;
}

}  // namespace monkafka::services
