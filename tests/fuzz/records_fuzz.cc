// Record batches from anyone: parse, iterate, validate and decompress. The first byte chooses what
// the others are.
//
//   0  a log: consecutive batches, walked and read as they are
//   1  one produced batch: length and CRC are made right first, then it is validated by rules that
//      the second byte chooses; what comes out must be valid again and hold the same records
//   2  compressed bytes for each codec
//   3  plain bytes: compressing and decompressing them changes nothing
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "common/check.h"
#include "records/batch.h"
#include "records/compression.h"
#include "records/control_records.h"
#include "records/record.h"
#include "records/records_summary.h"
#include "records/validate.h"

namespace monkafka::records {
namespace {

constexpr DecompressionLimits kLimits{.max_bytes = 1 << 20};
constexpr Codec kCodecs[] = {Codec::kNone, Codec::kGzip, Codec::kSnappy, Codec::kLz4, Codec::kZstd};

// Touches every byte of a record, so that a view outside of its memory is found out.
uint64_t Sum(const Record& record) {
  uint64_t sum = static_cast<uint64_t>(record.offset) + static_cast<uint64_t>(record.timestamp);
  const auto add = [&sum](Bytes bytes) {
    for (const uint8_t byte : bytes) sum = sum * 31 + byte;
  };
  if (record.key) add(*record.key);
  if (record.value) add(*record.value);
  for (const RecordHeader& header : record.headers) {
    add(AsBytes(header.key));
    if (header.value) add(*header.value);
  }
  if (Result<EndTxnMarker> marker = ParseEndTxnMarker(record)) {
    sum += static_cast<uint64_t>(marker->coordinator_epoch);
  }
  return sum;
}

Result<uint64_t> SumAll(const BatchView& batch) {
  uint64_t sum = 0;
  Status status = ForEachRecord(batch, kLimits, [&](const Record& record) { sum += Sum(record); });
  if (!status) return Forward(std::move(status));
  return sum;
}

// The quick pass over uncompressed records finds nothing wrong with those that can be read, and
// with no others.
void CheckSummary(const BatchView& batch) {
  const std::optional<RecordsSummary> summary = SummarizeRecords(batch);
  TimestampMs max_timestamp = kNoTimestamp;
  const Status read = ForEachRecord(batch, kLimits, [&max_timestamp](const Record& record) {
    max_timestamp = std::max(max_timestamp, record.timestamp);
  });
  if (summary) CHECK(read.has_value() && max_timestamp == summary->max_timestamp);
  const bool known = !batch.is_compressed() && batch.record_count() > 0 &&
                     batch.timestamp_type() == TimestampType::kCreateTime;
  CHECK(summary.has_value() == (known && read.has_value()));
}

void WalkLog(Bytes log) {
  BatchIterator batches(log);
  while (true) {
    Result<std::optional<BatchView>> batch = batches.Next();
    if (!batch) {
      CHECK(batches.defect() != BatchDefect::kNone);
      return;
    }
    if (!*batch) return;
    (void)(*batch)->CrcMatches();
    (void)(*batch)->last_offset();
    (void)(*batch)->last_sequence();
    (void)SumAll(**batch);
    CheckSummary(**batch);
  }
}

ValidationRules RulesFrom(uint8_t bits) {
  ValidationRules rules;
  rules.now = 1'700'000'000'000;
  rules.decompression = kLimits;
  rules.from_client = (bits & 1) == 0;
  rules.compacted = (bits & 2) != 0;
  if ((bits & 4) != 0) rules.timestamp_type = TimestampType::kLogAppendTime;
  if ((bits & 8) != 0) rules.timestamp_before_max_ms = rules.timestamp_after_max_ms = 1000;
  const int codec = bits >> 4;
  if (codec < 5) rules.target_codec = static_cast<Codec>(codec);
  return rules;
}

void Validate(uint8_t bits, Bytes bytes) {
  std::vector<uint8_t> batch(bytes.begin(), bytes.end());
  if (batch.size() < kBatchOverhead) return;
  StoreBig<int32_t>(batch.data() + kBatchLengthAt,
                    static_cast<int32_t>(batch.size() - kLogOverhead));
  batch[kMagicAt] = kMagic;
  StoreBig<uint32_t>(batch.data() + kCrcAt, BatchView(batch).ComputeCrc());

  CheckSummary(BatchView(batch));
  const std::vector<uint8_t> before = batch;
  ValidationRules rules = RulesFrom(bits);
  const ValidationResult result = ValidateBatch(batch, rules);
  if (!result) {
    CHECK(batch == before);
    return;
  }
  const BatchView view = ParseBatch(result->batch).value();
  CHECK(view.CrcMatches());
  CHECK(view.max_timestamp() == result->max_timestamp);
  CHECK(view.record_count() == result->record_count);
  CHECK(SumAll(view).has_value());
  if (result->was_rewritten()) CHECK(batch == before);
  // What was accepted once is accepted again, and then needs no change; a broker's LogAppendTime
  // is the one thing that a client may not send.
  if (rules.timestamp_type == TimestampType::kLogAppendTime) return;
  std::vector<uint8_t> accepted(result->batch.begin(), result->batch.end());
  const ValidationResult again = ValidateBatch(accepted, rules);
  CHECK(again.has_value());
  CHECK(!again->was_rewritten());
}

void DecompressAll(Bytes bytes) {
  for (const Codec codec : kCodecs) {
    std::vector<uint8_t> out;
    const Status status = Decompress(codec, bytes, static_cast<size_t>(kLimits.max_bytes), out);
    CHECK(status || out.empty());
    CHECK(out.size() <= static_cast<size_t>(kLimits.max_bytes));
  }
}

void RoundTrip(Bytes bytes) {
  for (const Codec codec : kCodecs) {
    std::vector<uint8_t> compressed;
    std::vector<uint8_t> out;
    CHECK(Compress(codec, LevelsOf(codec).default_level, bytes, compressed).has_value());
    CHECK(Decompress(codec, compressed, bytes.size(), out).has_value());
    CHECK(std::ranges::equal(out, bytes));
  }
}

void Run(Bytes data) {
  if (data.size() < 2) return;
  switch (data[0] & 3) {
    case 0:
      WalkLog(data.subspan(1));
      (void)ParseProducedBatch(data.subspan(1), (data[0] & 4) != 0);
      return;
    case 1:
      Validate(data[1], data.subspan(2));
      return;
    case 2:
      DecompressAll(data.subspan(1));
      return;
    default:
      RoundTrip(data.subspan(1));
      return;
  }
}

}  // namespace
}  // namespace monkafka::records

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  monkafka::records::Run({data, size});
  return 0;
}
