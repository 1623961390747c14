// Changing a topic in one go: its number of partitions and its settings, all of it or nothing.
// Pure: everything comes from the image.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cluster/metadata_image.h"
#include "cluster/metadata_records.h"
#include "services/config_values.h"

namespace monkafka::services {

struct TopicUpdate {
  std::string name = {};
  std::optional<std::string> etag = {};  // refused when it is another (services/etag.h)
  std::optional<int32_t> partitions = {};
  bool must_grow = false;  // as many as there are is an error, as when Kafka is asked for them
  // Brokers of each added partition; none: placed by the broker.
  std::optional<std::vector<std::vector<int32_t>>> assignments = {};
  std::map<std::string, std::optional<std::string>> configs = {};  // nullopt: removed
  bool replace_configs = false;                                    // other overrides are removed
};

// Nothing for what is so already. The errors of GrowTopic, AlterConfigs and ReplaceConfigs.
Result<std::vector<cluster::MetadataRecord>> UpdateTopic(const ConfigValues& values,
                                                         const cluster::MetadataImage& image,
                                                         const TopicUpdate& update);

}  // namespace monkafka::services
