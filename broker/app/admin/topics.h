// The admin service's topics over services::TopicService.
#pragma once

#include <string>
#include <vector>

#include "admin/port/topics.h"
#include "cluster/cluster.h"
#include "services/delete_records.h"
#include "services/topic_service.h"

namespace monkafka::app {

class AdminTopics final : public admin::TopicsPort {
 public:
  // Both outlive it.
  AdminTopics(cluster::Cluster& cluster, services::TopicService& topics)
      : cluster_(cluster), topics_(topics) {}

  admin::Outcome<std::vector<admin::TopicInfo>> List(const admin::TopicListing& listing) override;
  admin::Outcome<admin::TopicInfo> Get(const std::string& name, admin::TopicView view) override;
  admin::Outcome<admin::TopicInfo> Create(const admin::TopicCreation& creation,
                                          std::stop_token stop) override;
  admin::Outcome<admin::TopicInfo> Update(const admin::TopicUpdate& update,
                                          std::stop_token stop) override;
  admin::Outcome<std::vector<admin::TopicInfo>> Delete(const admin::TopicDeletion& deletion,
                                                       std::stop_token stop) override;
  admin::Outcome<std::vector<admin::TrimResult>> Trim(const admin::TopicTrim& trim,
                                                      std::stop_token stop) override;

 private:
  admin::TopicInfo Describe(const cluster::MetadataImage& image, const cluster::TopicImage& topic,
                            admin::TopicView view) const;
  admin::Outcome<void> Check(const admin::TopicUpdate& update) const;
  admin::Outcome<std::vector<services::DeletedRecords>> DeleteRecords(
      std::vector<services::RecordDeletion> deletions, bool validate_only,
      const std::stop_token& stop);

  cluster::Cluster& cluster_;
  services::TopicService& topics_;
};

}  // namespace monkafka::app
