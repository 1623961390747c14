// Settings of topics and brokers: describe, replace, change.
#include "protocol/configs.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "handlers/handlers.h"

namespace monkafka::handlers {
namespace {

using protocol::AlterConfigsRequest;
using protocol::AlterConfigsResponse;
using protocol::ConfigResourceType;
using protocol::DescribeConfigsRequest;
using protocol::DescribeConfigsResponse;
using protocol::IncrementalAlterConfigsRequest;
using protocol::IncrementalAlterConfigsResponse;

services::ConfigResource ToService(ConfigResourceType type, std::string_view name) {
  return {static_cast<int8_t>(type), std::string(name)};
}

std::optional<std::string> Owned(const std::optional<std::string_view>& text) {
  return text ? std::optional<std::string>(*text) : std::nullopt;
}

std::optional<std::string> OrNull(std::string message) {
  if (message.empty()) return std::nullopt;
  return message;
}

std::vector<services::ConfigQuery> QueriesOf(const DescribeConfigsRequest& message) {
  std::vector<services::ConfigQuery> queries;
  for (const DescribeConfigsRequest::Resource& resource : message.resources) {
    services::ConfigQuery& query = queries.emplace_back();
    query.resource = ToService(resource.resource_type, resource.resource_name);
    if (resource.configuration_keys) {
      query.keys.emplace(resource.configuration_keys->begin(), resource.configuration_keys->end());
    }
  }
  return queries;
}

DescribeConfigsResponse::Config ToWire(services::ConfigEntry entry,
                                       const DescribeConfigsRequest& message) {
  DescribeConfigsResponse::Config config;
  config.name = std::move(entry.name);
  config.value = std::move(entry.value);
  config.read_only = entry.read_only;
  config.is_default = entry.source == services::ConfigSource::kDefault;
  config.config_source = static_cast<protocol::ConfigSource>(entry.source);
  config.is_sensitive = entry.sensitive;
  config.config_type = static_cast<protocol::ConfigType>(entry.type);
  if (message.include_documentation) config.documentation = std::string(entry.documentation);
  if (message.include_synonyms) {
    for (services::ConfigSynonym& synonym : entry.synonyms) {
      config.synonyms.push_back({std::move(synonym.name), std::move(synonym.value),
                                 static_cast<protocol::ConfigSource>(synonym.source)});
    }
  }
  return config;
}

DescribeConfigsResponse::Result ToWire(services::DescribedConfigs described,
                                       const DescribeConfigsRequest& message) {
  DescribeConfigsResponse::Result result;
  result.error_code = described.error;
  result.error_message = OrNull(std::move(described.message));
  result.resource_type = static_cast<ConfigResourceType>(described.resource.type);
  result.resource_name = std::move(described.resource.name);
  result.configs.reserve(described.entries.size());
  for (services::ConfigEntry& entry : described.entries) {
    result.configs.push_back(ToWire(std::move(entry), message));
  }
  return result;
}

// Both alterations answer in the same form.
template <class Response, class M>
auto RespondsWith(RequestPtr<M> request) {
  return [request = std::move(request)](std::vector<services::AlteredConfigs> results) {
    Response response;
    for (services::AlteredConfigs& result : results) {
      response.responses.push_back({result.error, OrNull(std::move(result.message)),
                                    static_cast<ConfigResourceType>(result.resource.type),
                                    std::move(result.resource.name)});
    }
    request->Respond(response);
  };
}

}  // namespace

void HandleDescribeConfigs(Context& ctx, RequestPtr<DescribeConfigsRequest> request) {
  DescribeConfigsResponse response;
  for (services::DescribedConfigs& described :
       ctx.configs.Describe(QueriesOf(request->message()))) {
    response.results.push_back(ToWire(std::move(described), request->message()));
  }
  request->Respond(response);
}

void HandleAlterConfigs(Context& ctx, RequestPtr<AlterConfigsRequest> request) {
  std::vector<services::ConfigAlteration> alterations;
  for (const AlterConfigsRequest::Resource& resource : request->message().resources) {
    services::ConfigAlteration& alteration = alterations.emplace_back();
    alteration.resource = ToService(resource.resource_type, resource.resource_name);
    for (const auto& config : resource.configs) {
      alteration.changes.push_back(
          {std::string(config.name), services::ConfigOperation::kSet, Owned(config.value)});
    }
  }
  ctx.configs.Replace(std::move(alterations), request->message().validate_only,
                      RespondsWith<AlterConfigsResponse>(request));
}

void HandleIncrementalAlterConfigs(Context& ctx,
                                   RequestPtr<IncrementalAlterConfigsRequest> request) {
  std::vector<services::ConfigAlteration> alterations;
  for (const IncrementalAlterConfigsRequest::Resource& resource : request->message().resources) {
    services::ConfigAlteration& alteration = alterations.emplace_back();
    alteration.resource = ToService(resource.resource_type, resource.resource_name);
    for (const auto& config : resource.configs) {
      alteration.changes.push_back({std::string(config.name),
                                    static_cast<services::ConfigOperation>(config.config_operation),
                                    Owned(config.value)});
    }
  }
  ctx.configs.Alter(std::move(alterations), request->message().validate_only,
                    RespondsWith<IncrementalAlterConfigsResponse>(request));
}

}  // namespace monkafka::handlers
