// One record batch, format v2 (KIP-98): the same bytes on the wire and on disk. All integers are
// big-endian.
//
//   offset  size  field
//        0     8  base offset                 set by the broker, outside the CRC
//        8     4  batch length                bytes after this field: size - 12
//       12     4  partition leader epoch      set by the broker, outside the CRC
//       16     1  magic = 2
//       17     4  CRC-32C of everything from the attributes to the end
//       21     2  attributes                  see the masks below
//       23     4  last offset delta           the last record's offset - base offset
//       27     8  base timestamp (ms)         or the delete horizon, if bit 6 is set (KIP-534)
//       35     8  max timestamp (ms)
//       43     8  producer id                 -1: none
//       51     2  producer epoch              -1: none
//       53     4  base sequence               -1: none
//       57     4  record count
//       61     -  records                     compressed as a whole by the codec in the attributes
//
// Views and editors are a pointer and a length: cheap to copy, valid while the bytes are, and safe
// to use from several threads as far as the bytes are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "common/bytes.h"
#include "common/check.h"
#include "common/endian.h"
#include "common/result.h"
#include "common/types.h"
#include "records/codec.h"

namespace monkafka::records {

inline constexpr size_t kBaseOffsetAt = 0;
inline constexpr size_t kBatchLengthAt = 8;
inline constexpr size_t kPartitionLeaderEpochAt = 12;
inline constexpr size_t kMagicAt = 16;
inline constexpr size_t kCrcAt = 17;
inline constexpr size_t kAttributesAt = 21;
inline constexpr size_t kLastOffsetDeltaAt = 23;
inline constexpr size_t kBaseTimestampAt = 27;
inline constexpr size_t kMaxTimestampAt = 35;
inline constexpr size_t kProducerIdAt = 43;
inline constexpr size_t kProducerEpochAt = 51;
inline constexpr size_t kBaseSequenceAt = 53;
inline constexpr size_t kRecordCountAt = 57;
inline constexpr size_t kBatchOverhead = 61;     // the whole header; the smallest batch
inline constexpr size_t kLogOverhead = 12;       // what the batch length does not count
inline constexpr size_t kSizeUpToMagic = 17;     // enough bytes to know length and magic
inline constexpr int32_t kMinLegacyLength = 14;  // the smallest batch length of any magic
inline constexpr int8_t kMagic = 2;

inline constexpr uint16_t kCodecMask = 0x07;
inline constexpr uint16_t kLogAppendTimeMask = 0x08;
inline constexpr uint16_t kTransactionalMask = 0x10;
inline constexpr uint16_t kControlMask = 0x20;
inline constexpr uint16_t kDeleteHorizonMask = 0x40;

inline constexpr int32_t kNoSequence = -1;
inline constexpr ProducerEpoch kNoProducerEpoch = -1;

enum class TimestampType { kCreateTime, kLogAppendTime };

// Fields come from outside, so sums of them may overflow: they wrap, as Java's do.
constexpr int64_t WrappingAdd(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}

// Sequence numbers count from 0 to INT32_MAX and start again at 0.
constexpr int32_t IncrementSequence(int32_t sequence, int32_t by) {
  return static_cast<int32_t>((static_cast<uint32_t>(sequence) + static_cast<uint32_t>(by)) &
                              0x7fffffffU);
}

// Reads the fields of one batch. The bytes hold at least the header (kBatchOverhead), which is all
// that the accessors need; records(), ComputeCrc() and CrcMatches() need the whole batch, as
// ParseBatch and BatchIterator give it. Nothing is trusted beyond what ParseBatch checked: a CRC
// that matches says that the bytes are as sent, not that they make sense.
class BatchView {
 public:
  explicit BatchView(Bytes bytes) : bytes_(bytes) { CHECK(bytes.size() >= kBatchOverhead); }

  Offset base_offset() const { return Load<int64_t>(kBaseOffsetAt); }
  int32_t batch_length() const { return Load<int32_t>(kBatchLengthAt); }
  int64_t size_in_bytes() const { return int64_t{batch_length()} + int64_t{kLogOverhead}; }
  LeaderEpoch partition_leader_epoch() const { return Load<int32_t>(kPartitionLeaderEpochAt); }
  int8_t magic() const { return Load<int8_t>(kMagicAt); }
  uint32_t crc() const { return Load<uint32_t>(kCrcAt); }
  uint16_t attributes() const { return Load<uint16_t>(kAttributesAt); }
  Codec codec() const { return static_cast<Codec>(attributes() & kCodecMask); }
  bool is_compressed() const { return codec() != Codec::kNone; }
  TimestampType timestamp_type() const {
    return Has(kLogAppendTimeMask) ? TimestampType::kLogAppendTime : TimestampType::kCreateTime;
  }
  bool is_transactional() const { return Has(kTransactionalMask); }
  bool is_control() const { return Has(kControlMask); }
  bool has_delete_horizon() const { return Has(kDeleteHorizonMask); }
  int32_t last_offset_delta() const { return Load<int32_t>(kLastOffsetDeltaAt); }
  Offset last_offset() const { return WrappingAdd(base_offset(), last_offset_delta()); }
  Offset next_offset() const { return WrappingAdd(last_offset(), 1); }
  TimestampMs base_timestamp() const { return Load<int64_t>(kBaseTimestampAt); }
  // When the batch may be dropped by compaction (tombstones, markers); absent while not decided.
  std::optional<TimestampMs> delete_horizon() const {
    if (!has_delete_horizon()) return std::nullopt;
    return base_timestamp();
  }
  TimestampMs max_timestamp() const { return Load<int64_t>(kMaxTimestampAt); }
  ProducerId producer_id() const { return Load<int64_t>(kProducerIdAt); }
  bool has_producer_id() const { return producer_id() > kNoProducerId; }
  ProducerEpoch producer_epoch() const { return Load<int16_t>(kProducerEpochAt); }
  int32_t base_sequence() const { return Load<int32_t>(kBaseSequenceAt); }
  // The last record's sequence, which wraps at INT32_MAX; kNoSequence if the batch has none.
  int32_t last_sequence() const {
    if (base_sequence() == kNoSequence) return kNoSequence;
    return IncrementSequence(base_sequence(), last_offset_delta());
  }
  int32_t record_count() const { return Load<int32_t>(kRecordCountAt); }

