// The admin service's segments over storage/inspect, of whatever a SegmentSource finds.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "admin/port/segments.h"
#include "app/admin/segment_source.h"
#include "storage/inspect/segment_summary.h"

namespace monkafka::app {

class AdminSegments final : public admin::SegmentsPort {
 public:
  // The source outlives it.
  explicit AdminSegments(const SegmentSource& source) : source_(source) {}

  admin::Outcome<std::vector<admin::SegmentInfo>> List(const std::string& topic,
                                                       std::optional<int32_t> partition,
                                                       admin::SegmentView view,
                                                       std::optional<Cursor> after, size_t limit,
                                                       std::stop_token stop) override;
  admin::Outcome<admin::SegmentInfo> Get(const std::string& topic, int32_t partition,
                                         int64_t base_offset, admin::SegmentView view,
                                         std::stop_token stop) override;
  admin::Outcome<admin::BatchSummary> ReadBatches(const admin::BatchRange& range,
                                                  admin::BatchSink& sink,
                                                  std::stop_token stop) override;
  admin::Outcome<admin::VerifySummary> Verify(const admin::VerifyScope& scope,
                                              admin::VerifySink& sink,
                                              std::stop_token stop) override;

 private:
  // Of one topic, or all; one partition of it when that is given.
  Result<std::vector<TopicPartition>> Find(const std::string& topic,
                                           std::optional<int32_t> partition) const;
  // nullopt: it is gone since it was listed.
  Result<std::optional<admin::SegmentInfo>> Summarize(const TopicPartition& tp,
                                                      const storage::PartitionFiles& files,
                                                      const storage::SegmentFiles& segment,
                                                      admin::SegmentView view,
                                                      const std::stop_token& stop) const;

  const SegmentSource& source_;
};

}  // namespace monkafka::app
