#include "app/admin/records.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "app/admin/record_views.h"
#include "cluster/await.h"
#include "services/partition_lookup.h"
#include "services/readable_subscription.h"

namespace monkafka::app {
namespace {

using services::RecordRange;

constexpr auto kProgressInterval = std::chrono::milliseconds(100);

std::unexpected<admin::Failure> FailAbout(Error error, const std::string& topic) {
  return admin::FailWith(std::move(error), {"topic", topic});
}

std::unexpected<admin::Failure> FailPartition(ErrorCode error, const TopicPartition& tp) {
  return admin::FailWith({error, "there is no partition " + tp.ToString()},
                         {"partition", tp.ToString()});
}

int64_t LimitOf(int64_t limit) { return limit > 0 ? limit : std::numeric_limits<int64_t>::max(); }

services::RecordCondition ToCondition(const admin::Predicate& predicate) {
  using Field = services::RecordCondition::Field;
  using Match = services::RecordCondition::Match;
  constexpr Field kFields[] = {Field::kKey, Field::kValue, Field::kHeader};
  constexpr Match kMatches[] = {Match::kExact, Match::kPrefix, Match::kContains, Match::kRegex};
  services::RecordCondition condition;
  condition.field = kFields[static_cast<size_t>(predicate.field)];
  condition.match = kMatches[static_cast<size_t>(predicate.match)];
  condition.header = predicate.header;
  condition.pattern = predicate.operand;
  condition.negate = predicate.negate;
  return condition;
}

// One by one, so that a wrong expression is told by its place in the request.
admin::Outcome<services::RecordMatcher> Compile(const std::vector<admin::Predicate>& predicates) {
  std::vector<services::RecordCondition> conditions;
  for (size_t i = 0; i < predicates.size(); ++i) {
    conditions.push_back(ToCondition(predicates[i]));
    const auto alone = services::RecordMatcher::Compile({conditions.back()});
    if (alone) continue;
    return admin::FailField(fmt::format("predicates[{}].operand", i), alone.error().message);
  }
  auto matcher = services::RecordMatcher::Compile(std::move(conditions));
  if (!matcher) return std::unexpected(std::move(matcher).error());
  return *std::move(matcher);
}

std::vector<admin::Position> PositionsOf(const std::vector<RecordRange>& ranges, size_t from) {
  std::vector<admin::Position> positions;
  for (size_t i = from; i < ranges.size(); ++i) {
    positions.push_back({ranges[i].partition, ranges[i].from});
  }
  return positions;
}

class ScanAdapter final : public services::RecordSink {
 public:
  ScanAdapter(admin::ScanSink& sink, const Clock& clock, int64_t total_bytes)
      : sink_(sink), clock_(clock), total_bytes_(total_bytes), next_progress_(clock.Now()) {}

  // Who is cut short before the next progress can go on from here; without the ranges of logs that
  // are offline, of which it is not known where they begin.
  void Begin(std::vector<RecordRange> ranges) {
    std::erase_if(ranges, [](const RecordRange& range) { return range.from == kNoOffset; });
    if (!ranges.empty()) Show({.counters = {}, .ranges = std::move(ranges), .current = 0});
  }

  bool OnRecord(int32_t partition, const records::Record& record) override {
    FillView(record, view_);
    return sink_.OnRecord(partition, view_);
  }

  bool OnProgress(const services::SearchProgress& progress) override {
    const auto now = clock_.Now();
    if (now < next_progress_ || progress.current >= progress.ranges.size()) return sink_.Flush();
    next_progress_ = now + kProgressInterval;
    return sink_.Flush() && Show(progress);
  }

 private:
  bool Show(const services::SearchProgress& progress) {
    const RecordRange& range = progress.ranges[progress.current];
    admin::ScanProgress shown;
    shown.scanned_bytes = progress.counters.scanned_bytes;
    shown.scanned_records = progress.counters.scanned_records;
    shown.matched_records = progress.counters.matches;
    shown.total_bytes = std::max(total_bytes_, shown.scanned_bytes);
    shown.partition = range.partition;
    shown.offset = range.from;
    shown.end_offset = range.to;
    shown.next = PositionsOf(progress.ranges, progress.current);
    return sink_.OnProgress(shown);
  }

