#include "app/admin/refusals.h"

#include <fmt/core.h>

#include <utility>

#include "app/admin/failures.h"
#include "services/config_names.h"
#include "storage/names.h"

namespace monkafka::app {

std::unexpected<admin::Failure> FailInternal(std::string message, const std::string& topic) {
  admin::Failure failure(admin::FailureKind::kFailedPrecondition, "INTERNAL_TOPIC",
                         std::move(message));
  failure.resource = {"topic", topic};
  return std::unexpected(std::move(failure));
}

std::unexpected<admin::Failure> FailInternal(Error error, const std::string& topic) {
  if (error.code == ErrorCode::kPolicyViolation) {
    return FailInternal(std::move(error.message), topic);
  }
  return FailAbout(std::move(error), "topic", topic);
}

admin::Outcome<void> CheckMayDelete(const std::string& topic, bool allow_internal,
                                    std::string_view what) {
  if (topic == storage::kMetadataTopic) {
    return FailInternal(fmt::format("{} is refused: it is the log of this broker's metadata", what),
                        topic);
  }
  if (!cluster::IsInternalTopic(topic) || allow_internal) return {};
  return FailInternal(
      fmt::format("{} is refused: the broker keeps {} in it, which would be lost; if that is "
                  "meant, say allow_internal",
                  what,
                  topic == cluster::kConsumerOffsetsTopic ? "the offsets of all groups"
                                                          : "the state of all transactions"),
      topic);
}

admin::Outcome<void> CheckConfigKey(const services::ConfigTables& tables,
                                    cluster::ResourceType type, std::string_view key,
                                    std::string field) {
  auto definition = services::FindConfig(tables, type, key);
  if (definition) return {};
  admin::Failure failure(std::move(definition).error());
  failure.fields.push_back({std::move(field), failure.message});
  failure.resource = {"config", std::string(key)};
  return std::unexpected(std::move(failure));
}

admin::Outcome<void> CheckTopicConfigKeys(
    const services::ConfigTables& tables, const cluster::ConfigMap& present,
    const std::map<std::string, std::optional<std::string>>& configs) {
  for (const auto& [key, value] : configs) {
    if (!value && present.contains(key)) continue;
    auto known = CheckConfigKey(tables, cluster::ResourceType::kTopic, key,
                                value ? "topic.configs" : "update_mask");
    if (!known) return known;
  }
  return {};
}

}  // namespace monkafka::app
