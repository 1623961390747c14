#include "storage/new_segment.h"

#include <fmt/core.h>

#include <utility>

#include "common/log.h"
#include "common/quantity.h"

namespace monkafka::storage {

Result<std::shared_ptr<Segment>> BeginSegment(LogEnvironment& environment,
                                              std::shared_ptr<const std::string> directory,
                                              Offset base_offset, const LogConfig& config) {
  Result<std::shared_ptr<Segment>> segment = Segment::Create(
      environment.open_files, std::move(directory), base_offset, environment.clock.WallMs());
  if (!segment || !config.preallocate) return segment;
  if (const Status status = (*segment)->Reserve(config.segment_bytes); !status) {
    const auto left_out = environment.failed_reservations_log.Allow(environment.clock.Now());
    if (left_out) {
      LogWarning("no {} are kept for a new segment, which goes on without: {}{}",
                 FormatSize(config.segment_bytes), status.error().message,
                 *left_out > 0 ? fmt::format(" ({} more like it not logged)", *left_out) : "");
    }
  }
  return segment;
}

}  // namespace monkafka::storage
