// Whether a change of configs lets records go that are kept until now.
#pragma once

#include <string>

#include "cli/command.h"
#include "cli/session.h"
#include "monkafka/admin/v1/configs.pb.h"

namespace monkafka::cli::retention {

// Asks before `request` is made, when it would keep records for less time or in less space, with
// what it would shorten: "retention.ms from 604800000 to 1000". With --dry-run that is remarked.
// The server says what would be in force, so this also throws what it refuses; and a usage Failure
// when no record would be removed any more. `what` as of Session::Call.
void ConfirmChange(Session& session, const monkafka::admin::v1::AlterConfigsRequest& request,
                   const std::string& what, const MutationFlags& flags);

}  // namespace monkafka::cli::retention
