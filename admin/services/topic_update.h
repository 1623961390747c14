// What an UpdateTopicRequest and its mask ask for.
#pragma once

#include "admin/port/topics.h"
#include "monkafka/admin/v1/topics.pb.h"

namespace monkafka::admin {

// INVALID_ARGUMENT names the path of the mask that cannot be changed.
Outcome<TopicUpdate> TopicUpdateOf(const v1::UpdateTopicRequest& request);

}  // namespace monkafka::admin
