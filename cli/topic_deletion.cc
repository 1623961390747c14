#include "cli/topic_deletion.h"

#include <fmt/format.h>

#include <memory>
#include <set>
#include <span>

#include "cli/answers.h"
#include "cli/command.h"
#include "monkafka/admin/v1/offsets.grpc.pb.h"
#include "monkafka/admin/v1/topics.grpc.pb.h"

namespace monkafka::cli::topic {
namespace {

using Stub = v1::TopicsService::Stub;

using Names = std::span<const std::string>;

// So many at once: the broker's log names each of them in one line, and the progress moves on.
constexpr size_t kMostAtOnce = 500;

struct DeleteFlags : MutationFlags {
  std::vector<std::string> names;
  bool if_exists = false;
  bool allow_internal = false;
};

template <class Request>
Request MakeRequest(const DeleteFlags& flags) {
  Request request;
  request.set_allow_missing(flags.if_exists);
  request.set_allow_internal(flags.allow_internal);
  request.set_validate_only(flags.dry_run);
  request.set_request_id(Session::NewRequestId());
  return request;
}

std::string Missing(const std::string& name) {
  return fmt::format("topic {} does not exist: nothing to do", name);
}

void DeleteOne(Session& session, const DeleteFlags& flags, const std::string& name) {
  auto request = MakeRequest<v1::DeleteTopicRequest>(flags);
  request.set_name(name);
  auto response = session.Call(&Stub::DeleteTopic, request, "delete topic " + name);
  const v1::Topic& topic = response.topic();
  session.Announce(
      response, name,
      !response.has_topic()
          ? Missing(name)
          : fmt::format("topic {} {}: {}, {}", name, flags.dry_run ? "would be deleted" : "deleted",
                        Count(topic.record_count(), "record"), FormatSize(topic.size_bytes())));
}

void AnnounceDeleted(Session& session, const DeleteFlags& flags, Names names,
                     const v1::BatchDeleteTopicsResponse& response) {
  if (!session.printer().for_people()) {
    static const View<v1::Topic> view{.items = "topics",
                                      .name = [](const v1::Topic& topic) { return topic.name(); },
                                      .columns = {}};
    return session.ShowList(response, response.topics(), view);
  }
  std::set<std::string_view> deleted;
  for (const v1::Topic& topic : response.topics()) deleted.insert(topic.name());
  for (const std::string& name : names) {
    session.Note(
        !deleted.contains(name)
            ? Missing(name)
            : fmt::format("topic {} {}", name, flags.dry_run ? "would be deleted" : "deleted"));
  }
}

// Whether a single one of the topics may be what was refused.
bool ConcernsOneTopic(const grpc::Status& status) {
  return status.error_code() == grpc::StatusCode::NOT_FOUND ||
         status.error_code() == grpc::StatusCode::FAILED_PRECONDITION ||
         status.error_code() == grpc::StatusCode::INVALID_ARGUMENT;
}

// The server deletes all of them or none. When one is refused they are deleted by halves, so that
// in the end just those stay that are refused by themselves, each with its reason.
void DeleteTogether(Session& session, const DeleteFlags& flags, Names names) {
  auto request = MakeRequest<v1::BatchDeleteTopicsRequest>(flags);
  request.mutable_names()->Add(names.begin(), names.end());
  v1::BatchDeleteTopicsResponse response;
  const grpc::Status status = session.TryCall(&Stub::BatchDeleteTopics, request, &response);
  if (names.size() > 1 && ConcernsOneTopic(status)) {
    const size_t half = names.size() / 2;
    session.Attempt([&] { DeleteTogether(session, flags, names.first(half)); });
    session.Attempt([&] { DeleteTogether(session, flags, names.subspan(half)); });
    return;
  }
  session.Check(status, names.size() == 1 ? "delete topic " + names.front()
                                          : fmt::format("delete {} topics", names.size()));
  AnnounceDeleted(session, flags, names, response);
}

void Delete(Session& session, DeleteFlags flags) {
  std::set<std::string> seen;
  std::erase_if(flags.names, [&](const std::string& name) { return !seen.insert(name).second; });
  if (!flags.dry_run) {
    session.Confirm(fmt::format("delete {} with all records", Named(flags.names)), flags.yes);
  }
  if (flags.names.size() == 1) return DeleteOne(session, flags, flags.names.front());
  session.ForEachBatch("delete", flags.names, kMostAtOnce,
                       [&](Names names) { DeleteTogether(session, flags, names); });
}

struct TrimFlags : MutationFlags {
  std::string name, partitions, before_time;
  int64_t before_offset = -1;
  bool all = false;
  bool if_exists = false;
  bool allow_internal = false;
};

// One target for each partition that is meant.
void AddTrimTargets(Session& session, const TrimFlags& flags, v1::TrimRecordsRequest& request) {
  if (!flags.before_time.empty()) {
    v1::FindOffsetsRequest find;
    find.set_topic(flags.name);
    for (int32_t p : ParsePartitions(flags.partitions)) find.add_partitions(p);
    find.set_timestamp_ms(
        ParseTimeOption("--before-time", flags.before_time).time_since_epoch().count());
    auto found = session.Call(&v1::OffsetsService::Stub::FindOffsets, find,
                              "find the offsets of " + flags.before_time);
    for (const auto& offset : found.offsets()) {
      auto* target = request.add_targets();
      target->set_partition(offset.partition());
      target->set_before_offset(offset.offset());  // -1, every record is older, means all here too
    }
    return;
  }
  std::vector<int32_t> partitions = ParsePartitions(flags.partitions);
  if (partitions.empty()) {
    v1::GetTopicRequest get;
    get.set_name(flags.name);
    get.set_view(v1::TOPIC_VIEW_BASIC);
    auto topic = session.Call(&Stub::GetTopic, get, "trim topic " + flags.name).topic();
    for (int32_t p = 0; p < topic.partition_count(); ++p) partitions.push_back(p);
  }
  for (int32_t p : partitions) {
    auto* target = request.add_targets();
    target->set_partition(p);
    target->set_before_offset(flags.all ? -1 : flags.before_offset);
  }
}

void Trim(Session& session, const TrimFlags& flags) {
  v1::TrimRecordsRequest request;
  request.set_topic(flags.name);
  request.set_allow_internal(flags.allow_internal);
  request.set_validate_only(flags.dry_run);
  request.set_request_id(Session::NewRequestId());
  AddTrimTargets(session, flags, request);
  if (!flags.dry_run) session.Confirm("delete records of topic " + flags.name, flags.yes);
  auto response = session.Call(&Stub::TrimRecords, request, "trim topic " + flags.name);
  using R = v1::TrimResult;
  const View<R> view{
      .items = "partitions",
      .name = [&](const R& r) { return fmt::format("{}-{}", flags.name, r.partition()); },
      .columns = {
          {"PARTITION", [](const R& r) { return Number(r.partition()); }},
          {"START BEFORE", [](const R& r) { return Number(r.old_log_start_offset()); }},
          {"START AFTER", [](const R& r) { return Number(r.new_log_start_offset()); }},
          {"REMOVED", [](const R& r) { return Number(r.removed_count()); }},
      }};
  session.ShowList(response, response.results(), view);
  session.NoteDryRun(flags.dry_run);
}

void AddDelete(CLI::App& noun, Session& session) {
  CLI::App* verb = AddVerb(noun, "delete", "Delete topics with all their records",
                           {"monkafkactl topic delete orders --yes",
                            "monkafkactl topic delete old-orders --if-exists --yes",
                            "monkafkactl topic delete orders --dry-run"});
  auto flags = std::make_shared<DeleteFlags>();
  SetCompletion(verb->add_option("topic", flags->names, "Their names")->required(),
                Completion::kTopic);
  AddIfExists(verb, flags->if_exists, "topic");
  verb->add_flag("--allow-internal", flags->allow_internal,
                 "Also topics in which the broker keeps its own state, as __consumer_offsets");
  AddMutationFlags(verb, *flags, /*destructive=*/true);
  verb->callback([flags, &session] { Delete(session, *flags); });
}

void AddTrim(CLI::App& noun, Session& session) {
  CLI::App* verb =
      AddVerb(noun, "trim", "Delete the oldest records of a topic",
              {"monkafkactl topic trim orders --partitions 0 --before-offset 100 --yes",
               "monkafkactl topic trim orders --before-time -7d --yes",
               "monkafkactl topic trim orders --all --dry-run"});
  auto flags = std::make_shared<TrimFlags>();
  SetCompletion(verb->add_option("topic", flags->name, "Its name")->required(), Completion::kTopic);
  verb->add_option("--partitions", flags->partitions, "Only these, as in 0-3,7")->type_name("LIST");
  auto* where = verb->add_option_group("Up to where");
  where->add_option("--before-offset", flags->before_offset, "Records below this offset")
      ->check(NotNegative());
  where->add_option("--before-time", flags->before_time, "Records before this time")
      ->type_name("TIME");
  where->add_flag("--all", flags->all, "Every record");
  where->require_option(1);
  verb->add_flag("--allow-internal", flags->allow_internal,
                 "Also a topic in which the broker keeps its own state");
  AddIfExists(verb, flags->if_exists, "topic");
  AddMutationFlags(verb, *flags, /*destructive=*/true);
  verb->callback([flags, &session] {
    session.IfExists(flags->if_exists, "topic", [&] { Trim(session, *flags); });
  });
}

}  // namespace

void AddDeletions(CLI::App& noun, Session& session) {
  AddDelete(noun, session);
  AddTrim(noun, session);
}

}  // namespace monkafka::cli::topic
