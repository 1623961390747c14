// What an UpdateTopicRequest and its mask ask for.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "admin/port/topics.h"
#include "monkafka/admin/v1/topics.pb.h"

namespace monkafka::admin {

// The key that a path of the mask names: "configs.KEY", with or without backquotes around KEY.
std::optional<std::string> ConfigKeyOf(std::string_view path);

// INVALID_ARGUMENT names the path of the mask that cannot be changed.
Outcome<TopicUpdate> TopicUpdateOf(const v1::UpdateTopicRequest& request);

}  // namespace monkafka::admin
