#include "services/config_service.h"

#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "services/config_alteration.h"
#include "services/config_explanation.h"
#include "services/etag.h"

namespace monkafka::services {
namespace {

using cluster::MetadataImage;
using cluster::MetadataRecord;
using cluster::ResourceType;

bool Asks(const ConfigQuery& query, const std::string& name) {
  return !query.keys || query.keys->empty() ||
         std::ranges::find(*query.keys, name) != query.keys->end();
}

}  // namespace

ConfigService::ConfigService(cluster::Cluster& cluster, const ConfigTables& tables)
    : cluster_(cluster), values_(tables, cluster.node_id()) {}

std::vector<DescribedConfigs> ConfigService::Describe(
    const std::vector<ConfigQuery>& queries) const {
  const auto image = cluster_.Image();
  std::vector<DescribedConfigs> results;
  results.reserve(queries.size());
  for (const ConfigQuery& query : queries) results.push_back(Describe(*image, query));
  return results;
}

DescribedConfigs ConfigService::Describe(const MetadataImage& image,
                                         const ConfigQuery& query) const {
  DescribedConfigs result;
  result.resource = query.resource;
  Result<std::vector<ConfigEntry>> entries = DescribeOne(image, query);
  if (!entries) {
    result.error = entries.error().code;
    result.message = std::move(entries.error().message);
    return result;
  }
  std::erase_if(*entries, [&](const ConfigEntry& entry) { return !Asks(query, entry.name); });
  result.entries = std::move(*entries);
  result.etag =
      ConfigEtag(image, static_cast<ResourceType>(query.resource.type), query.resource.name);
  return result;
}

DescribedConfigs ConfigService::DescribeAltered(const ConfigAlteration& alteration) const {
  MetadataImage image = *cluster_.Image();
  ConfigQuery query{alteration.resource, std::vector<std::string>(), ListedSynonyms::kAll};
  for (const ConfigChange& change : alteration.changes) query.keys->push_back(change.name);
  const auto records = AlterConfigs(values_, image, alteration);
  if (!records) return {alteration.resource, records.error().code, records.error().message, {}, {}};
  auto& overrides =
      image
          .configs[{static_cast<ResourceType>(alteration.resource.type), alteration.resource.name}];
  for (const MetadataRecord& record : *records) {
    const auto& config = std::get<cluster::ConfigRecord>(record);
    overrides.erase(config.name);
    if (config.value) overrides.emplace(config.name, *config.value);
  }
  return Describe(image, query);
}

Result<std::vector<ConfigEntry>> ConfigService::DescribeOne(const MetadataImage& image,
                                                            const ConfigQuery& query) const {
  const ConfigResource& resource = query.resource;
  if (Status known = CheckConfigResource(values_, image, resource); !known) {
    return Forward(std::move(known));
  }
  if (static_cast<ResourceType>(resource.type) == ResourceType::kTopic) {
    return values_.OfTopic(image, image.ConfigsOf(ResourceType::kTopic, resource.name),
                           query.listed);
  }
  return resource.name.empty() ? values_.OfAllBrokers(image)
                               : values_.OfBroker(image, query.listed);
}

Result<ConfigExplanation> ConfigService::Explain(
    const ConfigResource& resource, std::string_view key,
    const std::optional<std::string>& proposed_value) const {
  return ExplainConfig(values_, *cluster_.Image(), resource, key, proposed_value);
}

void ConfigService::Alter(std::vector<ConfigAlteration> alterations, bool validate_only,
                          Callback<std::vector<AlteredConfigs>> done) {
  Run(Mode::kIncremental, std::move(alterations), validate_only, std::move(done));
}

void ConfigService::Replace(std::vector<ConfigAlteration> alterations, bool validate_only,
                            Callback<std::vector<AlteredConfigs>> done) {
  Run(Mode::kReplace, std::move(alterations), validate_only, std::move(done));
}

void ConfigService::Run(Mode mode, std::vector<ConfigAlteration> alterations, bool validate_only,
                        Callback<std::vector<AlteredConfigs>> done) {
  auto results = std::make_shared<std::vector<AlteredConfigs>>(alterations.size());
  std::multiset<ConfigResource> mentioned;
  for (size_t i = 0; i < alterations.size(); ++i) {
    (*results)[i].resource = alterations[i].resource;
    mentioned.insert(alterations[i].resource);
  }
  const auto decide = [this, mode, validate_only, results, alterations = std::move(alterations),
                       mentioned = std::move(mentioned)](
                          const MetadataImage& image) -> Result<std::vector<MetadataRecord>> {
    std::vector<MetadataRecord> records;
    for (size_t i = 0; i < alterations.size(); ++i) {
      const ConfigAlteration& alteration = alterations[i];
      AlteredConfigs& result = (*results)[i];
      if (mentioned.count(alteration.resource) > 1) {
        result.error = ErrorCode::kInvalidRequest;
        result.message = "Each resource must appear at most once.";
        continue;
      }
      const Status same = CheckEtag(
          alteration.etag, ConfigEtag(image, static_cast<ResourceType>(alteration.resource.type),
                                      alteration.resource.name));
      if (!same) {
        result.error = same.error().code;
        result.message = same.error().message;
        continue;
      }
      auto altered = mode == Mode::kIncremental ? AlterConfigs(values_, image, alteration)
                                                : ReplaceConfigs(values_, image, alteration);
      if (!altered) {
        result.error = altered.error().code;
        result.message = std::move(altered.error().message);
        continue;
      }
      for (MetadataRecord& record : *altered) records.push_back(std::move(record));
    }
    if (validate_only) records.clear();
    return records;
  };
  cluster_.Change(decide, [results, done = std::move(done)](auto image) mutable {
    for (AlteredConfigs& result : *results) {
      if (!image && result.error == ErrorCode::kNone) {
        result.error = image.error().code;
        result.message = image.error().message;
      }
    }
    done(std::move(*results));
  });
}

}  // namespace monkafka::services
