// Which names a topic may have. Source: Kafka's Topic class.
#pragma once

#include <string>
#include <string_view>

#include "common/result.h"

namespace monkafka::services {

inline constexpr size_t kMaxTopicNameLength = 249;

// INVALID_TOPIC_EXCEPTION with Kafka's sentence: empty, ".", "..", longer than 249 characters, or
// with characters other than ASCII letters, digits, '.', '_' and '-'.
Status ValidateTopicName(std::string_view name);

// '.' and '_' are the same character in metric names, so two topics that differ only there collide:
// they have the same name here.
std::string NameInMetrics(std::string_view name);

}  // namespace monkafka::services
