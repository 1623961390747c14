#include "services/config_values.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

namespace monkafka::services {
namespace {

using cluster::ConfigMap;
using cluster::MetadataImage;
using cluster::ResourceType;

// In the unit that a key's name ends in; 1 for others.
int64_t MillisecondsPerUnit(std::string_view key) {
  if (key.ends_with(".minutes")) return 60'000;
  if (key.ends_with(".hours")) return 3'600'000;
  return 1;
}

// log.retention.hours gives the value of log.retention.ms, and so on.
std::string InUnitOf(std::string_view wanted, std::string_view given, const std::string& value) {
  const int64_t times = MillisecondsPerUnit(given) / MillisecondsPerUnit(wanted);
  if (times <= 1) return value;
  int64_t number = 0;
  std::from_chars(value.data(), value.data() + value.size(), number);
  return std::to_string(number < 0 ? -1 : number * times);
}

void AddIfSet(const ConfigMap& configs, std::string_view name, ConfigSource source,
              std::vector<ConfigSynonym>& synonyms) {
  const auto found = configs.find(name);
  if (found != configs.end()) synonyms.push_back({std::string(name), found->second, source});
}

void HideValues(ConfigEntry& entry) {
  entry.sensitive = true;
  entry.value.reset();
  for (ConfigSynonym& synonym : entry.synonyms) synonym.value.reset();
}

// The nearest synonym is in force.
void TakeValue(ConfigEntry& entry) {
  if (entry.synonyms.empty()) return;
  const ConfigSynonym& nearest = entry.synonyms.front();
  entry.value = InUnitOf(entry.name, nearest.name, *nearest.value);
}

// The source is that of the first one listed.
void TakeListedSynonyms(ListedSynonyms listed, std::string_view broker_key, ConfigEntry& entry) {
  if (listed == ListedSynonyms::kAsKafka) {
    const auto own = std::ranges::find_if(
        entry.synonyms, [&](const ConfigSynonym& synonym) { return synonym.name == broker_key; });
    entry.synonyms.erase(entry.synonyms.begin(), own);
  }
  entry.source = entry.synonyms.empty() ? ConfigSource::kDefault : entry.synonyms.front().source;
}

}  // namespace

ConfigValues::ConfigValues(const ConfigTables& tables, int32_t node_id)
    : tables_(tables), node_id_(node_id) {}

void ConfigValues::AddBrokerSynonyms(const MetadataImage& image, std::string_view name,
                                     std::vector<ConfigSynonym>& synonyms) const {
  std::vector<const ConfigDefinition*> chain;
  for (const ConfigDefinition* row = tables_.FindBroker(name); row != nullptr;
       row = row->synonym.empty() ? nullptr : tables_.FindBroker(row->synonym)) {
    chain.push_back(row);
  }
  const ConfigMap& own = image.ConfigsOf(ResourceType::kBroker, std::to_string(node_id_));
  const ConfigMap& all = image.ConfigsOf(ResourceType::kBroker, "");
  for (const auto* row : chain) AddIfSet(own, row->name, ConfigSource::kDynamicBroker, synonyms);
  for (const auto* row : chain) {
    AddIfSet(all, row->name, ConfigSource::kDynamicDefaultBroker, synonyms);
  }
  for (const auto* row : chain) {
    if (auto value = tables_.StaticBrokerValue(row->name)) {
      synonyms.push_back({std::string(row->name), std::move(value), ConfigSource::kStaticBroker});
    }
  }
  for (const auto* row : chain) {
    if (row->default_value) {
      synonyms.push_back(
          {std::string(row->name), std::string(*row->default_value), ConfigSource::kDefault});
    }
  }
}

ConfigEntry ConfigValues::TopicEntry(const MetadataImage& image, const ConfigMap& overrides,
                                     const ConfigDefinition& definition,
                                     ListedSynonyms listed) const {
  ConfigEntry entry;
  entry.name = definition.name;
  entry.type = definition.type;
  entry.documentation = definition.documentation;
  if (definition.default_value) entry.value = std::string(*definition.default_value);
  if (!definition.synonym.empty()) AddBrokerSynonyms(image, definition.synonym, entry.synonyms);
  TakeValue(entry);
  TakeListedSynonyms(listed, definition.synonym, entry);
  if (const auto own = overrides.find(definition.name); own != overrides.end()) {
    entry.value = own->second;
    entry.source = ConfigSource::kTopic;
    entry.synonyms.insert(entry.synonyms.begin(),
                          {std::string(definition.name), own->second, ConfigSource::kTopic});
  }
  if (definition.is_sensitive()) HideValues(entry);
  return entry;
}

std::vector<ConfigEntry> ConfigValues::OfTopic(const MetadataImage& image,
                                               const ConfigMap& overrides,
                                               ListedSynonyms listed) const {
  std::vector<ConfigEntry> entries;
  for (const ConfigDefinition& definition : tables_.TopicDefinitions()) {
    if (!definition.hidden) entries.push_back(TopicEntry(image, overrides, definition, listed));
  }
  std::ranges::sort(entries, {}, &ConfigEntry::name);
  return entries;
}

std::string ConfigValues::TopicValue(const MetadataImage& image, const ConfigMap& overrides,
                                     std::string_view key) const {
  const ConfigDefinition* definition = tables_.FindTopic(key);
  if (definition == nullptr) return {};
  return TopicEntry(image, overrides, *definition).value.value_or("");
}

ConfigEntry ConfigValues::BrokerEntry(const MetadataImage& image, std::string_view name,
                                      ListedSynonyms listed) const {
  ConfigEntry entry;
  entry.name = name;
  const ConfigDefinition* definition = tables_.FindBroker(name);
  if (definition == nullptr) {
    // Kafka keeps keys that it does not know (plug-ins read them), and never shows their values.
    AddIfSet(image.ConfigsOf(ResourceType::kBroker, std::to_string(node_id_)), name,
             ConfigSource::kDynamicBroker, entry.synonyms);
    AddIfSet(image.ConfigsOf(ResourceType::kBroker, ""), name, ConfigSource::kDynamicDefaultBroker,
             entry.synonyms);
    TakeListedSynonyms(listed, name, entry);
    HideValues(entry);
    return entry;
  }
  entry.type = definition->type;
  entry.documentation = definition->documentation;
  entry.read_only = definition->update == ConfigUpdate::kReadOnly;
  AddBrokerSynonyms(image, name, entry.synonyms);
  TakeValue(entry);
  TakeListedSynonyms(listed, name, entry);
  // As log.retention.ms when log.retention.hours is what is set.
  if (entry.synonyms.empty()) entry.value.reset();
  if (definition->is_sensitive()) HideValues(entry);
  return entry;
}

std::vector<ConfigEntry> ConfigValues::OfBroker(const MetadataImage& image,
                                                ListedSynonyms listed) const {
  std::set<std::string_view> names;
  for (const ConfigDefinition& definition : tables_.BrokerDefinitions()) {
    if (!definition.hidden) names.insert(definition.name);
  }
  for (const std::string& resource : {std::to_string(node_id_), std::string()}) {
    for (const auto& [name, value] : image.ConfigsOf(ResourceType::kBroker, resource)) {
      names.insert(name);
    }
  }
  std::vector<ConfigEntry> entries;
  entries.reserve(names.size());
  for (const std::string_view name : names) entries.push_back(BrokerEntry(image, name, listed));
  return entries;
}

std::vector<ConfigEntry> ConfigValues::OfAllBrokers(const MetadataImage& image) const {
  std::vector<ConfigEntry> entries;
  for (const auto& [name, value] : image.ConfigsOf(ResourceType::kBroker, "")) {
    ConfigEntry entry = BrokerEntry(image, name);
    std::erase_if(entry.synonyms, [](const ConfigSynonym& synonym) {
      return synonym.source != ConfigSource::kDynamicDefaultBroker;
    });
    entry.source = ConfigSource::kDynamicDefaultBroker;
    if (!entry.sensitive) entry.value = value;
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace monkafka::services
