// What the admin service refuses although Kafka lets its clients do it: settings that do not exist,
// and what would take from the broker the state that it keeps in topics.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "admin/port/failure.h"
#include "cluster/metadata_image.h"
#include "services/config_values.h"

namespace monkafka::app {

// FAILED_PRECONDITION, reason INTERNAL_TOPIC.
std::unexpected<admin::Failure> FailInternal(std::string message, const std::string& topic);
// POLICY_VIOLATION of services/internal_topics.h; anything else stays as it is.
std::unexpected<admin::Failure> FailInternal(Error error, const std::string& topic);

// Whether what is in a topic may be deleted: `what` says in words what is asked for.
admin::Outcome<void> CheckMayDelete(const std::string& topic, bool allow_internal,
                                    std::string_view what);

// INVALID_ARGUMENT about `field` when there is no such key, with the nearest one that there is.
admin::Outcome<void> CheckConfigKey(const services::ConfigTables& tables,
                                    cluster::ResourceType type, std::string_view key,
                                    std::string field);
// The keys of a topic's settings. nullopt: removed, which is possible for whatever is set.
admin::Outcome<void> CheckTopicConfigKeys(
    const services::ConfigTables& tables, const cluster::ConfigMap& present,
    const std::map<std::string, std::optional<std::string>>& configs);

}  // namespace monkafka::app
