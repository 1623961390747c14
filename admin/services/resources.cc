#include <fmt/format.h>

#include <map>
#include <set>

#include "admin/port/resources.h"
#include "admin/services/config_subject.h"
#include "admin/services/convert.h"
#include "admin/services/services.h"
#include "monkafka/admin/v1/resources.pb.h"

namespace monkafka::admin {
namespace {

Outcome<PlanOrder> OrderOf(const v1::ResourceDocuments& documents, bool prune) {
  PlanOrder order{.documents = {}, .prune = prune};
  std::set<std::string> names;
  for (const v1::TopicDocument& document : documents.topics()) {
    if (document.name().empty()) return FailField("documents.topics.name", "required");
    if (!names.insert(document.name()).second) {
      return FailField("documents.topics.name", document.name() + " is there twice");
    }
    if (document.partitions() < 0) return FailField("documents.topics.partitions", "negative");
    if (document.replication_factor() < 0) {
      return FailField("documents.topics.replication_factor", "negative");
    }
    TopicDocument& added = order.documents.emplace_back();
    added.name = document.name();
    if (document.partitions() > 0) added.partitions = document.partitions();
    if (document.replication_factor() > 0) {
      added.replication_factor = document.replication_factor();
    }
    added.configs = {document.configs().begin(), document.configs().end()};
    added.merge_configs = document.config_mode() == v1::CONFIG_MODE_MERGE;
  }
  return order;
}

void Fill(const Plan& plan, v1::Plan& out) {
  for (const PlanAction& action : plan.actions) {
    v1::PlanAction& added = *out.add_actions();
    added.set_kind(static_cast<v1::PlanAction::Kind>(action.kind));
    added.set_topic(action.topic);
    added.set_field(action.field);
    if (action.from) added.set_from_value(*action.from);
    if (action.to) added.set_to_value(*action.to);
    added.set_reason(action.reason);
    added.set_destructive(action.destructive);
  }
  out.set_in_sync_count(plan.in_sync_count);
  out.set_etag(plan.etag);
}

Outcome<v1::PlanResourcesResponse> PlanResources(ResourcesPort& port,
                                                 const v1::PlanResourcesRequest& request) {
  Outcome<PlanOrder> order = OrderOf(request.documents(), request.prune());
  if (!order) return std::unexpected(std::move(order).error());
  Outcome<Plan> plan = port.MakePlan(*order);
  if (!plan) return std::unexpected(std::move(plan).error());
  v1::PlanResourcesResponse response;
  Fill(*plan, *response.mutable_plan());
  return response;
}

Outcome<Plan> Apply(ResourcesPort& port, const auto& request, const ApplyProgress& progress,
                    const Call& call) {
  Outcome<PlanOrder> order = OrderOf(request.documents(), request.prune());
  if (!order) return std::unexpected(std::move(order).error());
  return port.Apply(*order, request.etag(), request.validate_only(), progress, call.stop_token());
}

Outcome<v1::ApplyResourcesResponse> ApplyResources(ResourcesPort& port,
                                                   const v1::ApplyResourcesRequest& request,
                                                   const Call& call) {
  Outcome<Plan> plan = Apply(port, request, {}, call);
  if (!plan) return std::unexpected(std::move(plan).error());
  v1::ApplyResourcesResponse response;
  Fill(*plan, *response.mutable_plan());
  return response;
}

Outcome<v1::ApplyResourcesWithProgressResponse> ApplyResourcesWithProgress(
    ResourcesPort& port, const v1::ApplyResourcesWithProgressRequest& request,
    Stream<v1::ApplyResourcesWithProgressResponse>& stream) {
  const ApplyProgress tell = [&stream](int64_t done, int64_t total) {
    v1::ApplyResourcesWithProgressResponse response;
    response.mutable_progress()->set_done_partition_count(done);
    response.mutable_progress()->set_total_partition_count(total);
    stream.Send(response);
  };
  Outcome<Plan> plan = Apply(port, request, tell, stream.call());
  if (!plan) return std::unexpected(std::move(plan).error());
  v1::ApplyResourcesWithProgressResponse response;
  Fill(*plan, *response.mutable_summary()->mutable_plan());
  return response;
}

Outcome<v1::ExportResourcesResponse> ExportResources(ResourcesPort& port,
                                                     const v1::ExportResourcesRequest& request) {
  Outcome<ExportedTopics> exported =
      port.Export({request.topics().begin(), request.topics().end()});
  if (!exported) return std::unexpected(std::move(exported).error());
  v1::ExportResourcesResponse response;
  response.set_etag(exported->etag);
  for (const TopicDocument& document : exported->documents) {
    v1::TopicDocument& added = *response.mutable_documents()->add_topics();
    added.set_name(document.name);
    if (document.partitions) added.set_partitions(*document.partitions);
    if (document.replication_factor) added.set_replication_factor(*document.replication_factor);
    for (const auto& [key, value] : document.configs) (*added.mutable_configs())[key] = value;
    if (document.merge_configs) added.set_config_mode(v1::CONFIG_MODE_MERGE);
  }
  return response;
}

// "2 topics: orders { partitions=3 retention.ms=60000 } payments"; all names, whatever it takes.
std::string SubjectOf(const ConfigsPort* configs, const auto& request) {
  const auto& topics = request.documents().topics();
  ConfigSubject subject(
      configs, ConfigResource::Type::kTopic,
      fmt::format("{} topics{}:", topics.size(), request.prune() ? ", pruning" : ""));
  for (const v1::TopicDocument& topic : topics) {
    subject.Add(topic.name());
    if (subject.long_enough()) continue;
    if (topic.partitions() == 0 && topic.configs().empty()) continue;
    subject.Add("{");
    if (topic.partitions() > 0) subject.Add(fmt::format("partitions={}", topic.partitions()));
    const std::map<std::string, std::string> sorted(topic.configs().begin(), topic.configs().end());
    for (const auto& [key, value] : sorted) subject.AddValue(key, "=", value);
    subject.Add("}");
  }
  return subject.Take();
}

}  // namespace

void AddResources(MethodTable& table, ResourcesPort& port, const ConfigsPort* configs) {
  const std::string service = "/monkafka.admin.v1.ResourcesService/";
  table.AddRead<v1::PlanResourcesRequest>(
      service + "PlanResources", Role::kViewer,
      [&port](const auto& request, Call&) { return PlanResources(port, request); });
  table.AddMutation<v1::ApplyResourcesRequest>(
      service + "ApplyResources", Role::kAdmin,
      [configs](const auto& request) { return SubjectOf(configs, request); },
      [&port](const auto& request, Call& call) { return ApplyResources(port, request, call); });
  table.AddStreamedMutation<v1::ApplyResourcesWithProgressRequest,
                            v1::ApplyResourcesWithProgressResponse>(
      service + "ApplyResourcesWithProgress", Role::kAdmin,
      [configs](const auto& request) { return SubjectOf(configs, request); },
      [&port](const auto& request, auto& stream) {
        return ApplyResourcesWithProgress(port, request, stream);
      });
  table.AddRead<v1::ExportResourcesRequest>(
      service + "ExportResources", Role::kViewer,
      [&port](const auto& request, Call&) { return ExportResources(port, request); });
}

}  // namespace monkafka::admin
