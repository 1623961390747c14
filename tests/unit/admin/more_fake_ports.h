// Fakes of the ports that only hand out what a test has put into them, and keep what they were
// asked.
#pragma once

#include <string>
#include <vector>

#include "admin/port/cluster.h"
#include "admin/port/configs.h"
#include "admin/port/connections.h"
#include "admin/port/groups.h"
#include "admin/port/resources.h"
#include "admin/port/segments.h"

namespace monkafka::admin {

class FakeCluster final : public ClusterPort {
 public:
  Outcome<ClusterInfo> Info() override { return info; }
  Outcome<std::vector<BrokerInfo>> Brokers() override { return std::vector<BrokerInfo>(); }
  Outcome<std::vector<HealthCheck>> CheckHealth() override { return checks; }
  Outcome<std::vector<FeatureInfo>> Features() override { return std::vector<FeatureInfo>(); }
  Outcome<std::vector<ApiInfo>> Apis() override { return apis; }

  ClusterInfo info;
  std::vector<HealthCheck> checks;
  std::vector<ApiInfo> apis;
};

class FakeConfigs final : public ConfigsPort {
 public:
  Outcome<ConfigSet> Describe(const ConfigResource& resource) override {
    last_resource = resource;
    return configs;
  }
  Outcome<ConfigSet> Alter(const ConfigAlteration& alteration, std::stop_token) override {
    last_alteration = alteration;
    return configs;
  }
  Outcome<ConfigExplanation> Explain(const ConfigResource&, const std::string&,
                                     const std::optional<std::string>&) override {
    return explanation;
  }
  bool MayBeTold(ConfigResource::Type, const std::string& name) const override {
    return !name.starts_with("secret");
  }

  ConfigSet configs;
  ConfigExplanation explanation;
  ConfigResource last_resource;
  ConfigAlteration last_alteration;
};

class FakeConnections final : public ConnectionsPort {
 public:
  Outcome<std::vector<ConnectionInfo>> List() override { return connections; }
  Outcome<ConnectionInfo> Close(int64_t connection_id, bool) override {
    return std::unexpected(Failure(FailureKind::kNotFound, "CONNECTION_NOT_FOUND",
                                   "no connection " + std::to_string(connection_id)));
  }

  std::vector<ConnectionInfo> connections;
};

class FakeGroups final : public GroupsPort {
 public:
  Outcome<std::vector<GroupInfo>> List(std::stop_token) override { return groups; }
  Outcome<GroupInfo> Get(const std::string&, std::stop_token) override { return Missing(); }
  Outcome<GroupLag> Lag(const std::string& group_id, const std::vector<std::string>&,
                        std::stop_token) override {
    if (group_id != lag.group_id) return std::unexpected(Missing().error());
    return lag;
  }
  Outcome<std::vector<OffsetMove>> Reset(const OffsetReset& reset, std::stop_token) override {
    last_reset = reset;
    return moves;
  }
  Outcome<std::vector<OffsetMove>> Commit(const std::string&,
                                          const std::vector<OffsetCommit>& commits, bool,
                                          std::stop_token) override {
    last_commits = commits;
    return moves;
  }
  Outcome<GroupInfo> Delete(const std::string&, bool, std::stop_token) override {
    return Missing();
  }

  std::vector<GroupInfo> groups;
  GroupLag lag;
  std::vector<OffsetMove> moves;
  OffsetReset last_reset;
  std::vector<OffsetCommit> last_commits;

 private:
  static Outcome<GroupInfo> Missing() {
    return Fail(ErrorCode::kGroupIdNotFound, "there is no such group");
  }
};

class FakeResources final : public ResourcesPort {
 public:
  Outcome<Plan> MakePlan(const PlanOrder& order) override {
    last_order = order;
    return plan;
  }
  Outcome<Plan> Apply(const PlanOrder& order, const std::string&, bool,
                      const ApplyProgress& progress, std::stop_token) override {
    last_order = order;
    ++applied;
    if (progress) progress(1, 2);
    return plan;
  }
  Outcome<ExportedTopics> Export(const std::vector<std::string>&) override { return exported; }

  Plan plan;
  PlanOrder last_order;
  int applied = 0;
  ExportedTopics exported;
};

class FakeSegments final : public SegmentsPort {
 public:
  Outcome<std::vector<SegmentInfo>> List(const std::string&, std::optional<int32_t>, SegmentView,
                                         std::optional<Cursor> after, size_t limit,
                                         std::stop_token) override {
    std::vector<SegmentInfo> page;
    for (const SegmentInfo& segment : segments) {
      if (after && segment.base_offset <= after->base_offset) continue;
      if (page.size() < limit) page.push_back(segment);
    }
    return page;
  }
  Outcome<SegmentInfo> Get(const std::string&, int32_t, int64_t, SegmentView,
                           std::stop_token) override {
    return segments.at(0);
  }
  Outcome<BatchSummary> ReadBatches(const BatchRange& range, BatchSink& sink,
                                    std::stop_token) override {
    last_range = range;
    BatchSummary summary;
    for (const BatchInfo& batch : batches) {
      if (!sink.OnBatch(batch)) break;
      ++summary.batch_count;
    }
    return summary;
  }
  Outcome<VerifySummary> Verify(const VerifyScope&, VerifySink& sink, std::stop_token) override {
    VerifySummary summary;
    for (int i = 0; i < progress_calls; ++i) sink.OnProgress({"file", i, progress_calls});
    for (const Anomaly& anomaly : anomalies) {
      sink.OnAnomaly(anomaly);
      ++summary.error_count;
    }
    return summary;
  }

  std::vector<SegmentInfo> segments;
  std::vector<BatchInfo> batches;
  std::vector<Anomaly> anomalies;
  int progress_calls = 0;
  BatchRange last_range;
};

}  // namespace monkafka::admin
