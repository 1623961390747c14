// Begins a segment as the log's settings want it.
#pragma once

#include <memory>
#include <string>

#include "storage/log_environment.h"
#include "storage/segment.h"

namespace monkafka::storage {

// Segment::Create; with `preallocate` room for segment.bytes is kept for it. Where the volume has
// not so much, or cannot do that, the segment goes on without: a log that may be full later is
// better than one that takes nothing now.
Result<std::shared_ptr<Segment>> BeginSegment(LogEnvironment& environment,
                                              std::shared_ptr<const std::string> directory,
                                              Offset base_offset, const LogConfig& config);

}  // namespace monkafka::storage
