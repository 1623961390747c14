#include "app/admin/offsets.h"

#include <numeric>
#include <set>
#include <utility>

#include "app/admin/failures.h"
#include "app/admin/wait.h"
#include "services/offset_lookup.h"
#include "services/partition_lookup.h"
#include "services/record_time.h"

namespace monkafka::app {
namespace {

using admin::Outcome;

std::unexpected<admin::Failure> NoTopic(const std::string& name) {
  return FailAbout(Error{ErrorCode::kUnknownTopicOrPartition, "there is no topic " + name}, "topic",
                   name);
}

TimestampMs Searched(admin::OffsetSpec spec, TimestampMs timestamp) {
  switch (spec) {
    case admin::OffsetSpec::kTimestamp:
      break;
    case admin::OffsetSpec::kEarliest:
      return static_cast<TimestampMs>(services::OffsetSpec::kEarliest);
    case admin::OffsetSpec::kLatest:
    case admin::OffsetSpec::kLastStable:
      return static_cast<TimestampMs>(services::OffsetSpec::kLatest);
    case admin::OffsetSpec::kMaxTimestamp:
      return static_cast<TimestampMs>(services::OffsetSpec::kMaxTimestamp);
  }
  return timestamp;
}

admin::PartitionOffsets OffsetsOf(const std::string& topic,
                                  const services::PartitionDescription& described) {
  admin::PartitionOffsets offsets;
  offsets.topic = topic;
  offsets.partition = described.partition;
  offsets.leader_epoch = described.state.leader_epoch;
  offsets.offline_reason = described.offline;
  if (!described.offsets) return offsets;
  offsets.log_start_offset = described.offsets->log_start;
  offsets.last_stable_offset = described.offsets->last_stable;
  offsets.high_watermark = described.offsets->log_end;
  offsets.log_end_offset = described.offsets->log_end;
  offsets.durable_end_offset = described.offsets->durable_end;
  offsets.size_bytes = described.size_in_bytes;
  offsets.rates = {described.append_rate.records_per_second,
                   described.append_rate.bytes_per_second};
  return offsets;
}

}  // namespace

void AdminOffsets::AddTopic(const cluster::TopicImage& topic,
                            std::vector<admin::PartitionOffsets>& offsets) const {
  for (const auto& partition : topics_.DescribePartitions(topic)) {
    offsets.push_back(OffsetsOf(topic.name, partition));
  }
}

Outcome<std::vector<admin::PartitionOffsets>> AdminOffsets::Snapshot(
    const std::vector<std::string>& topics) {
  const auto image = cluster_.Image();
  std::vector<admin::PartitionOffsets> offsets;
  for (const std::string& name : std::set<std::string>(topics.begin(), topics.end())) {
    const cluster::TopicImage* topic = image->FindTopic(name);
    if (topic == nullptr) return NoTopic(name);
    AddTopic(*topic, offsets);
  }
  if (!topics.empty()) return offsets;
  for (const auto& [name, topic] : image->topics) {
    if (!cluster::IsInternalTopic(name)) AddTopic(*topic, offsets);
  }
  return offsets;
}

Outcome<std::vector<admin::FoundOffset>> AdminOffsets::Find(const std::string& topic,
                                                            const std::vector<int32_t>& partitions,
                                                            admin::OffsetSpec spec,
                                                            int64_t timestamp_ms,
                                                            std::stop_token stop) {
  const auto image = cluster_.Image();
  const cluster::TopicImage* known = image->FindTopic(topic);
  if (known == nullptr) return NoTopic(topic);
  std::set<int32_t> wanted(partitions.begin(), partitions.end());
  for (size_t i = 0; partitions.empty() && i < known->partitions.size(); ++i) {
    wanted.insert(static_cast<int32_t>(i));
  }
  std::vector<admin::FoundOffset> all;
  for (const int32_t partition : wanted) {
    const std::string name = TopicPartition{topic, partition}.ToString();
    const services::LedPartition led = services::FindLed(cluster_, topic, partition);
    const ErrorCode error = led ? (*led)->CheckLeaderEpoch(kNoEpoch) : led.error();
    if (error == ErrorCode::kUnknownTopicOrPartition) {
      return FailAbout(Error{error, "there is no partition " + name}, "partition", name);
    }
    if (error != ErrorCode::kNone) {
      return FailAbout(Error{error, "partition " + name + " cannot be read now"}, "partition",
                       name);
    }
    auto found = WaitForResult<storage::TimestampedOffset>(stop, [&](auto done) {
      services::FindOffset(*led, Searched(spec, timestamp_ms),
                           spec == admin::OffsetSpec::kLastStable, std::move(done));
    });
    if (!found) return FailAbout(std::move(found).error(), "partition", name);
    if (spec == admin::OffsetSpec::kEarliest) {
      // Kafka's answer has none; what is there is worth the read.
      const auto written = services::TimestampAt((*led)->log(), found->offset);
      if (!written) return FailAbout(written.error(), "partition", name);
      found->timestamp = written->value_or(kNoTimestamp);
    }
    all.push_back({partition, found->offset, found->timestamp, found->leader_epoch});
  }
  return all;
}

}  // namespace monkafka::app
