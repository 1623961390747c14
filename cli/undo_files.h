// Undo files: what `group undo` restores. One for each reset or import of a group's committed
// offsets; the newest is the one to undo.
//
// They are the moves that were made, a ResetGroupOffsetsResponse as protobuf JSON, with clusterId,
// groupId and change ("reset", "import") beside them, in
// StateDirectory()/undo/<cluster id>/<group id, percent-encoded; hashed when it is too long>/
// <milliseconds since 1970>.json, the next one that is free when another process has that. What is
// undone is kept under the name .undone until the next change, so that a command which is repeated
// does not go on to the change before. Older ones tell no cluster and group, or are the commits
// that take the moves back, a CommitGroupOffsetsRequest.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/output/units.h"
#include "monkafka/admin/v1/groups.pb.h"

namespace monkafka::cli {

using MoveList = google::protobuf::RepeatedPtrField<monkafka::admin::v1::OffsetMove>;

struct UndoFile {
  std::filesystem::path path;
  TimePoint time;  // of the change
  bool undone = false;
};

// A change that can be undone.
struct Change {
  std::string kind;  // "reset" or "import"; "change" when that is not known
  MoveList moves;
};

class UndoFiles {
 public:
  UndoFiles(const std::filesystem::path& state_directory, std::string cluster_id,
            std::string group_id);

  // Keeps the moves of a change in a file of their own, of that time or the next that no other
  // process has. Nothing when no offset moves, and then none is kept.
  std::optional<UndoFile> Save(const Change& change, TimePoint now) const;

  // Keeps these moves in place of those that were saved. Nothing when no offset moves, and then the
  // file is removed.
  std::optional<UndoFile> Replace(const UndoFile& file, const Change& change) const;

  // Removes what was undone before the change of that time, once it is made: not earlier, for
  // without it `group undo` would go on to the change before.
  void ForgetUndone(TimePoint now) const;

  // The newest first.
  std::vector<UndoFile> List() const;

  // A Failure that says so when it is none of this group's, or damaged.
  Change Load(const UndoFile& file) const;

  static void MarkUndone(const UndoFile& file);

 private:
  std::string ToJson(const Change& change) const;

  const std::string cluster_id_;
  const std::string group_id_;
  std::filesystem::path directory_;
};

// Whether it leaves another offset than it found.
bool Moves(const monkafka::admin::v1::OffsetMove& move);

// Commits what was committed before the moves.
monkafka::admin::v1::CommitGroupOffsetsRequest TakeBack(const std::string& group_id,
                                                        const MoveList& moves);

}  // namespace monkafka::cli
