// Whether a change of configs lets records go that are kept until now.
#pragma once

#include <string>
#include <string_view>

#include "cli/session.h"
#include "monkafka/admin/v1/configs.pb.h"

namespace monkafka::cli::retention {

// What `request` would shorten, for the question, as in "retention.ms from 604800000 to 1000"; ""
// when nothing is kept for less time or in less space. The server says what would be in force, so
// this also throws what it refuses; `what` as of Session::Call.
std::string Losses(Session& session, monkafka::admin::v1::AlterConfigsRequest request,
                   std::string_view what);

}  // namespace monkafka::cli::retention
