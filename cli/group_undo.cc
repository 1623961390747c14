#include "cli/group_undo.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "cli/answers.h"
#include "cli/command.h"
#include "cli/log_bounds.h"
#include "cli/offset_moves.h"
#include "monkafka/admin/v1/groups.grpc.pb.h"
#include "monkafka/admin/v1/offsets.grpc.pb.h"

namespace monkafka::cli::group {
namespace {

using Stub = v1::GroupsService::Stub;

struct UndoFlags : MutationFlags {
  std::string group, of;
  bool if_exists = false;
};

std::string NameOf(const v1::OffsetMove& move) {
  return fmt::format("{}-{}", move.topic(), move.partition());
}

// "the reset of 2026-11-25T19:02:11.000Z (3 offsets of orders)".
std::string Described(const Change& change, TimePoint time) {
  std::set<std::string> topics;
  for (const v1::OffsetMove& move : change.moves) topics.insert(move.topic());
  return fmt::format("the {} of {} ({} of {})", change.kind, FormatTime(time),
                     Count(change.moves.size(), "offset"), Named({topics.begin(), topics.end()}));
}

// Which offsets are others now than the change left them; "" when all are as they were left.
std::string MovedSince(const MoveList& undone, const MoveList& preview) {
  std::map<std::string, const v1::OffsetMove*> left;
  for (const v1::OffsetMove& move : undone) left[NameOf(move)] = &move;
  std::vector<std::string> moved;
  for (const v1::OffsetMove& move : preview) {
    const auto found = left.find(NameOf(move));
    if (found == left.end()) continue;
    const v1::OffsetMove& then = *found->second;
    if (move.has_from_offset() == then.has_to_offset() && move.from_offset() == then.to_offset()) {
      continue;
    }
    moved.push_back(NameOf(move));
  }
  if (moved.empty()) return "";
  // An undo file of an older monkafkactl does not tell where to.
  const bool known = std::any_of(undone.begin(), undone.end(),
                                 [](const v1::OffsetMove& move) { return move.has_to_offset(); });
  return fmt::format("which {} moved since in {}", known ? "has" : "may have", Named(moved));
}

// None when the topic is there no more.
std::set<int32_t> PartitionsOf(Session& session, const std::string& topic) {
  v1::ListOffsetsRequest request;
  request.set_topic(topic);
  try {
    std::set<int32_t> partitions;
    const auto listed = session.CallAllPages(&v1::OffsetsService::Stub::ListOffsets, request,
                                             "look up the partitions of " + topic);
    for (const v1::PartitionOffsets& offsets : listed.offsets()) {
      partitions.insert(offsets.partition());
    }
    return partitions;
  } catch (const MissingFailure&) {
    return {};
  }
}

// Takes the moves out whose partition is there no more. Returns those of them that had an offset.
std::vector<std::string> TakeOutLost(Session& session, MoveList& moves) {
  std::map<std::string, std::set<int32_t>> partitions;
  std::vector<std::string> lost;
  MoveList kept;
  for (const v1::OffsetMove& move : moves) {
    const auto [topic, added] = partitions.try_emplace(move.topic());
    if (added) topic->second = PartitionsOf(session, move.topic());
    if (topic->second.contains(move.partition())) {
      *kept.Add() = move;
    } else if (move.has_from_offset()) {
      lost.push_back(NameOf(move));
    }
  }
  moves = kept;
  return lost;
}

// "orders-0 and orders-1".
std::string NamesOf(const OffsetNotes& notes) {
  std::vector<std::string> names;
  for (const auto& [partition, note] : notes) {
    names.push_back(fmt::format("{}-{}", partition.first, partition.second));
  }
  return Named(names);
}

UndoFile Find(const std::vector<UndoFile>& files, const UndoFlags& flags) {
  if (flags.of.empty()) return files.front();
  const TimePoint time = ParseTimeOption("--of", flags.of);
  const auto found = std::find_if(files.begin(), files.end(),
                                  [&](const UndoFile& file) { return file.time == time; });
  if (found != files.end()) return *found;
  std::vector<std::string> times;
  for (const UndoFile& file : files) {
    if (!file.undone) times.push_back(FormatTime(file.time));
  }
  throw Failure(fmt::format("no change of group {} at {} can be undone here",
                            Printable(flags.group), flags.of),
                times.empty() ? "" : "there are those of " + Named(times));
}

// To undo once more is no wish to undo the change before, which a script that repeats a command
// would do.
void SayAlreadyUndone(Session& session, const UndoFlags& flags, const std::vector<UndoFile>& files,
                      const UndoFile& file) {
  std::string remark =
      fmt::format("the latest change of group {}, of {}, is undone already: nothing to do",
                  Printable(flags.group), FormatTime(file.time));
  const auto before =
      std::find_if(files.begin(), files.end(), [](const UndoFile& other) { return !other.undone; });
  if (before != files.end()) {
    remark += fmt::format(
        "; the one before it can be undone:\n{}",
        session.CommandHere({"group", "undo", "--of", FormatTime(before->time)}, {flags.group}));
  }
  session.AnnounceNothing(remark);
}

// What of it can be restored is restored; what cannot is named.
void UndoOne(Session& session, const UndoFlags& flags, const UndoFiles& files,
             const UndoFile& file) {
  Change change = files.Load(file);
  const std::string which = Described(change, file.time);
  const std::string doing = fmt::format("undo {} of group {}", which, Printable(flags.group));
  const std::vector<std::string> lost = TakeOutLost(session, change.moves);
  const std::string not_restored =
      lost.empty()
          ? ""
          : fmt::format("{} cannot be restored: there is no such partition any more", Named(lost));
  if (change.moves.empty()) {
    throw Failure(fmt::format("cannot {}: {}", doing, not_restored),
                  "`monkafkactl topic list` shows the topics that exist");
  }
  v1::CommitGroupOffsetsRequest request = TakeBack(flags.group, change.moves);
  const OffsetNotes notes = KeepWithinLogs(session, request, doing);
  request.set_validate_only(true);
  auto shown = session.Call(&Stub::CommitGroupOffsets, request, doing);
  Annotate(notes, *shown.mutable_moves());
  const bool restored = std::none_of(shown.moves().begin(), shown.moves().end(), Moves);
  const std::string since = restored ? "" : MovedSince(change.moves, shown.moves());
  const std::string sum = SumOf(shown.moves());
  if (session.printer().for_people()) session.ShowList(shown, shown.moves(), MoveView());
  if (!notes.empty()) {
    session.Warn(NamesOf(notes) +
                 " cannot be restored as before: the offset lies outside of the log now, whose "
                 "nearest end is taken");
  }
  if (!lost.empty()) {
    session.Warn(not_restored);
    session.set_exit_code(kFailed);
  }
  if (!flags.dry_run && !restored) {
    session.Confirm(fmt::format("{}{}{} ({})", doing, since.empty() ? "" : ", ", since, sum),
                    flags.yes, /*destructive=*/!since.empty());
    request.set_validate_only(false);
    request.set_request_id(Session::NewRequestId());
    shown = session.Call(&Stub::CommitGroupOffsets, request, doing);
    Annotate(notes, *shown.mutable_moves());
  }
  if (!session.printer().for_people()) session.ShowList(shown, shown.moves(), MoveView());
  if (!flags.dry_run) UndoFiles::MarkUndone(file);
  if (restored) {
    session.Note(fmt::format("the offsets of group {} are as they were before {}: nothing to do",
                             Printable(flags.group), which));
  } else if (flags.dry_run) {
    session.Note(fmt::format("would {}{}{}: {}", doing, since.empty() ? "" : ", ", since, sum));
  } else {
    session.Note(fmt::format("done: {} is undone", which));
  }
  session.NoteDryRun(flags.dry_run);
}

void Undo(Session& session, const UndoFlags& flags) {
  const UndoFiles undo_files = UndoFilesOf(session, flags.group);
  const std::vector<UndoFile> files = undo_files.List();
  if (files.empty() && flags.if_exists) {
    return session.AnnounceNothing(
        fmt::format("there is no reset of group {}: nothing to do", Printable(flags.group)));
  }
  if (files.empty()) {
    throw Failure(fmt::format("there is nothing to undo for group {}", Printable(flags.group)),
                  "undo files are written by `group reset` and `group import` on this machine");
  }
  const UndoFile file = Find(files, flags);
  if (file.undone) return SayAlreadyUndone(session, flags, files, file);
  UndoOne(session, flags, undo_files, file);
}

}  // namespace

void AddUndo(CLI::App& noun, Session& session) {
  CLI::App* verb =
      AddVerb(noun, "undo", "Take the latest reset or import of a group back",
              {"monkafkactl group undo billing", "monkafkactl group undo billing --dry-run"});
  auto flags = std::make_shared<UndoFlags>();
  SetCompletion(verb->add_option("group", flags->group, "Its id")->required(), Completion::kGroup);
  verb->add_option("--of", flags->of, "An earlier one, by the time that undo tells of it")
      ->type_name("TIME");
  AddMutationFlags(verb, *flags, /*destructive=*/false);
  verb->add_flag("-y,--yes", flags->yes,
                 "Don't ask; undo asks only when the group has moved since");
  verb->add_flag("--if-exists", flags->if_exists, "That there is nothing to undo is no error");
  verb->callback([flags, &session] { Undo(session, *flags); });
}

}  // namespace monkafka::cli::group
