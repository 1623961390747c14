#include "admin/services/record_stream.h"

#include "admin/services/convert.h"

namespace monkafka::admin {
namespace {

v1::ScanEnd ToProto(ScanEnd end) {
  switch (end) {
    case ScanEnd::kComplete:
      return v1::SCAN_END_COMPLETE;
    case ScanEnd::kBudget:
      return v1::SCAN_END_BUDGET;
    case ScanEnd::kLimit:
      return v1::SCAN_END_LIMIT;
    case ScanEnd::kStopped:  // nobody is there to read it
      break;
  }
  return v1::SCAN_END_UNSPECIFIED;
}

}  // namespace

void Fill(const std::string& topic, int32_t partition, const RecordView& record,
          int32_t max_field_bytes, v1::PartitionRecord& out) {
  out.set_topic(topic);
  out.set_partition(partition);
  ToProto(record, max_field_bytes, *out.mutable_record());
}

void Fill(const ScanProgress& progress, v1::ScanProgress& out) {
  out.set_scanned_bytes(progress.scanned_bytes);
  out.set_scanned_records(progress.scanned_records);
  out.set_matched_records(progress.matched_records);
  out.set_total_bytes(progress.total_bytes);
  out.set_partition(progress.partition);
  out.set_offset(progress.offset);
  out.set_end_offset(progress.end_offset);
}

void Fill(const ScanSummary& summary, v1::ScanSummary& out) {
  out.set_end(ToProto(summary.end));
  out.set_scanned_bytes(summary.scanned_bytes);
  out.set_scanned_records(summary.scanned_records);
  out.set_matched_records(summary.matched_records);
  out.set_damaged_batches(summary.damaged_batches);
  for (const Position& position : summary.next) {
    v1::NextOffset& added = *out.add_next_offsets();
    added.set_partition(position.partition);
    added.set_offset(position.offset);
  }
  for (const UnreadablePartition& unreadable : summary.unreadable) {
    v1::UnreadablePartition& added = *out.add_unreadable_partitions();
    added.set_partition(unreadable.partition);
    added.set_reason(unreadable.reason);
  }
}

}  // namespace monkafka::admin
