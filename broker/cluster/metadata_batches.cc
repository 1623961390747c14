#include "cluster/metadata_batches.h"

#include <fmt/core.h>

#include <algorithm>

#include "common/log.h"
#include "records/batch_builder.h"
#include "records/control_records.h"
#include "records/record.h"

namespace monkafka::cluster {

Result<std::vector<uint8_t>> BuildMetadataBatch(const MetadataBatchOptions& options,
                                                std::span<const MetadataRecord> records) {
  records::BatchOptions batch_options;
  batch_options.base_offset = options.base_offset;
  batch_options.partition_leader_epoch = options.leader_epoch;
  records::BatchBuilder builder(batch_options);
  for (const MetadataRecord& record : records) {
    const std::vector<uint8_t> value = EncodeMetadataRecord(record);
    builder.Append(options.timestamp, std::nullopt, Bytes(value));
  }
  return std::move(builder).Build();
}

Status MetadataBatchReader::Read(Bytes bytes, Offset from, const MetadataStore::Apply& apply) {
  records::BatchIterator batches(bytes);
  for (;;) {
    Result<std::optional<records::BatchView>> batch = batches.Next();
    if (!batch) return Forward(std::move(batch));
    if (!*batch) return {};
    const records::BatchView& view = **batch;
    if (!view.CrcMatches()) {
      return Fail(
          ErrorCode::kCorruptMessage,
          fmt::format("the metadata batch at offset {} has a wrong CRC", view.base_offset()));
    }
    records::RecordIterator records(view);
    records::Record record;
    for (;;) {
      Result<bool> more = records.Next(record);
      if (!more) return Forward(std::move(more));
      if (!*more) break;
      if (record.offset < from) continue;
      Status status = view.is_control() ? ReadControl(record.key, record.value)
                                        : ReadData(record.value.value_or(Bytes{}), apply);
      if (!status) {
        status.error().message =
            fmt::format("metadata record at offset {}: {}", record.offset, status.error().message);
        return status;
      }
    }
    last_timestamp_ = std::max(last_timestamp_, view.max_timestamp());
  }
}

Status MetadataBatchReader::ReadData(Bytes value, const MetadataStore::Apply& apply) {
  Result<std::optional<MetadataRecord>> record = DecodeMetadataRecord(value);
  if (!record) return Forward(std::move(record));
  if (*record) return apply(**record);
  unknown_records_.emplace_back(value.begin(), value.end());
  return {};
}

Status MetadataBatchReader::ReadControl(const std::optional<Bytes>& key,
                                        const std::optional<Bytes>& value) {
  Result<records::ControlRecordType> type = records::ParseControlKey(key);
  if (!type) return Forward(std::move(type));
  using records::ControlRecordType;
  if (*type == ControlRecordType::kSnapshotFooter) saw_snapshot_footer_ = true;
  if ((*type == ControlRecordType::kKraftVersion || *type == ControlRecordType::kKraftVoters) &&
      value) {
    kraft_records_[static_cast<int16_t>(*type)].assign(value->begin(), value->end());
  }
  return {};
}

}  // namespace monkafka::cluster
