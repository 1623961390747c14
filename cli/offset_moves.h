// Moves of a group's committed offsets: how they are shown, and their undo files.
#pragma once

#include <string>

#include "cli/session.h"
#include "cli/undo_files.h"
#include "monkafka/admin/v1/groups.pb.h"

namespace monkafka::cli {

const View<monkafka::admin::v1::OffsetMove>& MoveView();

// "2 of 3 offsets move: 120 records are skipped, 7 replayed".
std::string SumOf(const MoveList& moves);

// Of the session's cluster, which is asked for its id.
UndoFiles UndoFilesOf(Session& session, const std::string& group_id);

}  // namespace monkafka::cli
