#include "cli/group_offsets.h"

#include <fmt/format.h>

#include <functional>
#include <memory>

#include "cli/answers.h"
#include "cli/command.h"
#include "cli/document.h"
#include "cli/group_undo.h"
#include "cli/log_bounds.h"
#include "cli/offset_moves.h"
#include "cli/status_text.h"
#include "cli/undo_files.h"
#include "monkafka/admin/v1/groups.grpc.pb.h"

namespace monkafka::cli::group {
namespace {

using Stub = v1::GroupsService::Stub;

TimePoint Now() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

// Shows what would move, then does it. It asks first and keeps an undo file. `kind` is "reset" or
// "import". Request has group_id, validate_only and request_id; Response has moves.
template <class Request, class Response>
void Move(
    Session& session, grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
    Request request, const MutationFlags& flags, const std::string& kind,
    const std::function<void(MoveList&)>& annotate = [](MoveList&) {}) {
  const std::string group = request.group_id();
  const std::string doing = fmt::format("{} the offsets of group {}", kind, Printable(group));
  request.set_validate_only(true);
  Response preview = session.Call(method, request, doing);
  annotate(*preview.mutable_moves());
  if (flags.dry_run || session.printer().for_people()) {
    session.ShowList(preview, preview.moves(), MoveView());
  }
  const std::string sum = SumOf(preview.moves());
  if (flags.dry_run && session.printer().for_people()) session.Note(sum);
  session.NoteDryRun(flags.dry_run);
  if (flags.dry_run) return;
  session.Confirm(fmt::format("{} ({})", doing, sum), flags.yes);

  const UndoFiles undo_files = UndoFilesOf(session, group);
  const auto saved = undo_files.Save({kind, preview.moves()}, Now());
  request.set_validate_only(false);
  request.set_request_id(Session::NewRequestId());
  Response response;
  grpc::Status status = session.TryCall(method, request, &response);
  if (!status.ok()) {
    if (saved && status.error_code() != grpc::StatusCode::DEADLINE_EXCEEDED &&
        status.error_code() != grpc::StatusCode::UNAVAILABLE) {
      std::filesystem::remove(saved->path);
    }
    session.Check(status, doing);
  }
  annotate(*response.mutable_moves());
  // What was replaced may differ from the preview, and is what is to be restored.
  const Change made{kind, response.moves()};
  const auto undo_file = saved ? undo_files.Replace(*saved, made) : undo_files.Save(made, Now());
  if (undo_file) undo_files.ForgetUndone(undo_file->time);
  if (!session.printer().for_people()) {
    session.ShowList(response, response.moves(), MoveView());
  }
  session.Note(undo_file ? fmt::format("done; `{}` takes it back ({})",
                                       session.CommandHere({"group", "undo"}, {group}),
                                       undo_file->path.string())
                         : "done");
}

struct ResetFlags : MutationFlags {
  std::string group, to_time, to_duration;
  std::vector<std::string> topics;
  bool earliest = false, latest = false, current = false;
  std::optional<int64_t> to_offset, shift;
  bool if_exists = false;
};

// "orders" or "orders:0-3,7".
void AddScope(const std::string& text, v1::ResetGroupOffsetsRequest& request) {
  size_t colon = text.find(':');
  v1::TopicScope& scope = *request.add_scope();
  scope.set_topic(text.substr(0, colon));
  if (colon == std::string::npos) return;
  if (colon == 0 || colon + 1 == text.size()) {
    throw UsageError(fmt::format("--topic: \"{}\" is no TOPIC:PARTITIONS", Printable(text)),
                     "give orders for all partitions, or orders:0-3,7");
  }
  for (int32_t p : ParsePartitions(text.substr(colon + 1))) scope.add_partitions(p);
}

void SetTarget(const ResetFlags& flags, v1::OffsetTarget& target) {
  if (flags.earliest) target.set_earliest(true);
  if (flags.latest) target.set_latest(true);
  if (flags.current) target.set_current(true);
  if (flags.to_offset) target.set_offset(*flags.to_offset);
  if (flags.shift) target.set_shift(*flags.shift);
  if (!flags.to_time.empty()) {
    target.set_timestamp_ms(ParseTimeOption("--to-time", flags.to_time).time_since_epoch().count());
  }
  if (!flags.to_duration.empty()) {
    *target.mutable_duration() = ToDuration(ParseDurationOption("--to-age", flags.to_duration));
  }
}

// Remarks it when there is no such group, which a reset would begin.
bool Exists(Session& session, const std::string& group) {
  bool found = false;
  session.IfExists(true, "group", [&] {
    v1::GetGroupRequest request;
    request.set_group_id(group);
    session.Call(&Stub::GetGroup, request, "look up group " + group);
    found = true;
  });
  return found;
}

// A reset begins a group that does not exist, which is also what a name written wrong does.
void NoteNewGroup(Session& session, const std::string& group) {
  v1::GetGroupRequest request;
  request.set_group_id(group);
  v1::GetGroupResponse response;
  const grpc::Status status = session.TryCall(&Stub::GetGroup, request, &response);
  if (MissingResource(status).first != "group") return;
  session.Note(fmt::format("group {} does not exist yet: it will be created", Printable(group)));
}

void Reset(Session& session, const ResetFlags& flags) {
  v1::ResetGroupOffsetsRequest request;
  request.set_group_id(flags.group);
  for (const std::string& topic : flags.topics) AddScope(topic, request);
  SetTarget(flags, *request.mutable_target());
  if (flags.if_exists && !Exists(session, flags.group)) return;
  if (!flags.if_exists && !flags.topics.empty()) NoteNewGroup(session, flags.group);
  try {
    Move(session, &Stub::ResetGroupOffsets, request, flags, "reset");
  } catch (const MissingFailure& missing) {
    if (missing.type() != "group") throw;
    throw Failure(
        missing.what(),
        fmt::format("{}; or begin the group: --topic says of which topics", missing.next()),
        missing.details());
  }
}

void Export(Session& session, const std::string& group, const std::string& file) {
  v1::GetGroupLagRequest request;
  request.set_group_id(group);
  auto lag = session.Call(&Stub::GetGroupLag, request, "export group " + group).lag();
  v1::CommitGroupOffsetsRequest document;
  document.set_group_id(group);
  for (const v1::PartitionLag& partition : lag.partitions()) {
    if (!partition.has_committed_offset()) continue;
    v1::OffsetCommit& commit = *document.add_commits();
    commit.set_topic(partition.topic());
    commit.set_partition(partition.partition());
    commit.set_offset(partition.committed_offset());
    if (partition.has_committed_leader_epoch()) {
      commit.set_leader_epoch(partition.committed_leader_epoch());
    }
    commit.set_metadata(partition.metadata());
  }
  session.ShowDocument(
      file, [&](Printer& printer) { printer.PrintDocument(document, group, Defaults::kNumbers); });
}

struct ImportFlags : MutationFlags {
  std::string file, group;
};

void Import(Session& session, const ImportFlags& flags) {
  v1::CommitGroupOffsetsRequest request;
  ReadDocument(ReadFile(flags.file), flags.file, "group export", &request);
  if (!flags.group.empty()) request.set_group_id(flags.group);
  const std::string what = "import the offsets";
  const OffsetNotes notes = KeepWithinLogs(session, request, what);
  Move(session, &Stub::CommitGroupOffsets, request, flags, "import",
       [&](MoveList& moves) { Annotate(notes, moves); });
}

void AddReset(CLI::App& noun, Session& session) {
  CLI::App* verb =
      AddVerb(noun, "reset", "Move the committed offsets of a group; shows the moves first",
              {"monkafkactl group reset billing --topic orders --to-earliest --yes",
               "monkafkactl group reset billing --topic orders:0-1 --to-offset 100 --dry-run",
               "monkafkactl group reset billing --to-time -1h30m --yes",
               "monkafkactl group reset billing --by -10 --yes"});
  auto flags = std::make_shared<ResetFlags>();
  SetCompletion(verb->add_option("group", flags->group, "Its id")->required(), Completion::kGroup);
  SetCompletion(verb->add_option("--topic", flags->topics,
                                 "Only this topic, or TOPIC:0-3,7; may be repeated; else all that "
                                 "have a committed offset")
                    ->allow_extra_args(false),
                Completion::kTopic);
  auto* to = verb->add_option_group("Where to");
  to->add_flag("--to-earliest", flags->earliest, "The first record");
  to->add_flag("--to-latest", flags->latest, "The end");
  to->add_flag("--to-current", flags->current, "What is committed; the end where nothing is");
  to->add_option("--to-offset", flags->to_offset, "This offset")->check(NotNegative());
  to->add_option("--to-time", flags->to_time, "The first record at this time or later")
      ->type_name("TIME");
  to->add_option("--to-age", flags->to_duration, "The first record that is not older")
      ->type_name("DURATION");
  to->add_option("--by", flags->shift, "So many records forward, or back when negative")
      ->check(WholeNumber());
  to->require_option(1);
  AddIfExists(verb, flags->if_exists, "group");
  AddMutationFlags(verb, *flags, /*destructive=*/true);
  verb->callback([flags, &session] { Reset(session, *flags); });
}

void AddImport(CLI::App& noun, Session& session) {
  CLI::App* verb =
      AddVerb(noun, "import",
              "Commit the offsets of a file that `group export` wrote; for one outside of the log "
              "the log's nearest end is taken",
              {"monkafkactl group import -f offsets.yaml --yes",
               "monkafkactl group import -f offsets.yaml --group billing-copy --dry-run"});
  auto flags = std::make_shared<ImportFlags>();
  SetCompletion(verb->add_option("-f,--file", flags->file, "The file; - is stdin")->required(),
                Completion::kFile);
  SetCompletion(verb->add_option("--group", flags->group, "Commit them for this group instead"),
                Completion::kGroup);
  AddMutationFlags(verb, *flags, /*destructive=*/true);
  verb->callback([flags, &session] { Import(session, *flags); });
}

}  // namespace

void AddOffsets(CLI::App& noun, Session& session) {
  AddReset(noun, session);
  AddUndo(noun, session);
  CLI::App* verb =
      AddVerb(noun, "export", "Print the committed offsets of a group, for `group import`",
              {"monkafkactl group export billing > offsets.yaml",
               "monkafkactl group export billing -f offsets.yaml"});
  auto group = std::make_shared<std::string>();
  SetCompletion(verb->add_option("group", *group, "Its id")->required(), Completion::kGroup);
  auto file = std::make_shared<std::string>();
  SetCompletion(
      verb->add_option("-f,--file", *file, "Write them to this file; else, or with -, to stdout"),
      Completion::kFile);
  verb->callback([group, file, &session] { Export(session, *group, *file); });
  AddImport(noun, session);
}

}  // namespace monkafka::cli::group
