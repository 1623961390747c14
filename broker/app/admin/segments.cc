#include "app/admin/segments.h"

#include <fmt/core.h>

#include "app/admin/batch_reading.h"
#include "app/admin/verification.h"
#include "storage/inspect/interruptible_file.h"
#include "storage/names.h"

namespace monkafka::app {
namespace {

std::unexpected<admin::Failure> FailAt(Error error, const TopicPartition& tp) {
  return admin::FailWith(std::move(error), {"partition", tp.ToString()});
}

std::unexpected<admin::Failure> NoSegment(const TopicPartition& tp, Offset base_offset) {
  admin::Failure failure(
      admin::FailureKind::kNotFound, "SEGMENT_NOT_FOUND",
      fmt::format("{} has no segment with base offset {}", tp.ToString(), base_offset));
  failure.resource = {"segment", fmt::format("{}/{}", tp.ToString(), base_offset)};
  return std::unexpected(std::move(failure));
}

bool IsAfter(const TopicPartition& tp, Offset base_offset,
             const std::optional<admin::SegmentsPort::Cursor>& cursor) {
  return !cursor ||
         std::pair(tp.partition, base_offset) > std::pair(cursor->partition, cursor->base_offset);
}

}  // namespace

Result<std::vector<TopicPartition>> AdminSegments::Find(const std::string& topic,
                                                        std::optional<int32_t> partition) const {
  if (!partition) return source_.Partitions(topic);
  return std::vector<TopicPartition>{{topic, *partition}};
}

Result<std::optional<admin::SegmentInfo>> AdminSegments::Summarize(
    const TopicPartition& tp, const storage::PartitionFiles& files,
    const storage::SegmentFiles& segment, admin::SegmentView view,
    const std::stop_token& stop) const {
  const auto detail = view == admin::SegmentView::kFull ? storage::SegmentDetail::kCounts
                                                        : storage::SegmentDetail::kBasic;
  auto summary = storage::SummarizeSegment(source_.file_system(), files, segment, detail, stop);
  const std::string path = files.PathOf(segment.base_offset, storage::kLogSuffix);
  if (!summary) {
    const Result<bool> exists = source_.file_system().Exists(path);
    if (files.live && exists && !*exists) return std::nullopt;
    return Forward(std::move(summary));
  }
  admin::SegmentInfo info;
  info.topic = tp.topic;
  info.partition = tp.partition;
  info.base_offset = segment.base_offset;
  info.next_offset = summary->next_offset;
  info.log_size_bytes = segment.log_bytes;
  info.offset_index_size_bytes = segment.offset_index_bytes.value_or(-1);
  info.time_index_size_bytes = segment.time_index_bytes.value_or(-1);
  info.transaction_index_size_bytes = segment.txn_index_bytes.value_or(-1);
  info.active = segment.active;
  info.first_timestamp_ms = summary->first_timestamp;
  info.max_timestamp_ms = summary->max_timestamp;
  info.batch_count = summary->batch_count;
  info.record_count = summary->record_count;
  info.path = path;
  return info;
}

admin::Outcome<std::vector<admin::SegmentInfo>> AdminSegments::List(
    const std::string& topic, std::optional<int32_t> partition, admin::SegmentView view,
    std::optional<Cursor> after, size_t limit, std::stop_token stop) {
  Result<std::vector<TopicPartition>> partitions = Find(topic, partition);
  if (!partitions) return admin::FailWith(std::move(partitions).error(), {"topic", topic});
  std::vector<admin::SegmentInfo> infos;
  for (const TopicPartition& tp : *partitions) {
    if (after && tp.partition < after->partition) continue;
    Result<SegmentSource::Partition> opened = source_.Open(tp);
    if (!opened) return FailAt(std::move(opened).error(), tp);
    for (const storage::SegmentFiles& segment : opened->files.segments) {
      if (infos.size() == limit) return infos;
      if (!IsAfter(tp, segment.base_offset, after)) continue;
      auto info = Summarize(tp, opened->files, segment, view, stop);
      if (!info && storage::IsInterruption(info.error())) return infos;
      if (!info) return FailAt(std::move(info).error(), tp);
      if (*info) infos.push_back(**std::move(info));
    }
  }
  return infos;
}

admin::Outcome<admin::SegmentInfo> AdminSegments::Get(const std::string& topic, int32_t partition,
                                                      int64_t base_offset, admin::SegmentView view,
                                                      std::stop_token stop) {
  const TopicPartition tp{topic, partition};
  Result<SegmentSource::Partition> opened = source_.Open(tp);
  if (!opened) return FailAt(std::move(opened).error(), tp);
  const storage::SegmentFiles* const segment = opened->files.FindSegment(base_offset);
  if (segment == nullptr) return NoSegment(tp, base_offset);
  auto info = Summarize(tp, opened->files, *segment, view, stop);
  if (!info) return FailAt(std::move(info).error(), tp);
  if (!*info) return NoSegment(tp, base_offset);
  return **std::move(info);
}

admin::Outcome<admin::BatchSummary> AdminSegments::ReadBatches(const admin::BatchRange& range,
                                                               admin::BatchSink& sink,
                                                               std::stop_token stop) {
  const TopicPartition tp{range.topic, range.partition};
  Result<SegmentSource::Partition> opened = source_.Open(tp);
  if (!opened) return FailAt(std::move(opened).error(), tp);
  if (range.segment_base_offset &&
      opened->files.FindSegment(*range.segment_base_offset) == nullptr) {
    return NoSegment(tp, *range.segment_base_offset);
  }
  Result<admin::BatchSummary> summary =
      BatchReading(source_.file_system(), opened->files, range, sink, stop).Run();
  if (!summary) return FailAt(std::move(summary).error(), tp);
  return *summary;
}

admin::Outcome<admin::VerifySummary> AdminSegments::Verify(const admin::VerifyScope& scope,
                                                           admin::VerifySink& sink,
                                                           std::stop_token stop) {
  Result<std::vector<TopicPartition>> partitions = Find(scope.topic, scope.partition);
  if (!partitions) return admin::FailWith(std::move(partitions).error(), {"topic", scope.topic});
  if (scope.partition) {
    const TopicPartition& tp = partitions->front();
    Result<SegmentSource::Partition> opened = source_.Open(tp);
    if (!opened) return FailAt(std::move(opened).error(), tp);
    if (scope.segment_base_offset &&
        opened->files.FindSegment(*scope.segment_base_offset) == nullptr) {
      return NoSegment(tp, *scope.segment_base_offset);
    }
  }
  std::optional<VerificationStart> start;
  if (!scope.start_file.empty()) {
    start = ParseVerificationStart(scope.start_file);
    if (!start) {
      return admin::FailField("start_file",
                              "no file of a segment; give it as progress names it, "
                              "e.g. orders-0/00000000000000000000.log");
    }
    if (!scope.topic.empty() && start->topic_partition.topic != scope.topic) {
      return admin::FailField("start_file", "not of topic " + scope.topic);
    }
    if (scope.partition && start->topic_partition.partition != *scope.partition) {
      return admin::FailField("start_file", fmt::format("not of partition {}", *scope.partition));
    }
    if (scope.segment_base_offset && start->base_offset != *scope.segment_base_offset) {
      return admin::FailField("start_file", fmt::format("not of the segment with base offset {}",
                                                        *scope.segment_base_offset));
    }
  }
  return Verification(source_, scope, std::move(start), sink, std::move(stop)).Run(*partitions);
}

}  // namespace monkafka::app
