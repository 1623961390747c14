#include "services/offset_lookup.h"

#include <memory>
#include <utility>

namespace monkafka::services {
namespace {

using storage::TimestampedOffset;
using Found = Result<std::optional<TimestampedOffset>>;

}  // namespace

void FindOffset(const std::shared_ptr<cluster::Partition>& partition, TimestampMs timestamp,
                bool read_committed, Callback<Result<TimestampedOffset>> done) {
  storage::PartitionLog& log = partition->log();
  const storage::LogOffsets offsets = log.Offsets();
  const Offset bound = read_committed ? offsets.last_stable : offsets.log_end;
  if (timestamp < 0) {
    switch (static_cast<OffsetSpec>(timestamp)) {
      case OffsetSpec::kLatest:
        return done(TimestampedOffset{kNoTimestamp, bound, partition->leader_epoch()});
      case OffsetSpec::kEarliest:
      case OffsetSpec::kEarliestLocal:
        return done(TimestampedOffset{kNoTimestamp, offsets.log_start,
                                      log.EpochAt(offsets.log_start).value_or(kNoEpoch)});
      case OffsetSpec::kLatestTiered:
      case OffsetSpec::kEarliestPendingUpload:
        return done(TimestampedOffset{});
      case OffsetSpec::kMaxTimestamp:
        break;
    }
  }
  auto visible = [partition, bound, done = std::move(done)](Found found) mutable {
    if (!found) return done(Forward(std::move(found)));
    const bool seen = *found && (*found)->offset < bound;
    done(seen ? **found : TimestampedOffset{});
  };
  if (timestamp < 0) return log.FindMaxTimestamp(std::move(visible));
  log.FindByTimestamp(timestamp, bound, std::move(visible));
}

}  // namespace monkafka::services
