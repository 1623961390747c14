#include <fmt/format.h>

#include <set>

#include "admin/listing.h"
#include "admin/port/configs.h"
#include "admin/services/config_subject.h"
#include "admin/services/convert.h"
#include "admin/services/services.h"
#include "monkafka/admin/v1/configs.pb.h"

namespace monkafka::admin {
namespace {

v1::ConfigSource SourceToProto(ConfigSource source) {
  return static_cast<v1::ConfigSource>(source);
}

void Fill(const ConfigEntry& entry, v1::ConfigEntry& out) {
  out.set_name(entry.name);
  if (entry.value && !entry.sensitive) out.set_value(*entry.value);
  out.set_source(SourceToProto(entry.source));
  out.set_type(static_cast<v1::ConfigType>(entry.type));
  out.set_read_only(entry.read_only);
  out.set_sensitive(entry.sensitive);
  if (entry.default_value) out.set_default_value(*entry.default_value);
  out.set_documentation(entry.documentation);
  for (const ConfigSynonym& synonym : entry.synonyms) {
    v1::ConfigSynonym& added = *out.add_synonyms();
    added.set_name(synonym.name);
    if (synonym.value && !entry.sensitive) added.set_value(*synonym.value);
    added.set_source(SourceToProto(synonym.source));
  }
}

Outcome<ConfigResource> ResourceOf(const v1::ConfigResource& resource) {
  using Type = ConfigResource::Type;
  switch (resource.resource_case()) {
    case v1::ConfigResource::kTopic:
      if (resource.topic().empty()) return FailField("resource.topic", "empty");
      return ConfigResource{.type = Type::kTopic, .topic = resource.topic()};
    case v1::ConfigResource::kBrokerId:
      return ConfigResource{.type = Type::kBroker, .topic = {}, .broker_id = resource.broker_id()};
    case v1::ConfigResource::kClusterDefault:
      if (!resource.cluster_default()) return FailField("resource.cluster_default", "not true");
      break;
    case v1::ConfigResource::RESOURCE_NOT_SET:
      break;
  }
  return ConfigResource{.type = Type::kClusterDefault, .topic = {}};
}

std::string SubjectOf(const ConfigsPort& port, const v1::AlterConfigsRequest& request) {
  using Type = ConfigResource::Type;
  const v1::ConfigResource& about = request.resource();
  ConfigSubject subject(&port, about.has_topic() ? Type::kTopic : Type::kBroker,
                        about.has_topic()       ? "topic " + about.topic()
                        : about.has_broker_id() ? fmt::format("broker {}", about.broker_id())
                                                : "brokers");
  for (const v1::ConfigChange& change : request.changes()) {
    switch (change.operation()) {
      case v1::ConfigChange::OPERATION_DELETE:
        subject.AddDeletion(change.name());
        break;
      case v1::ConfigChange::OPERATION_APPEND:
        subject.AddValue(change.name(), "+=", change.value());
        break;
      case v1::ConfigChange::OPERATION_SUBTRACT:
        subject.AddValue(change.name(), "-=", change.value());
        break;
      default:
        subject.AddValue(change.name(), "=", change.value());
    }
  }
  return subject.Take();
}

Outcome<v1::ListConfigsResponse> ListConfigs(ConfigsPort& port,
                                             const v1::ListConfigsRequest& request) {
  Outcome<ConfigResource> resource = ResourceOf(request.resource());
  if (!resource) return std::unexpected(std::move(resource).error());
  Outcome<ConfigSet> configs =
      WithFields(port.Describe(*resource), {{ErrorCode::kInvalidRequest, "resource.broker_id"}});
  if (!configs) return std::unexpected(std::move(configs).error());
  v1::ListConfigsResponse response;
  response.set_etag(configs->etag);
  for (const ConfigEntry& entry : configs->entries) Fill(entry, *response.add_configs());
  return ListAll(request, std::move(response), &v1::ListConfigsResponse::mutable_configs, "name");
}

ConfigChange::Operation OperationOf(v1::ConfigChange::Operation operation) {
  switch (operation) {
    case v1::ConfigChange::OPERATION_DELETE:
      return ConfigChange::Operation::kDelete;
    case v1::ConfigChange::OPERATION_APPEND:
      return ConfigChange::Operation::kAppend;
    case v1::ConfigChange::OPERATION_SUBTRACT:
      return ConfigChange::Operation::kSubtract;
    default:
      return ConfigChange::Operation::kSet;
  }
}

Outcome<std::vector<ConfigChange>> ChangesOf(const v1::AlterConfigsRequest& request) {
  if (request.changes().empty()) return FailField("changes", "required");
  std::vector<ConfigChange> changes;
  std::set<std::string> names;
  for (const v1::ConfigChange& change : request.changes()) {
    if (change.name().empty()) return FailField("changes.name", "required");
    if (!names.insert(change.name()).second) {
      return FailField("changes.name", change.name() + " is there twice");
    }
    if (!v1::ConfigChange::Operation_IsValid(change.operation())) {
      return FailField("changes.operation", "not one that this server knows");
    }
    const ConfigChange::Operation operation = OperationOf(change.operation());
    if (operation == ConfigChange::Operation::kDelete && !change.value().empty()) {
      return FailField("changes.value", "not with DELETE");
    }
    changes.push_back({change.name(), operation, change.value()});
  }
  return changes;
}

Outcome<v1::AlterConfigsResponse> AlterConfigs(ConfigsPort& port,
                                               const v1::AlterConfigsRequest& request,
                                               const Call& call) {
  Outcome<ConfigResource> resource = ResourceOf(request.resource());
  if (!resource) return std::unexpected(std::move(resource).error());
  if (resource->type != ConfigResource::Type::kTopic) {
    auto allowed = RequireRole(call.principal(), Role::kAdmin, "changing a broker's configs");
    if (!allowed) return std::unexpected(std::move(allowed).error());
  }
  Outcome<std::vector<ConfigChange>> changes = ChangesOf(request);
  if (!changes) return std::unexpected(std::move(changes).error());
  Outcome<ConfigSet> altered =
      WithFields(port.Alter({.resource = *resource,
                             .changes = *std::move(changes),
                             .etag = request.etag(),
                             .validate_only = request.validate_only()},
                            call.stop_token()),
                 {{ErrorCode::kInvalidConfig, "changes"}, {ErrorCode::kInvalidRequest, "changes"}});
  if (!altered) return std::unexpected(std::move(altered).error());
  v1::AlterConfigsResponse response;
  response.set_etag(altered->etag);
  for (const ConfigEntry& entry : altered->entries) Fill(entry, *response.add_configs());
  return response;
}

Outcome<v1::ExplainConfigResponse> ExplainConfig(ConfigsPort& port,
                                                 const v1::ExplainConfigRequest& request) {
  Outcome<ConfigResource> resource = ResourceOf(request.resource());
  if (!resource) return std::unexpected(std::move(resource).error());
  if (auto named = RequireText(request.name(), "name"); !named) {
    return std::unexpected(std::move(named).error());
  }
  std::optional<std::string> proposed;
  if (request.has_proposed_value()) proposed = request.proposed_value();
  Outcome<ConfigExplanation> explained =
      WithFields(port.Explain(*resource, request.name(), proposed),
                 {{ErrorCode::kInvalidRequest, "resource.broker_id"}});
  if (!explained) return std::unexpected(std::move(explained).error());
  v1::ExplainConfigResponse response;
  Fill(explained->entry, *response.mutable_config());
  response.set_update_mode(static_cast<v1::ConfigUpdateMode>(explained->update_mode));
  if (explained->min_value) response.set_min_value(*explained->min_value);
  if (explained->max_value) response.set_max_value(*explained->max_value);
  for (const std::string& value : explained->valid_values) response.add_valid_values(value);
  if (explained->inherited_value && !explained->entry.sensitive) {
    response.set_inherited_value(*explained->inherited_value);
  }
  response.set_inherited_source(SourceToProto(explained->inherited_source));
  if (explained->proposed) {
    v1::ProposedConfig& out = *response.mutable_proposed();
    out.set_valid(explained->proposed->valid);
    out.set_reason(explained->proposed->reason);
    const auto& effective = explained->proposed->effective_value;
    if (effective && !explained->entry.sensitive) out.set_effective_value(*effective);
  }
  return response;
}

}  // namespace

void AddConfigs(MethodTable& table, ConfigsPort& port) {
  const std::string service = "/monkafka.admin.v1.ConfigsService/";
  table.AddRead<v1::ListConfigsRequest>(
      service + "ListConfigs", Role::kViewer,
      [&port](const auto& request, Call&) { return ListConfigs(port, request); });
  table.AddMutation<v1::AlterConfigsRequest>(
      service + "AlterConfigs", Role::kOperator,
      [&port](const auto& request) { return SubjectOf(port, request); },
      [&port](const auto& request, Call& call) { return AlterConfigs(port, request, call); });
  table.AddRead<v1::ExplainConfigRequest>(
      service + "ExplainConfig", Role::kViewer,
      [&port](const auto& request, Call&) { return ExplainConfig(port, request); });
}

}  // namespace monkafka::admin
