#include "admin/services/topic_update.h"

#include <string>
#include <string_view>

#include "admin/services/convert.h"

namespace monkafka::admin {
namespace {

constexpr std::string_view kConfigs = "configs";

std::string_view WithoutBackquotes(std::string_view key) {
  if (key.size() < 2 || !key.starts_with('`') || !key.ends_with('`')) return key;
  return key.substr(1, key.size() - 2);
}

void SetAllConfigs(const v1::Topic& topic, TopicUpdate& update) {
  for (const auto& [key, value] : topic.configs()) update.set_configs[key] = value;
}

Outcome<void> ApplyPath(std::string_view path, const v1::Topic& topic, TopicUpdate& update) {
  if (path == "partition_count") {
    if (topic.partition_count() <= 0) return FailField("topic.partition_count", "required");
    update.partition_count = topic.partition_count();
  } else if (path == kConfigs) {
    update.replace_configs = true;
    SetAllConfigs(topic, update);
  } else if (const std::optional<std::string> key = ConfigKeyOf(path)) {
    const auto found = topic.configs().find(*key);
    update.set_configs[*key] =
        found == topic.configs().end() ? std::nullopt : std::optional(found->second);
  } else {
    return FailField("update_mask", std::string(path) +
                                        " cannot be changed; configs, configs.KEY and "
                                        "partition_count can");
  }
  return {};
}

}  // namespace

std::optional<std::string> ConfigKeyOf(std::string_view path) {
  if (!path.starts_with("configs.")) return std::nullopt;
  return std::string(WithoutBackquotes(path.substr(kConfigs.size() + 1)));
}

Outcome<TopicUpdate> TopicUpdateOf(const v1::UpdateTopicRequest& request) {
  const v1::Topic& topic = request.topic();
  if (auto named = RequireText(topic.name(), "topic.name"); !named) {
    return std::unexpected(std::move(named).error());
  }
  TopicUpdate update{.name = topic.name(),
                     .etag = topic.etag(),
                     .partition_count = {},
                     .assignments = {},
                     .set_configs = {},
                     .validate_only = request.validate_only()};
  for (const std::string& path : request.update_mask().paths()) {
    if (auto applied = ApplyPath(path, topic, update); !applied) {
      return std::unexpected(std::move(applied).error());
    }
  }
  if (request.update_mask().paths().empty()) {
    SetAllConfigs(topic, update);
    if (topic.partition_count() > 0) update.partition_count = topic.partition_count();
  }
  if (!update.partition_count && !update.replace_configs && update.set_configs.empty()) {
    return FailField("update_mask", "names nothing to change");
  }
  return update;
}

}  // namespace monkafka::admin
