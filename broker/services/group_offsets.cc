#include "services/group_offsets.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "groups/gather.h"
#include "services/offset_lookup.h"
#include "services/partition_lookup.h"

namespace monkafka::services {
namespace {

using cluster::MetadataImage;
using groups::GroupDetail;
using PartitionPtr = std::shared_ptr<cluster::Partition>;
using Committed = std::map<TopicPartition, const groups::CommittedOffsetView*>;

Committed CommittedOf(const GroupDetail& group) {
  Committed committed;
  for (const auto& offset : group.offsets) committed.emplace(offset.partition, &offset);
  return committed;
}

OffsetMove From(const Committed& committed, const TopicPartition& partition) {
  OffsetMove move;
  move.partition = partition;
  if (const auto found = committed.find(partition); found != committed.end()) {
    move.from = found->second->offset;
    move.from_metadata = found->second->metadata;
    move.from_leader_epoch = found->second->leader_epoch;
  }
  return move;
}

template <class T>
using Outcome = std::expected<T, OffsetsRefusal>;

std::unexpected<OffsetsRefusal> Refuse(ErrorCode code, std::string message,
                                       const TopicPartition& partition) {
  return std::unexpected(
      OffsetsRefusal({code, std::move(message)}, partition.topic, partition.partition));
}

std::unexpected<OffsetsRefusal> Unknown(const MetadataImage& image,
                                        const TopicPartition& partition) {
  if (image.FindTopic(partition.topic) == nullptr) {
    return std::unexpected(OffsetsRefusal(
        {ErrorCode::kUnknownTopicOrPartition, fmt::format("there is no topic {}", partition.topic)},
        partition.topic));
  }
  return Refuse(ErrorCode::kUnknownTopicOrPartition,
                fmt::format("there is no partition {}", partition.ToString()), partition);
}

Outcome<std::set<TopicPartition>> Expand(const MetadataImage& image,
                                         const std::vector<TopicScope>& scopes) {
  std::set<TopicPartition> partitions;
  for (const TopicScope& scope : scopes) {
    const cluster::TopicImage* topic = image.FindTopic(scope.topic);
    if (topic == nullptr) return Unknown(image, {scope.topic, 0});
    const auto count = static_cast<int32_t>(topic->partitions.size());
    for (const int32_t partition : scope.partitions) {
      if (partition < 0 || partition >= count) return Unknown(image, {scope.topic, partition});
      partitions.insert({scope.topic, partition});
    }
    if (!scope.partitions.empty()) continue;
    for (int32_t i = 0; i < count; ++i) partitions.insert({scope.topic, i});
  }
  return partitions;
}

Outcome<PartitionPtr> Led(const cluster::Cluster& cluster, const TopicPartition& tp) {
  LedPartition led = FindLed(cluster, tp.topic, tp.partition);
  const ErrorCode error = led ? (*led)->CheckLeaderEpoch(kNoEpoch) : led.error();
  if (error == ErrorCode::kNone) return *std::move(led);
  if (error == ErrorCode::kUnknownTopicOrPartition) return Unknown(*cluster.Image(), tp);
  return Refuse(error, fmt::format("partition {} cannot be read now", tp.ToString()), tp);
}

// Records of the log between two offsets.
int64_t Between(const storage::LogOffsets& log, Offset low, Offset high) {
  const auto inside = [&](Offset offset) { return std::clamp(offset, log.log_start, log.log_end); };
  return std::max<int64_t>(inside(high) - inside(low), 0);
}

void CountRecords(const storage::LogOffsets& log, OffsetMove& move) {
  if (!move.from || !move.to) return;
  move.skipped = Between(log, *move.from, *move.to);
  move.replayed = Between(log, *move.to, *move.from);
}

void MoveTo(const storage::LogOffsets& log, Offset target, OffsetMove& move) {
  move.to = std::clamp(target, log.log_start, log.log_end);
  move.clamped = move.to != target;
  CountRecords(log, move);
}

// What a rule gives that has to look into the log: the timestamp or OffsetSpec to look for.
std::optional<TimestampMs> Searched(const ResetTarget& target, TimestampMs now) {
  switch (target.kind) {
    case ResetTarget::Kind::kTimestamp:
      return std::max<int64_t>(target.value, 0);
    case ResetTarget::Kind::kDuration:
      return std::max<int64_t>(now - target.value, 0);
    default:
      return std::nullopt;
  }
}

Outcome<Offset> Computed(const ResetTarget& target, const storage::LogOffsets& log,
                         const OffsetMove& move) {
  switch (target.kind) {
    case ResetTarget::Kind::kEarliest:
      return log.log_start;
    case ResetTarget::Kind::kOffset:
      return target.value;
    case ResetTarget::Kind::kCurrent:
      return move.from.value_or(log.log_end);
    case ResetTarget::Kind::kShift: {
      if (!move.from) {
        return Refuse(ErrorCode::kInvalidRequest,
                      fmt::format("{} has no committed offset that could be shifted",
                                  move.partition.ToString()),
                      move.partition);
      }
      Offset shifted = 0;
      if (!__builtin_add_overflow(*move.from, target.value, &shifted)) return shifted;
      // Beyond both ends, so that the answer says that it was moved to the end.
      return std::numeric_limits<Offset>::max();
    }
    default:
      return log.log_end;
  }
}

OffsetMoves Collect(std::vector<Outcome<OffsetMove>> results) {
  std::vector<OffsetMove> moves;
  for (Outcome<OffsetMove>& result : results) {
    if (!result) return std::unexpected(std::move(result).error());
    moves.push_back(*std::move(result));
  }
  return moves;
}

// A commit to a partition whose log cannot be read is still a commit.
Outcome<OffsetMove> Explicit(const cluster::Cluster& cluster, const Committed& committed,
                             OffsetChange change) {
  const TopicPartition& tp = change.partition;
  if (change.offset && *change.offset < 0) {
    return Refuse(ErrorCode::kOffsetOutOfRange,
                  fmt::format("{} is no offset for {}", *change.offset, tp.ToString()), tp);
  }
  OffsetMove move = From(committed, tp);
  move.to = change.offset;
  move.to_metadata = std::move(change.metadata);
  move.to_leader_epoch = change.leader_epoch;
  if (const LedPartition led = FindLed(cluster, tp.topic, tp.partition)) {
    CountRecords((*led)->log().Offsets(), move);
  } else if (led.error() == ErrorCode::kUnknownTopicOrPartition) {
    return Unknown(*cluster.Image(), tp);
  }
  return move;
}

}  // namespace

void GroupOffsetsService::WithGroup(std::string group_id, bool may_be_new,
                                    Callback<Result<GroupDetail>> next) {
  if (group_id.empty()) return next(Fail(ErrorCode::kInvalidGroupId, "the group id is empty"));
  coordinator_.Detail(group_id, [group_id, may_be_new,
                                 next = std::move(next)](Result<GroupDetail> group) mutable {
    if (!group && group.error().code == ErrorCode::kGroupIdNotFound && may_be_new) {
      group = GroupDetail{};
      group->summary.group_id = group_id;
    }
    if (group && group->summary.member_count > 0) {
      return next(Fail(ErrorCode::kNonEmptyGroup,
                       fmt::format("group {} has members ({}); offsets can be changed once they "
                                   "have left",
                                   group_id, group->summary.member_count)));
    }
    next(std::move(group));
  });
}

void GroupOffsetsService::Reset(std::string group_id, std::vector<TopicScope> topics,
                                ResetTarget target, bool validate_only,
                                Callback<OffsetMoves> done) {
  const bool may_be_new = !topics.empty();
  WithGroup(
      group_id, may_be_new,
      [this, group_id, topics = std::move(topics), target, validate_only,
       done = std::move(done)](Result<GroupDetail> group) mutable {
        if (!group) return done(Forward(std::move(group)));
        const Committed committed = CommittedOf(*group);
        Outcome<std::set<TopicPartition>> partitions = Expand(*cluster_.Image(), topics);
        if (!partitions) return done(std::unexpected(std::move(partitions).error()));
        std::vector<OffsetMove> moves;
        for (const TopicPartition& tp : *partitions) moves.push_back(From(committed, tp));
        if (topics.empty()) {
          for (const auto& [tp, offset] : committed) moves.push_back(From(committed, tp));
        }
        FindTargets(
            std::move(moves), target,
            [this, group_id, validate_only, done = std::move(done)](OffsetMoves found) mutable {
              if (!found) return done(std::move(found));
              Apply(std::move(group_id), *std::move(found), validate_only, std::move(done));
            });
      });
}

void GroupOffsetsService::FindTargets(std::vector<OffsetMove> moves, ResetTarget target,
                                      Callback<OffsetMoves> next) {
  if (moves.empty()) return next(std::move(moves));
  using Gather = groups::Gather<Outcome<OffsetMove>>;
  auto gather = std::make_shared<Gather>(
      moves.size(), [next = std::move(next)](std::vector<Outcome<OffsetMove>> results) mutable {
        next(Collect(std::move(results)));
      });
  const std::optional<TimestampMs> searched = Searched(target, clock_.WallMs());
  for (size_t i = 0; i < moves.size(); ++i) {
    OffsetMove move = std::move(moves[i]);
    const Outcome<PartitionPtr> led = Led(cluster_, move.partition);
    if (!led) {
      gather->Set(i, std::unexpected(led.error()));
      continue;
    }
    const storage::LogOffsets log = (*led)->log().Offsets();
    if (!searched) {
      const Outcome<Offset> to = Computed(target, log, move);
      if (to) MoveTo(log, *to, move);
      gather->Set(i, to ? Outcome<OffsetMove>(std::move(move)) : std::unexpected(to.error()));
      continue;
    }
    FindOffset(
        *led, *searched, /*read_committed=*/false,
        [gather, i, log, move = std::move(move)](Result<storage::TimestampedOffset> found) mutable {
          if (!found) {
            Error error = std::move(found).error();
            return gather->Set(i, Refuse(error.code, std::move(error.message), move.partition));
          }
          MoveTo(log, found->offset == kNoOffset ? log.log_end : found->offset, move);
          gather->Set(i, std::move(move));
        });
  }
}

void GroupOffsetsService::Commit(std::string group_id, std::vector<OffsetChange> changes,
                                 bool validate_only, Callback<OffsetMoves> done) {
  WithGroup(
      group_id, /*may_be_new=*/true,
      [this, group_id, changes = std::move(changes), validate_only,
       done = std::move(done)](Result<GroupDetail> group) mutable {
        if (!group) return done(Forward(std::move(group)));
        const Committed committed = CommittedOf(*group);
        std::set<TopicPartition> named;
        std::vector<Outcome<OffsetMove>> results;
        for (OffsetChange& change : changes) {
          if (!named.insert(change.partition).second) {
            return done(Refuse(ErrorCode::kInvalidRequest,
                               change.partition.ToString() + " is named twice", change.partition));
          }
          results.push_back(Explicit(cluster_, committed, std::move(change)));
        }
        OffsetMoves moves = Collect(std::move(results));
        if (!moves) return done(std::move(moves));
        Apply(std::move(group_id), *std::move(moves), validate_only, std::move(done));
      });
}

void GroupOffsetsService::Apply(std::string group_id, std::vector<OffsetMove> moves,
                                bool validate_only, Callback<OffsetMoves> done) {
  if (validate_only || moves.empty()) return done(std::move(moves));
  std::vector<groups::OffsetReset> offsets;
  offsets.reserve(moves.size());
  for (const OffsetMove& move : moves) {
    offsets.push_back(
        {move.partition, move.to.value_or(kNoOffset), move.to_leader_epoch, move.to_metadata});
  }
  topics_.CreateIfMissing(
      cluster::kConsumerOffsetsTopic,
      [this, group_id = std::move(group_id), offsets = std::move(offsets), moves = std::move(moves),
       done = std::move(done)](Status created) mutable {
        if (!created) return done(Forward(std::move(created)));
        coordinator_.ResetOffsets(
            std::move(group_id), std::move(offsets),
            [moves = std::move(moves), done = std::move(done)](Status stored) mutable {
              if (!stored) return done(Forward(std::move(stored)));
              done(std::move(moves));
            });
      });
}

}  // namespace monkafka::services
