// Decides what an alteration of one resource's settings becomes: config records, or an error. Pure:
// everything comes from the image and the tables. Checks, codes and messages are Kafka's
// (ConfigAdminManager, ConfigurationControlManager).
#pragma once

#include <string_view>
#include <vector>

#include "cluster/metadata_image.h"
#include "cluster/metadata_records.h"
#include "services/config_service.h"

namespace monkafka::services {

// INVALID_REQUEST for a name that is no number or another broker's.
Status CheckBrokerName(std::string_view name, int32_t node_id);

// Whether there is such a resource to be described. UNKNOWN_TOPIC_OR_PARTITION, INVALID_REQUEST,
// INVALID_TOPIC_EXCEPTION.
Status CheckConfigResource(const ConfigValues& values, const cluster::MetadataImage& image,
                           const ConfigResource& resource);

// The changes applied to the resource's overrides. Records only for what becomes different.
Result<std::vector<cluster::MetadataRecord>> AlterConfigs(const ConfigValues& values,
                                                          const cluster::MetadataImage& image,
                                                          const ConfigAlteration& alteration);
// The changes instead of the resource's overrides.
Result<std::vector<cluster::MetadataRecord>> ReplaceConfigs(const ConfigValues& values,
                                                            const cluster::MetadataImage& image,
                                                            const ConfigAlteration& alteration);

}  // namespace monkafka::services
