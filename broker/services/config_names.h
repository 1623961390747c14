// Settings by name.
#pragma once

#include <string_view>

#include "cluster/metadata_image.h"
#include "services/config_definition.h"

namespace monkafka::services {

// INVALID_CONFIG when a topic, or a broker, has no such setting: with the nearest name.
Result<const ConfigDefinition*> FindConfig(const ConfigTables& tables, cluster::ResourceType type,
                                           std::string_view key);

}  // namespace monkafka::services
