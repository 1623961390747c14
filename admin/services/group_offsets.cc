#include "admin/services/group_offsets.h"

#include <fmt/format.h>

#include <set>

#include "admin/services/convert.h"
#include "admin/utf8.h"
#include "monkafka/admin/v1/groups.pb.h"

namespace monkafka::admin {
namespace {

template <class Response>
Outcome<Response> AnswerWith(const Outcome<std::vector<OffsetMove>>& moves) {
  if (!moves) return std::unexpected(moves.error());
  Response response;
  for (const OffsetMove& move : *moves) {
    v1::OffsetMove& added = *response.add_moves();
    added.set_topic(move.topic);
    added.set_partition(move.partition);
    if (move.from_offset) added.set_from_offset(*move.from_offset);
    if (move.to_offset) added.set_to_offset(*move.to_offset);
    added.set_from_metadata(ToUtf8(move.from_metadata));
    added.set_from_leader_epoch(move.from_leader_epoch);
    added.set_skipped_records(move.skipped_records);
    added.set_replayed_records(move.replayed_records);
    added.set_note(move.note);
  }
  return response;
}

Outcome<OffsetTarget> TargetOf(const v1::OffsetTarget& target) {
  using Case = v1::OffsetTarget::TargetCase;
  switch (target.target_case()) {
    case Case::kEarliest:
      if (target.earliest()) return ToEarliest{};
      break;
    case Case::kLatest:
      if (target.latest()) return ToLatest{};
      break;
    case Case::kCurrent:
      if (target.current()) return ToCurrent{};
      break;
    case Case::kOffset:
      if (target.offset() < 0) return FailField("target.offset", "negative");
      return ToOffset{target.offset()};
    case Case::kTimestampMs:
      if (target.timestamp_ms() < 0) return FailField("target.timestamp_ms", "negative");
      return ToTimestamp{target.timestamp_ms()};
    case Case::kShift:
      return ByShift{target.shift()};
    case Case::kDuration: {
      const std::chrono::milliseconds age = FromProto(target.duration());
      if (age.count() < 0) return FailField("target.duration", "negative");
      return ByDuration{age};
    }
    case Case::TARGET_NOT_SET:
      break;
  }
  return FailField("target", "required");
}

Outcome<v1::ResetGroupOffsetsResponse> Reset(GroupsPort& port,
                                             const v1::ResetGroupOffsetsRequest& request,
                                             const Call& call) {
  if (auto named = RequireText(request.group_id(), "group_id"); !named) {
    return std::unexpected(std::move(named).error());
  }
  Outcome<OffsetTarget> target = TargetOf(request.target());
  if (!target) return std::unexpected(std::move(target).error());
  OffsetReset reset{.group_id = request.group_id(),
                    .scope = {},
                    .target = *target,
                    .validate_only = request.validate_only()};
  for (const v1::TopicScope& scope : request.scope()) {
    if (scope.topic().empty()) return FailField("scope.topic", "required");
    reset.scope.push_back({scope.topic(), {scope.partitions().begin(), scope.partitions().end()}});
  }
  return AnswerWith<v1::ResetGroupOffsetsResponse>(port.Reset(reset, call.stop_token()));
}

Outcome<v1::CommitGroupOffsetsResponse> Commit(GroupsPort& port,
                                               const v1::CommitGroupOffsetsRequest& request,
                                               const Call& call) {
  if (auto named = RequireText(request.group_id(), "group_id"); !named) {
    return std::unexpected(std::move(named).error());
  }
  if (request.commits().empty()) return FailField("commits", "required");
  std::vector<OffsetCommit> commits;
  std::set<std::pair<std::string, int32_t>> named;
  for (const v1::OffsetCommit& commit : request.commits()) {
    if (commit.topic().empty()) return FailField("commits.topic", "required");
    if (!named.emplace(commit.topic(), commit.partition()).second) {
      return FailField("commits",
                       fmt::format("{}-{} is there twice", commit.topic(), commit.partition()));
    }
    if (commit.has_offset() && commit.offset() < 0) return FailField("commits.offset", "negative");
    OffsetCommit& added = commits.emplace_back();
    added.topic = commit.topic();
    added.partition = commit.partition();
    if (commit.has_offset()) added.offset = commit.offset();
    if (commit.has_leader_epoch()) added.leader_epoch = commit.leader_epoch();
    added.metadata = commit.metadata();
  }
  return AnswerWith<v1::CommitGroupOffsetsResponse>(
      port.Commit(request.group_id(), commits, request.validate_only(), call.stop_token()));
}

std::string ResetSubject(const v1::ResetGroupOffsetsRequest& request) {
  std::string subject =
      fmt::format("group {} to {}", request.group_id(), request.target().ShortDebugString());
  for (const v1::TopicScope& scope : request.scope()) subject += " " + scope.topic();
  return subject;
}

std::string CommitSubject(const v1::CommitGroupOffsetsRequest& request) {
  std::string subject = "group " + request.group_id();
  for (const v1::OffsetCommit& commit : request.commits()) {
    subject += fmt::format(" {}-{}={}", commit.topic(), commit.partition(),
                           commit.has_offset() ? std::to_string(commit.offset()) : "none");
  }
  return subject;
}

}  // namespace

void AddGroupOffsets(MethodTable& table, GroupsPort& port) {
  const std::string service = "/monkafka.admin.v1.GroupsService/";
  table.AddMutation<v1::ResetGroupOffsetsRequest>(
      service + "ResetGroupOffsets", Role::kOperator, ResetSubject,
      [&port](const auto& request, Call& call) { return Reset(port, request, call); });
  table.AddMutation<v1::CommitGroupOffsetsRequest>(
      service + "CommitGroupOffsets", Role::kOperator, CommitSubject,
      [&port](const auto& request, Call& call) { return Commit(port, request, call); });
}

}  // namespace monkafka::admin
