#include "app/admin/live_segments.h"

#include <algorithm>

#include "services/partition_lookup.h"
#include "storage/names.h"

namespace monkafka::app {
namespace {

TopicPartition MetadataPartition() { return {std::string(storage::kMetadataTopic), 0}; }

}  // namespace

Result<std::vector<TopicPartition>> LiveSegments::Partitions(const std::string& topic) const {
  std::vector<TopicPartition> found;
  for (const auto& partition : cluster_.Partitions()) {
    const TopicPartition& tp = partition->topic_partition();
    if (topic.empty() || tp.topic == topic) found.push_back(tp);
  }
  if (topic.empty() || topic == storage::kMetadataTopic) found.push_back(MetadataPartition());
  if (found.empty() && !topic.empty()) {
    return Fail(ErrorCode::kUnknownTopicOrPartition, "there is no topic " + topic);
  }
  std::ranges::sort(found);
  return found;
}

Result<SegmentSource::Partition> LiveSegments::Open(const TopicPartition& tp) const {
  Partition opened;
  Result<storage::LogFiles> log = Fail(ErrorCode::kUnknownTopicOrPartition);
  if (tp == MetadataPartition()) {
    if (const auto metadata = logs_.Find(tp)) log = metadata->Files();
  } else {
    services::LedPartition led = services::FindLed(cluster_, tp.topic, tp.partition);
    if (!led) return Fail(led.error(), "there is no partition " + tp.ToString());
    opened.compacted = (*led)->log().Config().cleanup_compact;
    log = (*led)->log().Files();
  }
  if (!log) return Forward(std::move(log));
  Result<storage::PartitionFiles> files = storage::ListPartitionFiles(file_system_, *log);
  if (!files) return Forward(std::move(files));
  opened.files = *std::move(files);
  return opened;
}

}  // namespace monkafka::app
