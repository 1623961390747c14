// The admin service's documents over services::ResourceService.
#pragma once

#include <string>
#include <vector>

#include "admin/port/resources.h"
#include "services/resource_service.h"

namespace monkafka::app {

class AdminResources final : public admin::ResourcesPort {
 public:
  explicit AdminResources(services::ResourceService& resources) : resources_(resources) {}

  admin::Outcome<admin::Plan> MakePlan(const admin::PlanOrder& order) override;
  admin::Outcome<admin::Plan> Apply(const admin::PlanOrder& order, const std::string& etag,
                                    bool validate_only, const admin::ApplyProgress& progress,
                                    std::stop_token stop) override;
  admin::Outcome<admin::ExportedTopics> Export(const std::vector<std::string>& topics) override;

 private:
  services::ResourceService& resources_;
};

}  // namespace monkafka::app