  admin::ScanSink& sink_;
  const Clock& clock_;
  const int64_t total_bytes_;
  std::chrono::steady_clock::time_point next_progress_;
  admin::RecordView view_;
};

// How many bytes the ranges have, taken that records are all of one size.
int64_t EstimateBytes(const cluster::Cluster& cluster, const std::string& topic,
                      const std::vector<RecordRange>& ranges) {
  double bytes = 0;
  for (const RecordRange& range : ranges) {
    const auto partition = cluster.FindPartition(topic, range.partition);
    if (!partition) continue;
    const storage::LogOffsets offsets = partition->log().Offsets();
    const Offset to = range.to < 0 ? offsets.log_end : std::min(range.to, offsets.log_end);
    const Offset from = std::max(range.from, offsets.log_start);
    const Offset all = offsets.log_end - offsets.log_start;
    if (all <= 0 || to <= from) continue;
    bytes += static_cast<double>(partition->log().SizeInBytes()) * static_cast<double>(to - from) /
             static_cast<double>(all);
  }
  return static_cast<int64_t>(bytes);
}

class ServiceSubscription final : public admin::RecordsPort::Subscription {
 public:
  ServiceSubscription(const std::vector<services::ReadableSubscription::Position>& positions,
                      std::function<void()> wake)
      : subscription_(positions, std::move(wake)) {}

