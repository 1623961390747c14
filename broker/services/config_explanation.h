// Everything about one setting: what it does, what it may be, where its value comes from, and what
// it would be.
//
// Threads: any; pure.
#pragma once

#include <optional>
#include <string>

#include "services/config_service.h"

namespace monkafka::services {

struct ConfigExplanation {
  ConfigEntry entry;                             // as it is
  const ConfigDefinition* definition = nullptr;  // lives as long as the tables
  // What it would be if the nearest dynamic value (the topic's, this broker's, the cluster's) were
  // deleted; none: nothing dynamic is set.
  std::optional<ConfigEntry> without_override;
  // Of a proposed value: whether it could be set, and what would then be in force (a nearer value
  // may hide it).
  Status proposal;
  std::optional<ConfigEntry> with_proposal;
};

// INVALID_CONFIG for an unknown key, with the nearest name; the errors of Describe.
Result<ConfigExplanation> ExplainConfig(const ConfigValues& values,
                                        const cluster::MetadataImage& image,
                                        const ConfigResource& resource, std::string_view key,
                                        const std::optional<std::string>& proposed_value);

}  // namespace monkafka::services
