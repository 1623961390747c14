// What a broker checks and changes in a batch before it is appended, apart from what depends on the
// log (offsets, epochs, producer state). Pure functions: no clock, no log, no locks; any thread.
//
// The rules and their order are those of Kafka's leader append. The usual batch, sent uncompressed
// or in the topic's codec with CreateTime, is neither copied nor written to, and nothing is
// allocated for it (compressed: beyond the per-thread decompression buffers).
#pragma once

#include <cstdint>
#include <expected>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "common/bytes.h"
#include "common/result.h"
#include "common/types.h"
#include "records/batch.h"
#include "records/codec.h"
#include "records/compression.h"

namespace monkafka::records {

// The one batch of a partition in a Produce request (v3 and up). Fails with INVALID_RECORD if there
// is none, it is not whole, its magic is not 2, or a second one follows; CORRUPT_MESSAGE for a
// length or magic that cannot be; UNSUPPORTED_COMPRESSION_TYPE for zstd if the request's version
// (below 7) does not allow it. The rest of a cut-off second batch is ignored, as Kafka does, so the
// view may be shorter than `records`.
Result<BatchView> ParseProducedBatch(Bytes records, bool zstd_allowed = true);

struct ValidationRules {
  // Clients may not choose offsets nor write control batches; brokers (coordinators) may.
  bool from_client = true;
  int32_t max_message_bytes =
      1048588;             // max.message.bytes, the 12 bytes before the length included
  bool compacted = false;  // cleanup.policy has compact: records need keys
  TimestampType timestamp_type = TimestampType::kCreateTime;  // message.timestamp.type
  int64_t timestamp_before_max_ms = std::numeric_limits<int64_t>::max();
  int64_t timestamp_after_max_ms = std::numeric_limits<int64_t>::max();
  TimestampMs now = 0;
  std::optional<Codec> target_codec = {};  // compression.type; absent: "producer", as sent
  std::optional<int> target_level = {};    // absent: the codec's default
  DecompressionLimits decompression = {};
};

// One rejected record, as Produce v8+ reports it (KIP-467).
struct RecordError {
  int32_t batch_index = 0;  // counts the batch's records from 0
  std::string message;
};

// The batch is rejected as a whole; nothing in it was changed.
struct ValidationError {
  Error error;
  // The records to blame, in order, at most kMaxRecordErrors; empty if the batch itself is at
  // fault.
  std::vector<RecordError> record_errors;
};

inline constexpr size_t kMaxRecordErrors = 1000;

struct ValidatedBatch {
  // What to append: the caller's bytes, or `rewritten`'s. Base offset and partition leader epoch
  // are still the sender's.
  MutableBytes batch;
  // The new batch, if it had to be rewritten: another codec, or record offsets that did not count
  // 0, 1, 2... Moving this struct keeps `batch` valid.
  std::vector<uint8_t> rewritten;
  bool was_rewritten() const { return !rewritten.empty(); }

  TimestampMs max_timestamp = kNoTimestamp;  // as it is now in the header
  // Of the first record with that timestamp; -1 if no record has one. (Kafka's time index stores
  // the batch's last offset instead.)
  int32_t offset_delta_of_max_timestamp = -1;
  int32_t record_count = 0;
};

using ValidationResult = std::expected<ValidatedBatch, ValidationError>;

// Checks one whole batch (as ParseProducedBatch found it) and sets its timestamp type and max
// timestamp. Codes, in the order of the checks:
//   INVALID_RECORD                a client's base offset is not 0
//   MESSAGE_TOO_LARGE             larger than max_message_bytes
//   CORRUPT_MESSAGE               the CRC does not match
//   UNSUPPORTED_COMPRESSION_TYPE  a codec id that does not exist
//   INVALID_RECORD                last offset delta + 1 != record count, or no records;
//                                 a control batch from a client;
//                                 a producer id without a sequence
//   INVALID_RECORD                records that cannot be read, more or fewer than the record count
//   INVALID_TIMESTAMP             with record errors: out of the allowed range, or the sender
//   claims
//                                 LogAppendTime (wins over the next)
//   INVALID_RECORD                with record errors: no key on a compacted topic
//   MESSAGE_TOO_LARGE             larger than max_message_bytes after recompression, or
//   decompresses
//                                 to more than the limit
ValidationResult ValidateBatch(MutableBytes batch, const ValidationRules& rules);

}  // namespace monkafka::records
