#include "services/resource_service.h"

#include <memory>
#include <utility>

#include "services/etag.h"

namespace monkafka::services {

ResourceService::ResourceService(TopicServiceOptions options, cluster::Cluster& cluster,
                                 const ConfigTables& tables)
    : options_(options), cluster_(cluster), values_(tables, cluster.node_id()) {}

Result<ResourcePlan> ResourceService::Plan(const std::vector<TopicDocument>& documents,
                                           bool prune) const {
  return PlanResources(options_, values_, *cluster_.Image(), documents, prune);
}

void ResourceService::Apply(std::vector<TopicDocument> documents, bool prune,
                            std::optional<std::string> expected_etag,
                            Callback<Result<ResourcePlan>> done) {
  auto plan = std::make_shared<ResourcePlan>();
  cluster_.Change(
      [this, plan, documents = std::move(documents), prune,
       expected_etag = std::move(expected_etag)](
          const cluster::MetadataImage& image) -> Result<std::vector<cluster::MetadataRecord>> {
        Result<ResourcePlan> made = PlanResources(options_, values_, image, documents, prune);
        if (!made) return Forward(std::move(made));
        *plan = *std::move(made);
        if (Status same = CheckEtag(expected_etag, plan->etag); !same) {
          return Forward(std::move(same));
        }
        if (!plan->possible) return std::vector<cluster::MetadataRecord>{};
        return std::exchange(plan->records, {});
      },
      [plan, done = std::move(done)](auto image) mutable {
        if (!image) return done(Forward(std::move(image)));
        done(std::move(*plan));
      });
}

Result<std::vector<TopicDocument>> ResourceService::Export(
    const std::set<std::string>& names) const {
  return ExportResources(*cluster_.Image(), names);
}

}  // namespace monkafka::services