  // True when the bytes are the whole batch and nothing else.
  bool is_whole() const { return static_cast<int64_t>(bytes_.size()) == size_in_bytes(); }
  Bytes bytes() const { return bytes_; }
  // The records as they lie in the batch: compressed if the batch is.
  Bytes records() const;
  uint32_t ComputeCrc() const;
  bool CrcMatches() const { return ComputeCrc() == crc(); }

 private:
  template <class T>
  T Load(size_t at) const {
    return LoadBig<T>(bytes_.data() + at);
  }
  bool Has(uint16_t mask) const { return (attributes() & mask) != 0; }

  Bytes bytes_;
};

// Changes fields of one whole batch in place. Only SetBaseOffset and SetPartitionLeaderEpoch lie
// outside the CRC and are O(1); the other setters compute it again over the whole batch.
class BatchEditor {
 public:
  // `batch` is exactly one batch, as ParseBatch found it.
  explicit BatchEditor(MutableBytes batch) : bytes_(batch) { CHECK(view().is_whole()); }

  BatchView view() const { return BatchView(bytes_); }

  void SetBaseOffset(Offset offset) { Store(kBaseOffsetAt, offset); }
  void SetPartitionLeaderEpoch(LeaderEpoch epoch) { Store(kPartitionLeaderEpochAt, epoch); }

  // Sets the timestamp type's attribute bit and the max timestamp. If both are already so, nothing
  // is written and the CRC is not computed.
  void SetMaxTimestamp(TimestampType type, TimestampMs timestamp);
  void SetLastOffsetDelta(int32_t delta);
  void SetProducer(ProducerId id, ProducerEpoch epoch, int32_t base_sequence);

 private:
  template <class T>
  void Store(size_t at, T value) {
    StoreBig<T>(bytes_.data() + at, value);
  }
  void UpdateCrc();

  MutableBytes bytes_;
};

// Why the bytes at a position are no batch.
enum class BatchDefect {
  kNone,
  kTruncated,         // the bytes end inside the batch (the tail of a log after a crash)
  kInvalidLength,     // the length field says less than any batch has
  kInvalidMagic,      // a magic that never existed: not a log, or overwritten
  kUnsupportedMagic,  // magic 0 or 1: written before Kafka 0.11
};

// Finds out whether the bytes begin with a batch header that makes sense (length and magic; the
// whole batch need not be there). Needs kSizeUpToMagic bytes to say more than kTruncated, and
// kBatchOverhead bytes to say kNone.
BatchDefect CheckBatchHeader(Bytes bytes);

// The batch at the start of the bytes: whole, length and magic plausible, CRC not yet checked.
// `position` (in the file or buffer) only goes into the error's message. CORRUPT_MESSAGE for a
// truncated batch, an impossible length or magic; UNSUPPORTED_FOR_MESSAGE_FORMAT for magic 0 and 1.
Result<BatchView> ParseBatch(Bytes bytes, int64_t position = 0);

// Walks consecutive batches.
//
//   BatchIterator batches(bytes);
//   while (true) {
//     Result<std::optional<BatchView>> batch = batches.Next();
//     if (!batch) return Forward(std::move(batch));   // batches.defect(), batches.position()
//     if (!*batch) break;                             // the end
//     ...
//   }
class BatchIterator {
 public:
  // `position` is where the bytes lie in their file; it only shifts position() and messages.
  explicit BatchIterator(Bytes bytes, int64_t position = 0) : rest_(bytes), position_(position) {}

  // The next batch, or nothing at the end of the bytes. After an error the iterator stays where it
  // is: the same error again.
  Result<std::optional<BatchView>> Next();

  // Where the next batch begins; after an error, where the broken one begins.
  int64_t position() const { return position_; }
  BatchDefect defect() const { return defect_; }

 private:
  Bytes rest_;
  int64_t position_;
  BatchDefect defect_ = BatchDefect::kNone;
};

}  // namespace monkafka::records