 private:
  const services::ReadableSubscription subscription_;
};

admin::ScanEnd ToEnd(services::SearchEnd end) {
  switch (end) {
    case services::SearchEnd::kEnd:
      return admin::ScanEnd::kComplete;
    case services::SearchEnd::kBudget:
      return admin::ScanEnd::kBudget;
    case services::SearchEnd::kMatches:
      return admin::ScanEnd::kLimit;
    case services::SearchEnd::kStopped:
      break;
  }
  return admin::ScanEnd::kStopped;
}

}  // namespace

Result<Offset> AdminRecords::StartOf(const admin::ReadStart& start, int32_t partition,
                                     storage::PartitionLog& log) const {
  const storage::LogOffsets offsets = log.Offsets();
  if (std::holds_alternative<admin::FromLatest>(start)) return offsets.last_stable;
  if (const auto* at = std::get_if<admin::FromOffset>(&start)) return at->offset;
  if (const auto* last = std::get_if<admin::FromLast>(&start)) {
    return std::max(offsets.log_start, offsets.last_stable - last->records);
  }
  if (const auto* given = std::get_if<admin::FromPositions>(&start)) {
    const auto found = std::ranges::find(given->positions, partition, &admin::Position::partition);
    return found == given->positions.end() ? kNoOffset : found->offset;
  }
  const auto* time = std::get_if<admin::FromTimestamp>(&start);
  if (time == nullptr) return offsets.log_start;
  using Found = Result<std::optional<storage::TimestampedOffset>>;
  const Found first = cluster::Await<Found>([&](auto done) {
    log.FindByTimestamp(time->timestamp_ms, offsets.last_stable, std::move(done));
  });
  if (!first) return std::unexpected(first.error());
  return *first ? (*first)->offset : offsets.last_stable;
}

admin::Outcome<std::vector<RecordRange>> AdminRecords::Ranges(const admin::ScanQuery& query) const {
  std::vector<int32_t> partitions = query.partitions;
  const auto image = cluster_.Image();
  const cluster::TopicImage* const topic = image->FindTopic(query.topic);
  if (topic == nullptr) {
    return FailAbout({ErrorCode::kUnknownTopicOrPartition, "there is no topic " + query.topic},
                     query.topic);
  }
  const auto* given = std::get_if<admin::FromPositions>(&query.start);
  if (given != nullptr) {
    partitions.clear();
    for (const admin::Position& position : given->positions) {
      partitions.push_back(position.partition);
    }
  } else if (partitions.empty()) {
    for (size_t i = 0; i < topic->partitions.size(); ++i) {
      partitions.push_back(static_cast<int32_t>(i));
    }
  }
  std::vector<RecordRange> ranges;
  for (const int32_t partition : partitions) {
    services::LedPartition led = services::FindLed(cluster_, query.topic, partition);
    if (!led) return FailPartition(led.error(), {query.topic, partition});
    storage::PartitionLog& log = (*led)->log();
    Offset from = kNoOffset;
    // The search says of a log that is offline what becomes of it.
    if (log.Availability()) {
      Result<Offset> start = StartOf(query.start, partition, log);
      if (!start) return FailAbout(std::move(start).error(), query.topic);
      from = std::max<Offset>(*start, 0);
    }
    ranges.push_back({partition, from, query.end_offset.value_or(kNoOffset)});
  }
  return ranges;
}

admin::Outcome<admin::ScanSummary> AdminRecords::Scan(const admin::ScanQuery& query,
                                                      admin::ScanSink& sink, std::stop_token stop) {
  admin::Outcome<services::RecordMatcher> matcher = Compile(query.predicates);
  if (!matcher) return std::unexpected(std::move(matcher).error());
  admin::Outcome<std::vector<RecordRange>> ranges = Ranges(query);
  if (!ranges) return std::unexpected(std::move(ranges).error());
  services::RecordSearch search;
  search.topic = query.topic;
  search.ranges = *std::move(ranges);
  if (query.min_timestamp_ms) search.from_timestamp = *query.min_timestamp_ms;
  if (query.end_timestamp_ms) search.to_timestamp = *query.end_timestamp_ms;
  search.max_scanned_bytes = LimitOf(query.max_scanned_bytes);
  search.max_scanned_records = LimitOf(query.max_scanned_records);
  search.max_matches = LimitOf(query.max_matches);
  search.leave_out_unreadable = query.leave_out_unreadable;

  ScanAdapter adapter(sink, clock_, EstimateBytes(cluster_, search.topic, search.ranges));
  adapter.Begin(search.ranges);
  Result<services::SearchOutcome> outcome =
      services::SearchRecords(cluster_, search, *matcher, stop, adapter);
  if (!outcome) return FailAbout(std::move(outcome).error(), query.topic);
  const services::SearchCounters& counters = outcome->progress.counters;
  admin::ScanSummary summary;
  summary.end = ToEnd(outcome->end);
  summary.scanned_bytes = counters.scanned_bytes;
  summary.scanned_records = counters.scanned_records;
  summary.matched_records = counters.matches;
  summary.damaged_batches = counters.damaged_batches;
  summary.next = PositionsOf(outcome->progress.ranges, 0);
  for (services::UnreadablePartition& each : outcome->unreadable) {
    summary.unreadable.push_back({each.partition, std::move(each.error.message)});
  }
  return summary;
}

admin::Outcome<std::unique_ptr<admin::RecordsPort::Subscription>> AdminRecords::WhenReadable(
    const std::string& topic, const std::vector<admin::Position>& positions,
    std::function<void()> wake) {
  std::vector<services::ReadableSubscription::Position> wanted;
  for (const admin::Position& position : positions) {
    services::LedPartition led = services::FindLed(cluster_, topic, position.partition);
    if (!led) return FailPartition(led.error(), {topic, position.partition});
    wanted.push_back({*std::move(led), position.offset});
  }
  return std::make_unique<ServiceSubscription>(wanted, std::move(wake));
}

// The partition, if it is one that is missing; else the topic.
std::unexpected<admin::Failure> AdminRecords::FailProduce(Error error,
                                                          const admin::ProduceOrder& order) const {
  const auto image = cluster_.Image();
  const cluster::TopicImage* const topic = image->FindTopic(order.topic);
  if (error.code != ErrorCode::kUnknownTopicOrPartition || topic == nullptr) {
    return FailAbout(std::move(error), order.topic);
  }
  for (const admin::NewRecord& record : order.records) {
    if (!record.partition || std::cmp_less(*record.partition, topic->partitions.size())) continue;
    return admin::FailWith(
        std::move(error), {"partition", TopicPartition{order.topic, *record.partition}.ToString()});
  }
  return FailAbout(std::move(error), order.topic);
}

admin::Outcome<std::vector<admin::ProducedRecord>> AdminRecords::Produce(
    const admin::ProduceOrder& order, std::stop_token stop) {
  if (stop.stop_requested()) {
    return std::unexpected(
        admin::Failure(admin::FailureKind::kCancelled, "CANCELLED", "nothing was appended"));
  }
  const std::optional<records::Codec> codec = ToCodec(order.compression);
  if (!codec) return admin::FailField("compression_type", "no compression type of Kafka's");
  services::ProduceRecords call;
  call.topic = order.topic;
  call.codec = *codec;
  call.acks_all = order.acks_all;
  call.validate_only = order.validate_only;
  for (const admin::NewRecord& record : order.records) {
    services::NewRecord& added = call.records.emplace_back();
    added.key = record.key;
    added.value = record.value;
    for (const auto& [key, value] : record.headers) added.headers.emplace_back(key, value);
    added.timestamp = record.timestamp_ms;
    added.partition = record.partition;
  }
  Result<std::vector<services::ProducedRecord>> produced = producer_.Produce(call);
  if (!produced) return FailProduce(std::move(produced).error(), order);
  std::vector<admin::ProducedRecord> results;
  for (const services::ProducedRecord& record : *produced) {
    admin::ProducedRecord& result = results.emplace_back();
    result.partition = record.partition;
    result.offset = record.offset;
    result.timestamp_ms = record.timestamp;
    if (record.error == ErrorCode::kNone) continue;
    result.error = fmt::format("{}{}{}", ErrorName(record.error),
                               record.message.empty() ? "" : ": ", record.message);
  }
  return results;
}

}  // namespace monkafka::app
