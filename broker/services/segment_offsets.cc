#include "services/segment_offsets.h"

#include <algorithm>
#include <functional>

#include "services/offset_lookup.h"

namespace monkafka::services {
namespace {

// How many of them, from the first on, are asked for.
size_t CountAllowed(const std::vector<storage::SegmentOffset>& segments, TimestampMs timestamp) {
  if (timestamp == static_cast<TimestampMs>(OffsetSpec::kLatest)) return segments.size();
  if (timestamp == static_cast<TimestampMs>(OffsetSpec::kEarliest)) return 1;
  size_t count = segments.size();
  while (count > 0 && segments[count - 1].modified_at > timestamp) --count;
  return count;
}

}  // namespace

Result<std::vector<Offset>> SelectSegmentOffsets(
    const std::vector<storage::SegmentOffset>& segments, TimestampMs timestamp,
    int32_t max_offsets) {
  if (max_offsets < 0) return Fail(ErrorCode::kUnknownServerError);
  const size_t allowed = std::min(CountAllowed(segments, timestamp), segments.size());
  const size_t count = std::min(allowed, static_cast<size_t>(max_offsets));
  std::vector<Offset> offsets;
  offsets.reserve(count);
  for (size_t i = 0; i < count; ++i) offsets.push_back(segments[allowed - 1 - i].offset);
  return offsets;
}

}  // namespace monkafka::services
