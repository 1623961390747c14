// Undo files: what `group undo` restores. One for each reset, import or other change of a group's
// committed offsets; the newest is undone first.
//
// They are CommitGroupOffsetsRequest messages as protobuf JSON, in
// StateDirectory()/undo/<cluster id>/<group id, percent-encoded>/<milliseconds since 1970>.json, so
// that an offset is never restored in another cluster.
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

  // Writes what takes the moves back. Returns the file; nothing when no offset moves.
  std::optional<std::filesystem::path> Save(
      const google::protobuf::RepeatedPtrField<monkafka::admin::v1::OffsetMove>& moves,
      TimePoint now);

  // The newest file; nothing when there is none.
  std::optional<std::filesystem::path> Newest() const;

  static monkafka::admin::v1::CommitGroupOffsetsRequest Load(const std::filesystem::path& file);

 private:
  std::filesystem::path directory_;
  std::string group_id_;
};

}  // namespace monkafka::cli
