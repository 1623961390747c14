#include "cli/undo_files.h"

#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>

#include "cli/failure.h"
#include "cli/files.h"

namespace monkafka::cli {
namespace {

namespace v1 = ::monkafka::admin::v1;

// A file name for any group id.
std::string Encoded(const std::string& id) {
  std::string encoded;
  for (unsigned char c : id) {
    bool plain = std::isalnum(c) || c == '-' || c == '_';
    encoded += plain ? std::string(1, static_cast<char>(c)) : fmt::format("%{:02x}", c);
  }
  return encoded;
}

// Of a file that tells just what was committed before; where to the offsets were moved is not
// known.
v1::ResetGroupOffsetsResponse MovesOf(const v1::CommitGroupOffsetsRequest& commits) {
  v1::ResetGroupOffsetsResponse moves;
  for (const v1::OffsetCommit& commit : commits.commits()) {
    v1::OffsetMove& move = *moves.add_moves();
    move.set_topic(commit.topic());
    move.set_partition(commit.partition());
    move.set_from_leader_epoch(commit.has_leader_epoch() ? commit.leader_epoch() : -1);
    if (!commit.has_offset()) continue;
    move.set_from_offset(commit.offset());
    move.set_from_metadata(commit.metadata());
  }
  return moves;
}

}  // namespace

UndoFiles::UndoFiles(const std::filesystem::path& state_directory, const std::string& cluster_id,
                     const std::string& group_id)
    : directory_(state_directory / "undo" / Encoded(cluster_id) / Encoded(group_id)) {}

std::optional<std::filesystem::path> UndoFiles::Save(
    const google::protobuf::RepeatedPtrField<v1::OffsetMove>& moves, TimePoint now) {
  v1::ResetGroupOffsetsResponse undo;
  for (const v1::OffsetMove& move : moves) {
    if (Moves(move)) *undo.add_moves() = move;
  }
  if (undo.moves().empty()) return std::nullopt;
  std::string json;
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  if (!google::protobuf::util::MessageToJsonString(undo, &json, options).ok()) return std::nullopt;
  auto file = directory_ / fmt::format("{:015}.json", now.time_since_epoch().count());
  WriteFile(file, json);
  return file;
}

std::optional<std::filesystem::path> UndoFiles::Newest() const {
  std::optional<std::filesystem::path> newest;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(directory_, none)) {
    if (entry.path().extension() != ".json") continue;
    if (!newest || entry.path().filename() > newest->filename()) newest = entry.path();
  }
  return newest;
}

v1::ResetGroupOffsetsResponse UndoFiles::Load(const std::filesystem::path& file) {
  const std::string json = ReadFile(file);
  v1::CommitGroupOffsetsRequest commits;
  if (google::protobuf::util::JsonStringToMessage(json, &commits).ok()) return MovesOf(commits);
  v1::ResetGroupOffsetsResponse undo;
  auto status = google::protobuf::util::JsonStringToMessage(json, &undo);
  if (!status.ok()) {
    throw Failure(fmt::format("{}: {}", file.string(), status.ToString()),
                  "the file was changed by hand; remove it to undo what was before");
  }
  return undo;
}

bool Moves(const v1::OffsetMove& move) {
  return move.has_from_offset() != move.has_to_offset() || move.from_offset() != move.to_offset();
}

v1::CommitGroupOffsetsRequest TakeBack(
    const std::string& group_id, const google::protobuf::RepeatedPtrField<v1::OffsetMove>& moves) {
  v1::CommitGroupOffsetsRequest request;
  request.set_group_id(group_id);
  for (const v1::OffsetMove& move : moves) {
    v1::OffsetCommit& commit = *request.add_commits();
    commit.set_topic(move.topic());
    commit.set_partition(move.partition());
    if (!move.has_from_offset()) continue;
    commit.set_offset(move.from_offset());
    commit.set_metadata(move.from_metadata());
    if (move.from_leader_epoch() >= 0) commit.set_leader_epoch(move.from_leader_epoch());
  }
  return request;
}

}  // namespace monkafka::cli
