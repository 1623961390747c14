#include "services/config_names.h"

#include <fmt/core.h>

#include <vector>

#include "common/nearest_name.h"

namespace monkafka::services {

Result<const ConfigDefinition*> FindConfig(const ConfigTables& tables, cluster::ResourceType type,
                                           std::string_view key) {
  const bool topic = type == cluster::ResourceType::kTopic;
  const ConfigDefinition* found = topic ? tables.FindTopic(key) : tables.FindBroker(key);
  if (found != nullptr) return found;
  std::vector<std::string_view> known;
  for (const ConfigDefinition& row :
       topic ? tables.TopicDefinitions() : tables.BrokerDefinitions()) {
    known.push_back(row.name);
  }
  const std::string_view nearest = NearestName(key, known);
  return Fail(ErrorCode::kInvalidConfig,
              fmt::format("there is no {} setting {}{}", topic ? "topic" : "broker", key,
                          nearest.empty() ? "" : fmt::format("; did you mean {}?", nearest)));
}

}  // namespace monkafka::services
