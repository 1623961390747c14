#include "records/control_records.h"

#include <string>

#include "common/check.h"
#include "common/endian.h"
#include "records/varint.h"

namespace monkafka::records {
namespace {

constexpr int16_t kVersion = 0;  // of every key and value written here
constexpr uint32_t kNoTags = 0;

template <class T>
void AppendBig(std::vector<uint8_t>& out, T value) {
  uint8_t bytes[sizeof(T)];
  StoreBig(bytes, value);
  out.insert(out.end(), bytes, bytes + sizeof(T));
}

std::vector<uint8_t> BuildOne(const BatchOptions& options, TimestampMs timestamp,
                              ControlRecordType type, Bytes value) {
  BatchBuilder builder(options);
  const auto key = EncodeControlKey(type);
  builder.Append(timestamp, Bytes(key), value);
  auto batch = std::move(builder).Build();
  CHECK(batch.has_value());  // fails only above 2 GiB
  return *std::move(batch);
}

std::vector<uint8_t> BuildKraft(const KraftControlOptions& options, ControlRecordType type,
                                const std::vector<uint8_t>& value) {
  return BuildOne({.base_offset = options.base_offset,
                   .partition_leader_epoch = options.partition_leader_epoch,
                   .control = true},
                  options.timestamp, type, value);
}

void AppendVoters(std::vector<uint8_t>& out, std::span<const int32_t> voters) {
  AppendUnsignedVarint(out, static_cast<uint32_t>(voters.size()) + 1);
  for (const int32_t voter : voters) {
    AppendBig(out, voter);
    AppendUnsignedVarint(out, kNoTags);
  }
}

}  // namespace

std::array<uint8_t, 4> EncodeControlKey(ControlRecordType type) {
  std::array<uint8_t, 4> key;
  StoreBig<int16_t>(key.data(), kVersion);
  StoreBig<int16_t>(key.data() + 2, static_cast<int16_t>(type));
  return key;
}

Result<ControlRecordType> ParseControlKey(const std::optional<Bytes>& key) {
  if (!key || key->size() < 4) {
    return Fail(ErrorCode::kInvalidRecord, "the key of a control record has at least 4 bytes");
  }
  const auto version = LoadBig<int16_t>(key->data());
  if (version < 0) {
    return Fail(ErrorCode::kInvalidRecord,
                "control record key of version " + std::to_string(version));
  }
  return static_cast<ControlRecordType>(LoadBig<int16_t>(key->data() + 2));
}

std::array<uint8_t, 6> EncodeEndTxnValue(const EndTxnMarker& marker) {
  std::array<uint8_t, 6> value;
  StoreBig<int16_t>(value.data(), kVersion);
  StoreBig<int32_t>(value.data() + 2, marker.coordinator_epoch);
  return value;
}

Result<EndTxnMarker> ParseEndTxnMarker(const RecordView& record) {
  Result<ControlRecordType> type = ParseControlKey(record.key);
  if (!type) return Forward(std::move(type));
  if (*type != ControlRecordType::kAbort && *type != ControlRecordType::kCommit) {
    return Fail(ErrorCode::kInvalidRecord, "control record of type " +
                                               std::to_string(static_cast<int16_t>(*type)) +
                                               " is no end of a transaction");
  }
  if (!record.value || record.value->size() < 6) {
    return Fail(ErrorCode::kInvalidRecord, "an end transaction marker has at least 6 bytes");
  }
  const auto version = LoadBig<int16_t>(record.value->data());
  if (version < 0) {
    return Fail(ErrorCode::kInvalidRecord,
                "end transaction marker of version " + std::to_string(version));
  }
  return EndTxnMarker{.committed = *type == ControlRecordType::kCommit,
                      .coordinator_epoch = LoadBig<int32_t>(record.value->data() + 2)};
}

std::vector<uint8_t> BuildEndTxnBatch(const EndTxnMarkerOptions& options,
                                      const EndTxnMarker& marker) {
  const auto value = EncodeEndTxnValue(marker);
  return BuildOne({.base_offset = options.base_offset,
                   .partition_leader_epoch = options.partition_leader_epoch,
                   .producer_id = options.producer_id,
                   .producer_epoch = options.producer_epoch,
                   .transactional = true,
                   .control = true},
                  options.timestamp,
                  marker.committed ? ControlRecordType::kCommit : ControlRecordType::kAbort, value);
}

std::vector<uint8_t> BuildLeaderChangeBatch(const KraftControlOptions& options, int32_t leader_id,
                                            std::span<const int32_t> voters,
                                            std::span<const int32_t> granting_voters) {
  std::vector<uint8_t> value;
  AppendBig(value, kVersion);
  AppendBig(value, leader_id);
  AppendVoters(value, voters);
  AppendVoters(value, granting_voters);
  AppendUnsignedVarint(value, kNoTags);
  return BuildKraft(options, ControlRecordType::kLeaderChange, value);
}

std::vector<uint8_t> BuildSnapshotHeaderBatch(const KraftControlOptions& options,
                                              TimestampMs last_contained_log_timestamp) {
  std::vector<uint8_t> value;
  AppendBig(value, kVersion);
  AppendBig(value, last_contained_log_timestamp);
  AppendUnsignedVarint(value, kNoTags);
  return BuildKraft(options, ControlRecordType::kSnapshotHeader, value);
}

std::vector<uint8_t> BuildSnapshotFooterBatch(const KraftControlOptions& options) {
  std::vector<uint8_t> value;
  AppendBig(value, kVersion);
  AppendUnsignedVarint(value, kNoTags);
  return BuildKraft(options, ControlRecordType::kSnapshotFooter, value);
}

std::vector<uint8_t> BuildKraftVersionBatch(const KraftControlOptions& options,
                                            int16_t kraft_version) {
  std::vector<uint8_t> value;
  AppendBig(value, kVersion);
  AppendBig(value, kraft_version);
  AppendUnsignedVarint(value, kNoTags);
  return BuildKraft(options, ControlRecordType::kKraftVersion, value);
}

}  // namespace monkafka::records
