// Configs of one resource in a test.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "monkafka/admin/v1/configs.grpc.pb.h"
#include "unit/cli/command_line.h"

namespace monkafka::cli {

class FakeConfigs : public monkafka::admin::v1::ConfigsService::Service {
 public:
  using AlterRequest = monkafka::admin::v1::AlterConfigsRequest;
  using Change = monkafka::admin::v1::ConfigChange;

  // All of them, whatever the filter is.
  grpc::Status ListConfigs(grpc::ServerContext*,
                           const monkafka::admin::v1::ListConfigsRequest* request,
                           monkafka::admin::v1::ListConfigsResponse* response) override {
    if (request->resource().cluster_default()) return grpc::Status::OK;  // none is set
    for (const auto& [name, value] : values) {
      auto& entry = *response->add_configs();
      entry.set_name(name);
      entry.set_value(value);
      auto& synonym = *entry.add_synonyms();
      synonym.set_name(name);
      synonym.set_value(value);
      synonym.set_source(monkafka::admin::v1::CONFIG_SOURCE_DEFAULT);
    }
    return grpc::Status::OK;
  }

  grpc::Status AlterConfigs(grpc::ServerContext*, const AlterRequest* request,
                            monkafka::admin::v1::AlterConfigsResponse* response) override {
    if (!missing.empty() && request->resource().topic() == missing) return MissingTopic(missing);
    if (!request->validate_only()) alterations.push_back(*request);
    for (const Change& change : request->changes()) {
      auto& entry = *response->add_configs();
      entry.set_name(change.name());
      const bool removed = change.operation() == Change::OPERATION_DELETE;
      entry.set_value(removed ? inherited[change.name()] : change.value());
    }
    return grpc::Status::OK;
  }

  std::map<std::string, std::string> values = {{"retention.ms", "1000"},
                                               {"retention.bytes", "-1"},
                                               {"cleanup.policy", "compact"},
                                               {"log.retention.hours", "168"}};
  std::map<std::string, std::string> inherited;
  std::string missing;
  std::vector<AlterRequest> alterations;
};

}  // namespace monkafka::cli
