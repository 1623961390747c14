// Offsets that are to be committed and lie outside of their logs.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "cli/session.h"
#include "cli/undo_files.h"
#include "monkafka/admin/v1/groups.pb.h"

namespace monkafka::cli {

// By topic and partition: what was done to the offset.
using OffsetNotes = std::map<std::pair<std::string, int32_t>, std::string>;

// A consumer that finds its offset outside of the log begins where auto.offset.reset says, which
// may be anywhere. So the nearest end of the log is taken, as Kafka's own tool does. Offsets of
// logs that are offline stay as they are. `what` completes "cannot ...".
OffsetNotes KeepWithinLogs(Session& session,
                           monkafka::admin::v1::CommitGroupOffsetsRequest& request,
                           const std::string& what);

void Annotate(const OffsetNotes& notes, MoveList& moves);

}  // namespace monkafka::cli
