// Control records: the only records of a control batch, written by brokers, never by clients.
//
//   key    version int16 = 0 | type int16
//
//   value by type
//     abort, commit     version int16 = 0 | coordinator epoch int32               (KIP-98)
//     leader change     version int16 = 0 | leader id int32 |
//                       voters, granting voters: compact arrays of { id int32, tags } | tags
//     snapshot header   version int16 = 0 | last contained log timestamp int64 | tags   (KIP-630)
//     snapshot footer   version int16 = 0 | tags
//     kraft version     version int16 = 0 | kraft.version int16 | tags            (KIP-853)
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "common/bytes.h"
#include "common/result.h"
#include "common/types.h"
#include "records/batch_builder.h"

namespace monkafka::records {

enum class ControlRecordType : int16_t {
  kAbort = 0,
  kCommit = 1,
  kLeaderChange = 2,
  kSnapshotHeader = 3,
  kSnapshotFooter = 4,
  kKraftVersion = 5,
  kKraftVoters = 6,
};

std::array<uint8_t, 4> EncodeControlKey(ControlRecordType type);

// The type id in a control record's key; ids that are not in the enum are returned as they are,
// to be ignored. INVALID_RECORD for a missing, short or negative-version key.
Result<ControlRecordType> ParseControlKey(const std::optional<Bytes>& key);

struct EndTxnMarker {
  bool committed = false;
  int32_t coordinator_epoch = 0;
};

std::array<uint8_t, 6> EncodeEndTxnValue(const EndTxnMarker& marker);

// The marker in a record of a transactional control batch. INVALID_RECORD if it is none.
Result<EndTxnMarker> ParseEndTxnMarker(const RecordView& record);

struct EndTxnMarkerOptions {
  Offset base_offset = 0;
  LeaderEpoch partition_leader_epoch = kNoEpoch;
  TimestampMs timestamp = kNoTimestamp;
  ProducerId producer_id = kNoProducerId;
  ProducerEpoch producer_epoch = kNoProducerEpoch;
};

// A control batch with the one marker that ends a producer's transaction in a partition.
std::vector<uint8_t> BuildEndTxnBatch(const EndTxnMarkerOptions& options,
                                      const EndTxnMarker& marker);

// Control batches of the metadata log and its snapshots; one record each, no producer.
struct KraftControlOptions {
  Offset base_offset = 0;
  LeaderEpoch partition_leader_epoch = kNoEpoch;
  TimestampMs timestamp = kNoTimestamp;
};

// The first batch of every leader epoch.
std::vector<uint8_t> BuildLeaderChangeBatch(const KraftControlOptions& options, int32_t leader_id,
                                            std::span<const int32_t> voters,
                                            std::span<const int32_t> granting_voters);

// The first and the last batch of a snapshot.
std::vector<uint8_t> BuildSnapshotHeaderBatch(const KraftControlOptions& options,
                                              TimestampMs last_contained_log_timestamp);
std::vector<uint8_t> BuildSnapshotFooterBatch(const KraftControlOptions& options);
std::vector<uint8_t> BuildKraftVersionBatch(const KraftControlOptions& options,
                                            int16_t kraft_version);

}  // namespace monkafka::records
