// Undo files: what `group undo` restores. One for each reset, import or other change of a group's
// committed offsets; the newest is undone first.
//
// They are the moves that were made, a ResetGroupOffsetsResponse as protobuf JSON, in
// StateDirectory()/undo/<cluster id>/<group id, percent-encoded>/<milliseconds since 1970>.json, so
// that an offset is never restored in another cluster. Before, they were the commits that take the
// moves back, a CommitGroupOffsetsRequest, which can be undone as well.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "cli/output/units.h"
#include "monkafka/admin/v1/groups.pb.h"

namespace monkafka::cli {

class UndoFiles {
 public:
  UndoFiles(const std::filesystem::path& state_directory, const std::string& cluster_id,
            const std::string& group_id);

  // Keeps the moves, in place of those that were saved for the same time. Returns the file; nothing
  // when no offset moves.
  std::optional<std::filesystem::path> Save(
      const google::protobuf::RepeatedPtrField<monkafka::admin::v1::OffsetMove>& moves,
      TimePoint now);

  // The newest file; nothing when there is none.
  std::optional<std::filesystem::path> Newest() const;

  static monkafka::admin::v1::ResetGroupOffsetsResponse Load(const std::filesystem::path& file);

 private:
  std::filesystem::path directory_;
};

// Whether it leaves another offset than it found.
bool Moves(const monkafka::admin::v1::OffsetMove& move);

// Commits what was committed before the moves.
monkafka::admin::v1::CommitGroupOffsetsRequest TakeBack(
    const std::string& group_id,
    const google::protobuf::RepeatedPtrField<monkafka::admin::v1::OffsetMove>& moves);

}  // namespace monkafka::cli
