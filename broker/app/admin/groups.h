// The admin service's groups over the group coordinator and services.
#pragma once

#include <string>
#include <vector>

#include "admin/port/groups.h"
#include "cluster/cluster.h"
#include "common/executor.h"
#include "groups/group_coordinator.h"
#include "services/group_offsets.h"

namespace monkafka::app {

class AdminGroups final : public admin::GroupsPort {
 public:
  // All outlive it.
  AdminGroups(const cluster::Cluster& cluster, groups::GroupCoordinator& coordinator,
              services::GroupOffsetsService& offsets, const Clock& clock)
      : cluster_(cluster), coordinator_(coordinator), offsets_(offsets), clock_(clock) {}

  admin::Outcome<std::vector<admin::GroupInfo>> List(std::stop_token stop) override;
  admin::Outcome<admin::GroupInfo> Get(const std::string& group_id, std::stop_token stop) override;
  admin::Outcome<admin::GroupLag> Lag(const std::string& group_id,
                                      const std::vector<std::string>& topics,
                                      std::stop_token stop) override;
  admin::Outcome<std::vector<admin::OffsetMove>> Reset(const admin::OffsetReset& reset,
                                                       std::stop_token stop) override;
  admin::Outcome<std::vector<admin::OffsetMove>> Commit(
      const std::string& group_id, const std::vector<admin::OffsetCommit>& commits,
      bool validate_only, std::stop_token stop) override;
  admin::Outcome<admin::GroupInfo> Delete(const std::string& group_id, bool validate_only,
                                          std::stop_token stop) override;

 private:
  admin::GroupInfo ToInfo(const groups::GroupSummary& summary) const;
  admin::GroupInfo ToInfo(const groups::GroupDetail& detail) const;

  const cluster::Cluster& cluster_;
  groups::GroupCoordinator& coordinator_;
  services::GroupOffsetsService& offsets_;
  const Clock& clock_;
};

}  // namespace monkafka::app
