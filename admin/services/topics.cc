#include <fmt/format.h>

#include <map>
#include <optional>
#include <set>
#include <string>

#include "admin/listing.h"
#include "admin/port/topics.h"
#include "admin/services/config_subject.h"
#include "admin/services/convert.h"
#include "admin/services/services.h"
#include "admin/services/topic_update.h"
#include "monkafka/admin/v1/topics.pb.h"

namespace monkafka::admin {
namespace {

constexpr int kMostDeletions = 10'000;

void Fill(const PartitionInfo& info, v1::Partition& out) {
  out.set_partition(info.partition);
  out.set_leader_id(info.leader_id);
  out.set_leader_epoch(info.leader_epoch);
  out.mutable_replica_ids()->Add(info.replica_ids.begin(), info.replica_ids.end());
  out.mutable_isr_ids()->Add(info.isr_ids.begin(), info.isr_ids.end());
  out.set_log_start_offset(info.log_start_offset);
  out.set_last_stable_offset(info.last_stable_offset);
  out.set_high_watermark(info.high_watermark);
  out.set_log_end_offset(info.log_end_offset);
  out.set_durable_end_offset(info.durable_end_offset);
  out.set_size_bytes(info.size_bytes);
  out.set_segment_count(info.segment_count);
  *out.mutable_rates() = ToProto(info.rates);
  out.set_offline_reason(info.offline_reason);
}

void Fill(const TopicInfo& info, TopicView view, v1::Topic& out) {
  out.set_name(info.name);
  out.set_topic_id(info.topic_id);
  out.set_internal(info.internal);
  out.set_partition_count(info.partition_count);
  out.set_replication_factor(info.replication_factor);
  out.set_etag(info.etag);
  if (view == TopicView::kNames) return;
  out.set_size_bytes(info.size_bytes);
  out.set_record_count(info.record_count);
  *out.mutable_rates() = ToProto(info.rates);
  for (const auto& [key, value] : info.configs) (*out.mutable_configs())[key] = value;
  if (view == TopicView::kBasic) return;
  for (const PartitionInfo& partition : info.partitions) Fill(partition, *out.add_partitions());
}

TopicView ViewOf(v1::TopicView view, TopicView by_default) {
  switch (view) {
    case v1::TOPIC_VIEW_NAMES:
      return TopicView::kNames;
    case v1::TOPIC_VIEW_BASIC:
      return TopicView::kBasic;
    case v1::TOPIC_VIEW_FULL:
      return TopicView::kFull;
    default:
      return by_default;
  }
}

std::vector<ReplicaAssignment> AssignmentsOf(
    const google::protobuf::RepeatedPtrField<v1::ReplicaAssignment>& assignments) {
  std::vector<ReplicaAssignment> out;
  for (const v1::ReplicaAssignment& assignment : assignments) {
    out.push_back({assignment.partition(),
                   {assignment.replica_ids().begin(), assignment.replica_ids().end()}});
  }
  return out;
}

template <class Response>
Outcome<Response> AnswerWith(const Outcome<TopicInfo>& topic, TopicView view = TopicView::kFull) {
  if (!topic) return std::unexpected(topic.error());
  Response response;
  Fill(*topic, view, *response.mutable_topic());
  return response;
}

// In the natural order reads no more than the page needs.
Outcome<v1::ListTopicsResponse> ListTopics(TopicsPort& port, const v1::ListTopicsRequest& request,
                                           const Call& call) {
  Outcome<Listing> listing =
      Listing::Parse(*v1::Topic::descriptor(), ListRequestOf(request), "name");
  if (!listing) return std::unexpected(std::move(listing).error());
  const bool whole = !listing->natural();
  TopicListing wanted{.view = ViewOf(request.view(), TopicView::kBasic),
                      .include_internal = request.include_internal(),
                      .after = {},
                      .limit = whole ? Listing::kMaxPageSize : listing->page_size() + 1};
  if (!whole && !listing->after().empty()) wanted.after = listing->after()[0].text;
  v1::ListTopicsResponse response;
  auto& topics = *response.mutable_topics();
  const auto enough = static_cast<int>(listing->page_size() + 1);
  while (whole || topics.size() < enough) {
    if (call.stopped()) return std::unexpected(Failure(FailureKind::kCancelled, "CANCELLED", ""));
    Outcome<std::vector<TopicInfo>> more = port.List(wanted);
    if (!more) return std::unexpected(std::move(more).error());
    for (const TopicInfo& topic : *more) {
      Fill(topic, wanted.view, *topics.Add());
      if (!listing->Matches(topics[topics.size() - 1])) topics.RemoveLast();
    }
    if (more->size() < wanted.limit) break;
    wanted.after = more->back().name;
  }
  response.set_next_page_token(listing->Cut(topics));
  return response;
}

Outcome<v1::GetTopicResponse> GetTopic(TopicsPort& port, const v1::GetTopicRequest& request) {
  if (auto named = RequireText(request.name(), "name"); !named) {
    return std::unexpected(std::move(named).error());
  }
  const TopicView view = ViewOf(request.view(), TopicView::kFull);
  return AnswerWith<v1::GetTopicResponse>(port.Get(request.name(), view), view);
}

Outcome<v1::CreateTopicResponse> CreateTopic(TopicsPort& port,
                                             const v1::CreateTopicRequest& request,
                                             const Call& call) {
  const v1::Topic& topic = request.topic();
  if (auto named = RequireText(topic.name(), "topic.name"); !named) {
    return std::unexpected(std::move(named).error());
  }
  if (!request.assignments().empty() &&
      (topic.partition_count() != 0 || topic.replication_factor() != 0)) {
    return FailField("assignments",
                     "not together with topic.partition_count or topic.replication_factor");
  }
  TopicCreation creation{.name = topic.name(),
                         .assignments = AssignmentsOf(request.assignments()),
                         .configs = {topic.configs().begin(), topic.configs().end()},
                         .validate_only = request.validate_only()};
  if (topic.partition_count() != 0) creation.partition_count = topic.partition_count();
  if (topic.replication_factor() != 0) creation.replication_factor = topic.replication_factor();
  // -1 is how the port says "default"; a client that says it means it wrongly.
  if (topic.partition_count() < 0) return FailField("topic.partition_count", "negative");
  if (topic.replication_factor() < 0) return FailField("topic.replication_factor", "negative");
  return AnswerWith<v1::CreateTopicResponse>(
      WithFields(port.Create(creation, call.stop_token()),
                 {{ErrorCode::kInvalidTopicException, "topic.name"},
                  {ErrorCode::kInvalidPartitions, "topic.partition_count"},
                  {ErrorCode::kInvalidReplicationFactor, "topic.replication_factor"},
                  {ErrorCode::kInvalidReplicaAssignment, "assignments"},
                  {ErrorCode::kInvalidConfig, "topic.configs"}}));
}

Outcome<v1::UpdateTopicResponse> UpdateTopic(TopicsPort& port,
                                             const v1::UpdateTopicRequest& request,
                                             const Call& call) {
  Outcome<TopicUpdate> update = TopicUpdateOf(request);
  if (!update) return std::unexpected(std::move(update).error());
  return AnswerWith<v1::UpdateTopicResponse>(
      WithFields(port.Update(*update, call.stop_token()),
                 {{ErrorCode::kInvalidPartitions, "topic.partition_count"},
                  {ErrorCode::kInvalidConfig, "topic.configs"}}));
}

Outcome<v1::DeleteTopicResponse> DeleteTopic(TopicsPort& port,
                                             const v1::DeleteTopicRequest& request,
                                             const Call& call) {
  if (auto named = RequireText(request.name(), "name"); !named) {
    return std::unexpected(std::move(named).error());
  }
  const Outcome<std::vector<TopicInfo>> deleted =
      port.Delete({.names = {request.name()},
                   .etag = request.etag(),
                   .allow_missing = request.allow_missing(),
                   .allow_internal = request.allow_internal(),
                   .validate_only = request.validate_only()},
                  call.stop_token());
  if (!deleted) return std::unexpected(deleted.error());
  v1::DeleteTopicResponse response;
  for (const TopicInfo& topic : *deleted) Fill(topic, TopicView::kFull, *response.mutable_topic());
  return response;
}

Outcome<v1::BatchDeleteTopicsResponse> BatchDeleteTopics(
    TopicsPort& port, const v1::BatchDeleteTopicsRequest& request, const Call& call) {
  if (request.names().empty() || request.names().size() > kMostDeletions) {
    return FailField("names", fmt::format("from 1 to {} names", kMostDeletions));
  }
  std::set<std::string_view> names;
  for (const std::string& name : request.names()) {
    if (auto named = RequireText(name, "names"); !named) {
      return std::unexpected(std::move(named).error());
    }
    if (!names.insert(name).second) return FailField("names", name + " is there twice");
  }
  const Outcome<std::vector<TopicInfo>> deleted =
      port.Delete({.names = {request.names().begin(), request.names().end()},
                   .etag = {},
                   .view = TopicView::kBasic,
                   .allow_missing = request.allow_missing(),
                   .allow_internal = request.allow_internal(),
                   .validate_only = request.validate_only()},
                  call.stop_token());
  if (!deleted) return std::unexpected(deleted.error());
  v1::BatchDeleteTopicsResponse response;
  for (const TopicInfo& topic : *deleted) {
    v1::Topic& added = *response.add_topics();
    Fill(topic, TopicView::kBasic, added);
    added.clear_configs();  // of 10,000 topics they may be more than a client takes in an answer
  }
  return response;
}

Outcome<v1::AddPartitionsResponse> AddPartitions(TopicsPort& port,
                                                 const v1::AddPartitionsRequest& request,
                                                 const Call& call) {
  if (auto named = RequireText(request.name(), "name"); !named) {
    return std::unexpected(std::move(named).error());
  }
  if (request.partition_count() <= 0) return FailField("partition_count", "required");
  const TopicUpdate update{.name = request.name(),
                           .etag = request.etag(),
                           .partition_count = request.partition_count(),
                           .must_grow = true,
                           .assignments = AssignmentsOf(request.assignments()),
                           .set_configs = {},
                           .validate_only = request.validate_only()};
  return AnswerWith<v1::AddPartitionsResponse>(
      WithFields(port.Update(update, call.stop_token()),
                 {{ErrorCode::kInvalidPartitions, "partition_count"},
                  {ErrorCode::kInvalidReplicaAssignment, "assignments"}}));
}

Outcome<v1::TrimRecordsResponse> TrimRecords(TopicsPort& port,
                                             const v1::TrimRecordsRequest& request,
                                             const Call& call) {
  if (auto named = RequireText(request.topic(), "topic"); !named) {
    return std::unexpected(std::move(named).error());
  }
  if (request.targets().empty()) return FailField("targets", "required");
  TopicTrim trim{.topic = request.topic(),
                 .targets = {},
                 .allow_internal = request.allow_internal(),
                 .validate_only = request.validate_only()};
  std::set<int32_t> partitions;
  for (const v1::TrimTarget& target : request.targets()) {
    if (!partitions.insert(target.partition()).second) {
      return FailField("targets.partition", fmt::format("{} is there twice", target.partition()));
    }
    if (target.before_offset() < -1) {
      return FailField("targets.before_offset", "an offset, or -1 for the high watermark");
    }
    trim.targets.push_back({target.partition(), target.before_offset()});
  }
  Outcome<std::vector<TrimResult>> results = port.Trim(trim, call.stop_token());
  if (!results) return std::unexpected(std::move(results).error());
  v1::TrimRecordsResponse response;
  for (const TrimResult& result : *results) {
    v1::TrimResult& added = *response.add_results();
    added.set_partition(result.partition);
    added.set_old_log_start_offset(result.old_log_start_offset);
    added.set_new_log_start_offset(result.new_log_start_offset);
    added.set_removed_count(result.new_log_start_offset - result.old_log_start_offset);
  }
  return response;
}

std::string TrimSubject(const v1::TrimRecordsRequest& request) {
  std::string subject = "topic " + request.topic();
  for (const v1::TrimTarget& target : request.targets()) {
    subject += fmt::format(" {}<{}", target.partition(), target.before_offset());
  }
  return subject;
}

// All of them, as far as a line of the audit goes: who deleted a topic must be found by its name.
std::string BatchDeleteSubject(const v1::BatchDeleteTopicsRequest& request) {
  return fmt::format("{} topics: {}", request.names().size(), fmt::join(request.names(), " "));
}

void AddConfigs(const v1::Topic& topic, ConfigSubject& subject) {
  const std::map<std::string, std::string> sorted(topic.configs().begin(), topic.configs().end());
  for (const auto& [key, value] : sorted) subject.AddValue(key, "=", value);
}

std::string CreateSubject(const ConfigsPort* configs, const v1::CreateTopicRequest& request) {
  const v1::Topic& topic = request.topic();
  ConfigSubject subject(configs, ConfigResource::Type::kTopic, "topic " + topic.name());
  subject.Add(fmt::format("partitions={}", topic.partition_count()));
  AddConfigs(topic, subject);
  return subject.Take();
}

// What is changed, as the mask says or, without one, as the topic does. "configs:" is followed by
// all that there will be.
std::string UpdateSubject(const ConfigsPort* configs, const v1::UpdateTopicRequest& request) {
  const v1::Topic& topic = request.topic();
  ConfigSubject subject(configs, ConfigResource::Type::kTopic, "topic " + topic.name());
  const std::string partitions = fmt::format("partitions={}", topic.partition_count());
  for (const std::string& path : request.update_mask().paths()) {
    if (const std::optional<std::string> key = ConfigKeyOf(path)) {
      const auto value = topic.configs().find(*key);
      value == topic.configs().end() ? subject.AddDeletion(*key)
                                     : subject.AddValue(*key, "=", value->second);
    } else if (path == "configs") {
      subject.Add("configs:");
      AddConfigs(topic, subject);
    } else {
      subject.Add(path == "partition_count" ? partitions : path);
    }
  }
  if (request.update_mask().paths().empty()) {
    AddConfigs(topic, subject);
    if (topic.partition_count() > 0) subject.Add(partitions);
  }
  return subject.Take();
}

}  // namespace

void AddTopics(MethodTable& table, TopicsPort& port, const ConfigsPort* configs) {
  const std::string service = "/monkafka.admin.v1.TopicsService/";
  table.AddRead<v1::ListTopicsRequest>(
      service + "ListTopics", Role::kViewer,
      [&port](const auto& request, Call& call) { return ListTopics(port, request, call); });
  table.AddRead<v1::GetTopicRequest>(
      service + "GetTopic", Role::kViewer,
      [&port](const auto& request, Call&) { return GetTopic(port, request); });
  table.AddMutation<v1::CreateTopicRequest>(
      service + "CreateTopic", Role::kOperator,
      [configs](const auto& request) { return CreateSubject(configs, request); },
      [&port](const auto& request, Call& call) { return CreateTopic(port, request, call); });
  table.AddMutation<v1::UpdateTopicRequest>(
      service + "UpdateTopic", Role::kOperator,
      [configs](const auto& request) { return UpdateSubject(configs, request); },
      [&port](const auto& request, Call& call) { return UpdateTopic(port, request, call); });
  table.AddMutation<v1::DeleteTopicRequest>(
      service + "DeleteTopic", Role::kAdmin,
      [](const auto& request) { return "topic " + request.name(); },
      [&port](const auto& request, Call& call) { return DeleteTopic(port, request, call); });
  table.AddMutation<v1::BatchDeleteTopicsRequest>(
      service + "BatchDeleteTopics", Role::kAdmin, BatchDeleteSubject,
      [&port](const auto& request, Call& call) { return BatchDeleteTopics(port, request, call); });
  table.AddMutation<v1::AddPartitionsRequest>(
      service + "AddPartitions", Role::kOperator,
      [](const auto& request) {
        return fmt::format("topic {} partitions={}", request.name(), request.partition_count());
      },
      [&port](const auto& request, Call& call) { return AddPartitions(port, request, call); });
  table.AddMutation<v1::TrimRecordsRequest>(
      service + "TrimRecords", Role::kAdmin, TrimSubject,
      [&port](const auto& request, Call& call) { return TrimRecords(port, request, call); });
}

}  // namespace monkafka::admin
