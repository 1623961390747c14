// Metadata records in record batches, as they lie in the metadata log and in its snapshots. What
// this broker does not know (record types of features it lacks, the voters of a KRaft quorum) is
// carried along unchanged, so that a directory can go back to Kafka.
#pragma once

#include <map>
#include <span>
#include <vector>

#include "cluster/metadata_records.h"
#include "cluster/metadata_store.h"
#include "common/bytes.h"
#include "common/result.h"
#include "common/types.h"

namespace monkafka::cluster {

struct MetadataBatchOptions {
  Offset base_offset = 0;
  LeaderEpoch leader_epoch = 0;
  TimestampMs timestamp = 0;
};

// One batch; at least one record.
Result<std::vector<uint8_t>> BuildMetadataBatch(const MetadataBatchOptions& options,
                                                std::span<const MetadataRecord> records);

// Reads batches, keeping what is to be carried along.
class MetadataBatchReader {
 public:
  // Whole batches: checks every CRC and hands the known records from offset `from` on to `apply`,
  // in order.
  Status Read(Bytes batches, Offset from, const MetadataStore::Apply& apply);

  TimestampMs last_timestamp() const { return last_timestamp_; }
  bool saw_snapshot_footer() const { return saw_snapshot_footer_; }

  // Values of records whose type is unknown, in order.
  const std::vector<std::vector<uint8_t>>& unknown_records() const { return unknown_records_; }
  // The last KRaft version and voters control records (KIP-853): type to value.
  const std::map<int16_t, std::vector<uint8_t>>& kraft_records() const { return kraft_records_; }

 private:
  Status ReadData(Bytes value, const MetadataStore::Apply& apply);
  Status ReadControl(const std::optional<Bytes>& key, const std::optional<Bytes>& value);

  TimestampMs last_timestamp_ = kNoTimestamp;
  bool saw_snapshot_footer_ = false;
  std::vector<std::vector<uint8_t>> unknown_records_;
  std::map<int16_t, std::vector<uint8_t>> kraft_records_;
};

}  // namespace monkafka::cluster
