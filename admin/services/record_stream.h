// What tail, read and search send.
#pragma once

#include "admin/port/records.h"
#include "admin/services/convert.h"
#include "monkafka/admin/v1/records.pb.h"

namespace monkafka::admin {

inline void Fill(const std::string& topic, int32_t partition, const RecordView& record,
                 int32_t max_field_bytes, v1::PartitionRecord& out) {
  out.set_topic(topic);
  out.set_partition(partition);
  ToProto(record, max_field_bytes, *out.mutable_record());
}

void Fill(const ScanProgress& progress, v1::ScanProgress& out);
// Without a resume token.
void Fill(const ScanSummary& summary, v1::ScanSummary& out);

}  // namespace monkafka::admin
