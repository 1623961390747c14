#include "app/admin/groups.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "app/admin/failures.h"
#include "app/admin/wait.h"
#include "services/group_lag.h"

namespace monkafka::app {
namespace {

using admin::GroupState;
using admin::Outcome;
using Kind = services::ResetTarget::Kind;

constexpr char kGroup[] = "group";

GroupState StateOf(std::string_view name) {
  static constexpr std::pair<std::string_view, GroupState> kStates[] = {
      {"PreparingRebalance", GroupState::kPreparingRebalance},
      {"CompletingRebalance", GroupState::kCompletingRebalance},
      {"Stable", GroupState::kStable},
      {"Empty", GroupState::kEmpty},
      {"Dead", GroupState::kDead},
      {"Assigning", GroupState::kAssigning},
      {"Reconciling", GroupState::kReconciling},
  };
  const auto* found =
      std::ranges::find(kStates, name, &std::pair<std::string_view, GroupState>::first);
  return found == std::end(kStates) ? GroupState::kUnknown : found->second;
}

admin::GroupType TypeOf(std::string_view name) {
  if (name == "classic") return admin::GroupType::kClassic;
  return name == "consumer" ? admin::GroupType::kConsumer : admin::GroupType::kUnknown;
}

admin::GroupMember MemberOf(const groups::MemberView& view) {
  admin::GroupMember member;
  member.member_id = view.member_id;
  member.group_instance_id = view.instance_id.value_or("");
  member.client_id = view.client_id;
  member.client_host = view.client_host;
  for (const TopicPartition& each : view.assigned_partitions) {
    member.assignment.push_back({each.topic, each.partition});
  }
  member.subscription = view.subscribed_topics;
  member.session_timeout = view.session_timeout;
  member.rebalance_timeout = view.rebalance_timeout;
  member.protocols = view.protocols;
  return member;
}

std::string WhyUnknown(ErrorCode error) {
  if (error == ErrorCode::kNone) return {};
  if (error == ErrorCode::kUnknownTopicOrPartition) return "the partition does not exist any more";
  if (error == ErrorCode::kOffsetOutOfRange) {
    return "the committed offset lies beyond the end of the log: auto.offset.reset holds";
  }
  return "the partition cannot be read now: " + std::string(ErrorName(error));
}

admin::CommitPosition PositionOf(const services::PartitionLag& lag) {
  if (lag.error == ErrorCode::kOffsetOutOfRange) return admin::CommitPosition::kBeyondEnd;
  if (!lag.committed || lag.error != ErrorCode::kNone) return admin::CommitPosition::kUnknown;
  return *lag.committed < lag.log_start ? admin::CommitPosition::kBeforeStart
                                        : admin::CommitPosition::kInLog;
}

admin::PartitionLag LagOf(services::PartitionLag lag) {
  admin::PartitionLag shown;
  shown.position = PositionOf(lag);
  shown.error = WhyUnknown(lag.error);
  shown.topic = std::move(lag.partition.topic);
  shown.partition = lag.partition.partition;
  shown.committed_offset = lag.committed;
  if (lag.committed_leader_epoch >= 0) shown.committed_leader_epoch = lag.committed_leader_epoch;
  shown.log_start_offset = lag.log_start;
  shown.log_end_offset = lag.log_end;
  shown.lag_records = lag.records;
  if (lag.milliseconds) shown.lag_time = std::chrono::milliseconds(*lag.milliseconds);
  shown.metadata = std::move(lag.metadata);
  shown.commit_timestamp_ms = lag.commit_timestamp;
  shown.member_id = std::move(lag.member_id);
  shown.client_id = std::move(lag.client_id);
  shown.client_host = std::move(lag.client_host);
  return shown;
}

struct ToTarget {
  services::ResetTarget operator()(admin::ToEarliest) const { return {Kind::kEarliest, 0}; }
  services::ResetTarget operator()(admin::ToLatest) const { return {Kind::kLatest, 0}; }
  services::ResetTarget operator()(admin::ToCurrent) const { return {Kind::kCurrent, 0}; }
  services::ResetTarget operator()(admin::ToOffset to) const { return {Kind::kOffset, to.offset}; }
  services::ResetTarget operator()(admin::ToTimestamp to) const {
    return {Kind::kTimestamp, to.timestamp_ms};
  }
  services::ResetTarget operator()(admin::ByShift by) const { return {Kind::kShift, by.records}; }
  services::ResetTarget operator()(admin::ByDuration by) const {
    return {Kind::kDuration, by.age.count()};
  }
};

std::vector<admin::OffsetMove> MovesOf(std::vector<services::OffsetMove> moves) {
  std::ranges::sort(moves, {}, &services::OffsetMove::partition);
  std::vector<admin::OffsetMove> shown;
  for (services::OffsetMove& move : moves) {
    admin::OffsetMove& each = shown.emplace_back();
    each.topic = std::move(move.partition.topic);
    each.partition = move.partition.partition;
    each.from_offset = move.from;
    each.to_offset = move.to;
    each.from_metadata = std::move(move.from_metadata);
    each.from_leader_epoch = move.from_leader_epoch;
    each.skipped_records = move.skipped;
    each.replayed_records = move.replayed;
    if (move.clamped) each.note = "the target lies outside of the log: its nearest end is taken";
  }
  return shown;
}

std::unexpected<admin::Failure> Refused(services::OffsetsRefusal refusal,
                                        const std::string& group_id) {
  const std::string topic = std::move(refusal.about_topic);
  const std::optional<int32_t> partition = refusal.about_partition;
  Error error = std::move(refusal);
  if (topic.empty()) return FailAbout(std::move(error), kGroup, group_id);
  if (!partition) return FailAbout(std::move(error), "topic", topic);
  return FailAbout(std::move(error), "partition", TopicPartition{topic, *partition}.ToString());
}

// The longest metadata is one that is too long.
std::unexpected<admin::Failure> FailMetadata(admin::Failure failure,
                                             const std::vector<admin::OffsetCommit>& commits) {
  const auto longest = std::ranges::max_element(
      commits, {}, [](const admin::OffsetCommit& commit) { return commit.metadata.size(); });
  const std::string partition = TopicPartition{longest->topic, longest->partition}.ToString();
  failure.message =
      fmt::format("the metadata of {} has {} bytes, more than offset.metadata.max.bytes", partition,
                  longest->metadata.size());
  failure.resource = {"partition", partition};
  failure.fields.push_back({"commits.metadata", failure.message});
  return std::unexpected(std::move(failure));
}

}  // namespace

admin::GroupInfo AdminGroups::ToInfo(const groups::GroupSummary& summary) const {
  admin::GroupInfo info;
  info.group_id = summary.group_id;
  info.state = StateOf(summary.state);
  info.type = TypeOf(summary.type);
  info.protocol_type = summary.protocol_type;
  info.member_count = static_cast<int32_t>(summary.member_count);
  info.offset_count = static_cast<int32_t>(summary.offset_count);
  info.coordinator_id = cluster_.node_id();
  info.coordinator_partition = summary.offsets_partition;
  return info;
}

admin::GroupInfo AdminGroups::ToInfo(const groups::GroupDetail& detail) const {
  admin::GroupInfo info = ToInfo(detail.summary);
  info.protocol = detail.protocol_name;
  info.generation = detail.generation;
  for (const groups::MemberView& member : detail.members) {
    if (member.leader) info.leader_member_id = member.member_id;
    info.members.push_back(MemberOf(member));
  }
  return info;
}

Outcome<std::vector<admin::GroupInfo>> AdminGroups::List(std::stop_token stop) {
  auto summaries = WaitForResult<std::vector<groups::GroupSummary>>(
      stop, [&](auto done) { coordinator_.Summaries(std::move(done)); });
  if (!summaries) return std::unexpected(std::move(summaries).error());
  std::vector<admin::GroupInfo> all;
  for (const groups::GroupSummary& summary : *summaries) all.push_back(ToInfo(summary));
  return all;
}

Outcome<admin::GroupInfo> AdminGroups::Get(const std::string& group_id, std::stop_token stop) {
  auto detail = WaitForResult<groups::GroupDetail>(
      stop, [&](auto done) { coordinator_.Detail(group_id, std::move(done)); });
  if (!detail) return FailAbout(std::move(detail).error(), kGroup, group_id);
  return ToInfo(*detail);
}

Outcome<admin::GroupLag> AdminGroups::Lag(const std::string& group_id,
                                          const std::vector<std::string>& topics,
                                          std::stop_token stop) {
  auto detail = WaitForResult<groups::GroupDetail>(
      stop, [&](auto done) { coordinator_.Detail(group_id, std::move(done)); });
  if (!detail) return FailAbout(std::move(detail).error(), kGroup, group_id);
  std::optional<services::GroupLag> measured =
      services::MeasureLag(cluster_, *std::move(detail), clock_.WallMs(), stop);
  if (!measured) return std::unexpected(CallerGaveUp());
  admin::GroupLag lag;
  lag.group_id = group_id;
  lag.state = StateOf(measured->group.summary.state);
  for (services::PartitionLag& partition : measured->partitions) {
    const bool wanted =
        topics.empty() || std::ranges::find(topics, partition.partition.topic) != topics.end();
    if (wanted) lag.partitions.push_back(LagOf(std::move(partition)));
  }
  return lag;
}

Outcome<std::vector<admin::OffsetMove>> AdminGroups::Reset(const admin::OffsetReset& reset,
                                                           std::stop_token stop) {
  std::vector<services::TopicScope> scope;
  scope.reserve(reset.scope.size());
  for (const admin::TopicScope& each : reset.scope) scope.push_back({each.topic, each.partitions});
  auto moves = Wait<services::OffsetMoves>(stop, [&](auto done) {
    offsets_.Reset(reset.group_id, scope, std::visit(ToTarget{}, reset.target), reset.validate_only,
                   std::move(done));
  });
  if (!moves) return std::unexpected(std::move(moves).error());
  if (!*moves) return Refused(std::move(*moves).error(), reset.group_id);
  return MovesOf(**std::move(moves));
}

Outcome<std::vector<admin::OffsetMove>> AdminGroups::Commit(
    const std::string& group_id, const std::vector<admin::OffsetCommit>& commits,
    bool validate_only, std::stop_token stop) {
  std::vector<services::OffsetChange> changes;
  changes.reserve(commits.size());
  for (const admin::OffsetCommit& commit : commits) {
    changes.push_back(
        {{commit.topic, commit.partition}, commit.offset, commit.leader_epoch, commit.metadata});
  }
  auto moves = Wait<services::OffsetMoves>(stop, [&](auto done) {
    offsets_.Commit(group_id, std::move(changes), validate_only, std::move(done));
  });
  if (!moves) return std::unexpected(std::move(moves).error());
  if (*moves) return MovesOf(**std::move(moves));
  if (moves->error().code == ErrorCode::kOffsetMetadataTooLarge) {
    return FailMetadata(Error(std::move(*moves).error()), commits);
  }
  return Refused(std::move(*moves).error(), group_id);
}

Outcome<admin::GroupInfo> AdminGroups::Delete(const std::string& group_id, bool validate_only,
                                              std::stop_token stop) {
  Outcome<admin::GroupInfo> info = Get(group_id, stop);
  if (!info) return info;
  if (info->member_count > 0) {
    return FailAbout(Error{ErrorCode::kNonEmptyGroup,
                           "group " + group_id + " has members; it can be deleted once they left"},
                     kGroup, group_id);
  }
  if (validate_only) return info;
  // The request refers to the name.
  auto name = std::make_shared<std::string>(group_id);
  groups::Received<protocol::DeleteGroupsRequest> request;
  request.frame.owner = name;
  request.message.groups_names = {*name};
  auto response = Wait<protocol::DeleteGroupsResponse>(
      stop, [&](auto done) { coordinator_.DeleteGroups(std::move(request), std::move(done)); });
  if (!response) return std::unexpected(std::move(response).error());
  const ErrorCode error = response->results.front().error_code;
  if (error != ErrorCode::kNone) {
    return FailAbout(Error{error, "group " + group_id + " was not deleted"}, kGroup, group_id);
  }
  return info;
}

}  // namespace monkafka::app
