// Planning, applying and exporting topics as declarative documents (services/resource_plan.h).
//
// Threads: any. Callbacks run once, on the metadata strand; they must be quick. Lifetime: what the
// service is given outlives it.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "cluster/cluster.h"
#include "common/executor.h"
#include "services/resource_plan.h"

namespace monkafka::services {

class ResourceService {
 public:
  ResourceService(TopicServiceOptions options, cluster::Cluster& cluster,
                  const ConfigTables& tables);

  Result<ResourcePlan> Plan(const std::vector<TopicDocument>& documents, bool prune) const;

  // Everything in one atomic change of metadata, or nothing: nothing is done while the plan is not
  // possible. INVALID_UPDATE_VERSION when the plan is not the one expected any more.
  void Apply(std::vector<TopicDocument> documents, bool prune,
             std::optional<std::string> expected_etag, Callback<Result<ResourcePlan>> done);

  // How far the change of metadata is that is being applied now.
  cluster::ChangeProgress Progress() const { return cluster_.Progress(); }

  Result<std::vector<TopicDocument>> Export(const std::set<std::string>& names) const;

 private:
  const TopicServiceOptions options_;
  cluster::Cluster& cluster_;
  const ConfigValues values_;
};

}  // namespace monkafka::services
