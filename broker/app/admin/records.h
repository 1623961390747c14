// The admin service's records over services: searches, subscriptions for tails, producing.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "admin/port/records.h"
#include "cluster/cluster.h"
#include "services/record_producer.h"
#include "services/record_search.h"

namespace monkafka::app {

class AdminRecords final : public admin::RecordsPort {
 public:
  // All outlive it.
  AdminRecords(const cluster::Cluster& cluster, services::RecordProducer& producer,
               const Clock& clock)
      : cluster_(cluster), producer_(producer), clock_(clock) {}

  admin::Outcome<admin::ScanSummary> Scan(const admin::ScanQuery& query, admin::ScanSink& sink,
                                          std::stop_token stop) override;
  admin::Outcome<std::unique_ptr<Subscription>> WhenReadable(
      const std::string& topic, const std::vector<admin::Position>& positions,
      std::function<void()> wake) override;
  // At most 30 s; `stop` does not take records back that are being written.
  admin::Outcome<std::vector<admin::ProducedRecord>> Produce(const admin::ProduceOrder& order,
                                                             std::stop_token stop) override;

 private:
  // From kNoOffset: of a log that is offline.
  admin::Outcome<std::vector<services::RecordRange>> Ranges(const admin::ScanQuery& query) const;
  std::unexpected<admin::Failure> FailProduce(Error error, const admin::ProduceOrder& order) const;
  Result<Offset> StartOf(const admin::ReadStart& start, int32_t partition,
                         storage::PartitionLog& log) const;

  const cluster::Cluster& cluster_;
  services::RecordProducer& producer_;
  const Clock& clock_;
};

}  // namespace monkafka::app
