// The admin service's configs over services::ConfigService.
#pragma once

#include <optional>
#include <string>

#include "admin/port/configs.h"
#include "services/config_service.h"

namespace monkafka::app {

class AdminConfigs final : public admin::ConfigsPort {
 public:
  // Both outlive it.
  AdminConfigs(const cluster::Cluster& cluster, services::ConfigService& configs)
      : cluster_(cluster), configs_(configs) {}

  admin::Outcome<admin::ConfigSet> Describe(const admin::ConfigResource& resource) override;
  admin::Outcome<admin::ConfigSet> Alter(const admin::ConfigAlteration& alteration,
                                         std::stop_token stop) override;
  admin::Outcome<admin::ConfigExplanation> Explain(
      const admin::ConfigResource& resource, const std::string& name,
      const std::optional<std::string>& proposed) override;
  bool MayBeTold(admin::ConfigResource::Type type, const std::string& name) const override;

 private:
  admin::Outcome<void> Check(const services::ConfigAlteration& asked) const;
  admin::Outcome<admin::ConfigSet> ToSet(services::DescribedConfigs described) const;
  admin::ConfigEntry ToEntry(const services::ConfigResource& resource,
                             services::ConfigEntry entry) const;
  const services::ConfigDefinition* Find(const services::ConfigResource& resource,
                                         std::string_view name) const;

  const cluster::Cluster& cluster_;
  services::ConfigService& configs_;
};

}  // namespace monkafka::app
