// The value in force of a topic setting, and where it comes from: the topic's own override, the
// broker's dynamic value, the cluster-wide dynamic default, what the broker was started with, the
// built-in default, in this order.
#pragma once

#include <string>
#include <string_view>

#include "cluster/metadata_image.h"
#include "config/settings.h"
#include "storage/log_config.h"

namespace monkafka::config {

// CHECKs that the key is in the topic table. Keys whose broker form also comes in minutes or hours
// are answered in milliseconds.
std::string TopicValue(const Settings& settings, const cluster::MetadataImage& image,
                       int32_t node_id, const std::string& topic, std::string_view key);

storage::LogConfig MakeLogConfig(const Settings& settings, const cluster::MetadataImage& image,
                                 int32_t node_id, const std::string& topic);

}  // namespace monkafka::config
