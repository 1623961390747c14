#include "services/health.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "common/quantity.h"

namespace monkafka::services {
namespace {

void Add(HealthCheck& check, HealthFinding finding) {
  check.level = std::max(check.level, finding.level);
  check.findings.push_back(std::move(finding));
}

}  // namespace

HealthCheck CheckDisk(const std::string& directory,
                      const Result<std::pair<int64_t, int64_t>>& total_and_usable_bytes) {
  HealthCheck check{.name = "disk"};
  if (!total_and_usable_bytes) {
    check.message = "the volume of the data directory cannot be read";
    Add(check, {directory, total_and_usable_bytes.error().message, HealthLevel::kFailed});
    return check;
  }
  const auto [total, usable] = *total_and_usable_bytes;
  const double fraction = total == 0 ? 0 : static_cast<double>(usable) / static_cast<double>(total);
  check.message = fmt::format("{} of {} are free", FormatSize(usable), FormatSize(total));
  if (fraction < kLowDiskFraction) {
    const bool full = fraction < kFullDiskFraction;
    Add(check, {directory,
                fmt::format("only {:.1f} % of the volume are free: delete topics, trim records, "
                            "shorten their retention or enlarge the volume",
                            100 * fraction),
                full ? HealthLevel::kFailed : HealthLevel::kWarning});
  }
  return check;
}

HealthCheck CheckPartitions(const std::vector<std::shared_ptr<cluster::Partition>>& partitions) {
  HealthCheck check{.name = "partitions"};
  for (const auto& partition : partitions) {
    const Status usable = partition->log().Availability();
    if (usable || usable.error().code != ErrorCode::kKafkaStorageError) continue;
    Add(check,
        {partition->topic_partition().ToString(), usable.error().message, HealthLevel::kFailed});
  }
  check.message = fmt::format("{} of {} partitions are online",
                              partitions.size() - check.findings.size(), partitions.size());
  return check;
}

HealthCheck CheckCoordinator(const std::vector<groups::PartitionStatus>& statuses) {
  HealthCheck check{.name = "coordinator"};
  for (size_t i = 0; i < statuses.size(); ++i) {
    if (statuses[i].error == ErrorCode::kNone) continue;
    const bool loading = statuses[i].error == ErrorCode::kCoordinatorLoadInProgress;
    Add(check, {fmt::format("{}-{}", cluster::kConsumerOffsetsTopic, i),
                loading ? "is being loaded; its groups can be used soon"
                        : "cannot be read; its groups cannot be used",
                loading ? HealthLevel::kWarning : HealthLevel::kFailed});
  }
  check.message = statuses.empty()
                      ? "there are no groups yet"
                      : fmt::format("{} of {} parts of the group coordinator are ready",
                                    statuses.size() - check.findings.size(), statuses.size());
  return check;
}

void HealthService::Check(Callback<std::vector<HealthCheck>> done) {
  coordinator_.Statuses(
      [this, done = std::move(done)](std::vector<groups::PartitionStatus> statuses) mutable {
        std::vector<HealthCheck> checks;
        checks.push_back(CheckDisk(logs_.directory(), logs_.DiskTotalAndUsableBytes()));
        checks.push_back(CheckPartitions(cluster_.Partitions()));
        checks.push_back(CheckCoordinator(statuses));
        done(std::move(checks));
      });
}

}  // namespace monkafka::services
