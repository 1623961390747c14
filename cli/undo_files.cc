#include "cli/undo_files.h"

#include <fmt/format.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <utility>

#include "cli/failure.h"
#include "cli/files.h"
#include "cli/output/text.h"
#include "cli/shell.h"

namespace monkafka::cli {
namespace {

namespace v1 = ::monkafka::admin::v1;

// A directory's name for any id. A long one ends with its FNV-1a hash, behind what no other has.
std::string Encoded(const std::string& id) {
  constexpr size_t kMostLength = 200;  // a file system takes 255
  constexpr size_t kKeptLength = 100;
  std::string encoded;
  uint64_t hash = 14695981039346656037U;
  for (unsigned char c : id) {
    bool plain = std::isalnum(c) || c == '-' || c == '_';
    encoded += plain ? std::string(1, static_cast<char>(c)) : fmt::format("%{:02x}", c);
    hash = (hash ^ c) * 1099511628211U;
  }
  if (encoded.size() <= kMostLength) return encoded;
  return fmt::format("{}~{:016x}", encoded.substr(0, kKeptLength), hash);
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

std::string TextOf(const google::protobuf::Struct& object, const std::string& field) {
  const auto found = object.fields().find(field);
  return found == object.fields().end() ? "" : found->second.string_value();
}

[[noreturn]] void ThrowDamaged(const std::filesystem::path& file) {
  throw Failure(
      fmt::format("{} is damaged: it is not what `group reset` writes", file.string()),
      fmt::format("offsets cannot be restored from it; to undo the change before it: rm {}",
                  ShellQuoted(file.string())));
}

}  // namespace

UndoFiles::UndoFiles(const std::filesystem::path& state_directory, std::string cluster_id,
                     std::string group_id)
    : cluster_id_(std::move(cluster_id)),
      group_id_(std::move(group_id)),
      directory_(state_directory / "undo" / Encoded(cluster_id_) / Encoded(group_id_)) {}

std::optional<UndoFile> UndoFiles::Save(const Change& change, TimePoint now) const {
  const std::string json = ToJson(change);
  if (json.empty()) return std::nullopt;
  UndoFile file{.path = {}, .time = now};
  for (;; ++file.time) {
    file.path = directory_ / fmt::format("{:015}.json", file.time.time_since_epoch().count());
    std::filesystem::path undone = file.path;
    if (std::filesystem::exists(undone.replace_extension(".undone"))) continue;
    if (ClaimFile(file.path)) break;
  }
  try {
    WriteFile(file.path, json);
  } catch (const Failure&) {
    std::error_code ignored;
    std::filesystem::remove(file.path, ignored);
    throw;
  }
  return file;
}

std::optional<UndoFile> UndoFiles::Replace(const UndoFile& file, const Change& change) const {
  const std::string json = ToJson(change);
  if (json.empty()) {
    std::filesystem::remove(file.path);
    return std::nullopt;
  }
  WriteFile(file.path, json);
  return file;
}

// Empty when no offset moves.
std::string UndoFiles::ToJson(const Change& change) const {
  v1::ResetGroupOffsetsResponse undo;
  for (const v1::OffsetMove& move : change.moves) {
    if (Moves(move)) *undo.add_moves() = move;
  }
  if (undo.moves().empty()) return "";
  using google::protobuf::util::JsonStringToMessage;
  using google::protobuf::util::MessageToJsonString;
  std::string json;
  google::protobuf::Struct object;
  if (!MessageToJsonString(undo, &json).ok() || !JsonStringToMessage(json, &object).ok()) return "";
  const auto set = [&object](const char* field, const std::string& text) {
    (*object.mutable_fields())[field].set_string_value(text);
  };
  set("clusterId", cluster_id_);
  set("groupId", group_id_);
  set("change", change.kind);
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  json.clear();
  if (!MessageToJsonString(object, &json, options).ok()) return "";
  return json;
}

void UndoFiles::ForgetUndone(TimePoint now) const {
  for (const UndoFile& file : List()) {
    if (file.undone && file.time < now) std::filesystem::remove(file.path);
  }
}

std::vector<UndoFile> UndoFiles::List() const {
  std::vector<UndoFile> files;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(directory_, none)) {
    const std::string extension = entry.path().extension();
    const std::string stem = entry.path().stem();
    int64_t time = 0;
    const auto [end, error] = std::from_chars(stem.data(), stem.data() + stem.size(), time);
    if (error != std::errc() || end != stem.data() + stem.size()) continue;
    if (extension != ".json" && extension != ".undone") continue;
    // Empty: a name that a process has taken for the change that it is about to save.
    std::error_code gone;
    if (entry.file_size(gone) == 0 || gone) continue;
    files.push_back(
        {entry.path(), TimePoint(std::chrono::milliseconds(time)), extension == ".undone"});
  }
  std::sort(files.begin(), files.end(),
            [](const UndoFile& a, const UndoFile& b) { return a.time > b.time; });
  return files;
}

Change UndoFiles::Load(const UndoFile& file) const {
  const std::string json = ReadFile(file.path);
  google::protobuf::Struct object;
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const auto read = [&](google::protobuf::Message& message) {
    if (!google::protobuf::util::JsonStringToMessage(json, &message, options).ok()) {
      ThrowDamaged(file.path);
    }
  };
  read(object);
  for (const auto& [field, expected] :
       {std::pair<const char*, const std::string&>{"clusterId", cluster_id_},
        {"groupId", group_id_}}) {
    const std::string found = TextOf(object, field);
    if (found.empty() || found == expected) continue;
    throw Failure(fmt::format("{} is of {} {}, not of {}", file.path.string(),
                              std::string_view(field) == "groupId" ? "group" : "cluster",
                              Printable(found), Printable(expected)),
                  "nothing was restored; remove the file, which is not where it belongs");
  }
  v1::ResetGroupOffsetsResponse undo;
  if (object.fields().contains("commits")) {
    v1::CommitGroupOffsetsRequest commits;
    read(commits);
    undo = MovesOf(commits);
  } else {
    read(undo);
  }
  if (undo.moves().empty()) ThrowDamaged(file.path);
  const std::string kind = TextOf(object, "change");
  return {kind.empty() ? "change" : kind, undo.moves()};
}

void UndoFiles::MarkUndone(const UndoFile& file) {
  std::filesystem::path undone = file.path;
  std::filesystem::rename(file.path, undone.replace_extension(".undone"));
}

bool Moves(const v1::OffsetMove& move) {
  return move.has_from_offset() != move.has_to_offset() || move.from_offset() != move.to_offset();
}

v1::CommitGroupOffsetsRequest TakeBack(const std::string& group_id, const MoveList& moves) {
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
