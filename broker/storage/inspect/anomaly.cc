#include "storage/inspect/anomaly.h"

namespace monkafka::storage {

std::string_view AnomalyName(AnomalyKind kind) {
  switch (kind) {
    case AnomalyKind::kBadCrc:
      return "BAD_CRC";
    case AnomalyKind::kNotABatch:
      return "NOT_A_BATCH";
    case AnomalyKind::kTornTail:
      return "TORN_TAIL";
    case AnomalyKind::kOffsetGap:
      return "OFFSET_GAP";
    case AnomalyKind::kOffsetRegression:
      return "OFFSET_REGRESSION";
    case AnomalyKind::kBatchCountMismatch:
      return "BATCH_COUNT_MISMATCH";
    case AnomalyKind::kUnreadableRecords:
      return "UNREADABLE_RECORDS";
    case AnomalyKind::kTimestampMismatch:
      return "TIMESTAMP_MISMATCH";
    case AnomalyKind::kLeaderEpochOrder:
      return "LEADER_EPOCH_ORDER";
    case AnomalyKind::kUnreadableFile:
      return "UNREADABLE_FILE";
    case AnomalyKind::kMissingRecords:
      return "MISSING_RECORDS";
    case AnomalyKind::kIndexMismatch:
      return "INDEX_MISMATCH";
    case AnomalyKind::kIndexOutOfOrder:
      return "INDEX_OUT_OF_ORDER";
    case AnomalyKind::kTimeIndexMismatch:
      return "TIME_INDEX_MISMATCH";
    case AnomalyKind::kTimeIndexOutOfOrder:
      return "TIME_INDEX_OUT_OF_ORDER";
    case AnomalyKind::kTxnIndexMismatch:
      return "TXN_INDEX_MISMATCH";
    case AnomalyKind::kBadProducerSnapshot:
      return "BAD_PRODUCER_SNAPSHOT";
    case AnomalyKind::kBadCheckpoint:
      return "BAD_CHECKPOINT";
    case AnomalyKind::kMissingFile:
      return "MISSING_FILE";
    case AnomalyKind::kOrphanFile:
      return "ORPHAN_FILE";
  }
  return "UNKNOWN";
}

Severity SeverityOf(AnomalyKind kind) {
  switch (kind) {
    case AnomalyKind::kTornTail:
    case AnomalyKind::kIndexMismatch:
    case AnomalyKind::kIndexOutOfOrder:
    case AnomalyKind::kTimeIndexMismatch:
    case AnomalyKind::kTimeIndexOutOfOrder:
    case AnomalyKind::kTxnIndexMismatch:
    case AnomalyKind::kBadProducerSnapshot:
    case AnomalyKind::kBadCheckpoint:
    case AnomalyKind::kMissingFile:
    case AnomalyKind::kOrphanFile:
      return Severity::kWarning;
    default:
      return Severity::kError;
  }
}

Severity SeverityOf(const Anomaly& anomaly) {
  return anomaly.prevents_start ? Severity::kError : SeverityOf(anomaly.kind);
}

}  // namespace monkafka::storage
