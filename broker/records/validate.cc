#include "records/validate.h"

#include <fmt/core.h>

#include <algorithm>

#include "records/batch_builder.h"
#include "records/record.h"
#include "records/records_summary.h"

namespace monkafka::records {
namespace {

std::unexpected<Error> Invalid(std::string message) {
  return Fail(ErrorCode::kInvalidRecord, std::move(message));
}

std::unexpected<ValidationError> Reject(Error error) {
  return std::unexpected(ValidationError{std::move(error), {}});
}

Status CheckSize(int64_t size, const ValidationRules& rules) {
  if (size <= rules.max_message_bytes) return {};
  return Fail(ErrorCode::kMessageTooLarge,
              fmt::format("the batch has {} bytes, max.message.bytes is {}", size,
                          rules.max_message_bytes));
}

Status CheckIntegrity(const BatchView& batch, const ValidationRules& rules) {
  if (rules.from_client && batch.base_offset() != 0) {
    return Invalid(fmt::format("the base offset should be 0, it is {}", batch.base_offset()));
  }
  Status size = CheckSize(batch.size_in_bytes(), rules);
  if (!size) return size;
  const uint32_t computed = batch.ComputeCrc();
  if (computed != batch.crc()) {
    return Fail(
        ErrorCode::kCorruptMessage,
        fmt::format("the batch is corrupt: stored CRC {}, computed {}", batch.crc(), computed));
  }
  if (!IsKnown(batch.codec())) {
    return Fail(ErrorCode::kUnsupportedCompressionType,
                fmt::format("unknown codec {}", static_cast<int>(batch.codec())));
  }
  return {};
}

Status CheckClientBatch(const BatchView& batch) {
  const int64_t span = int64_t{batch.last_offset_delta()} + 1;
  if (span <= 0) return Invalid(fmt::format("the batch spans {} offsets", span));
  if (batch.record_count() <= 0) {
    return Invalid(fmt::format("the batch has {} records", batch.record_count()));
  }
  if (span != batch.record_count()) {
    return Invalid(
        fmt::format("the batch spans {} offsets and has {} records", span, batch.record_count()));
  }
  if (batch.is_control()) return Invalid("clients are not allowed to write control records");
  if (batch.has_producer_id() && batch.base_sequence() < 0) {
    return Invalid(fmt::format("sequence number {} in a batch of producer {}",
                               batch.base_sequence(), batch.producer_id()));
  }
  return {};
}

// a - b, at the end of the range instead of past it.
int64_t SaturatingSubtract(int64_t a, int64_t b) {
  int64_t difference = 0;
  if (!__builtin_sub_overflow(a, b, &difference)) return difference;
  return a < b ? std::numeric_limits<int64_t>::min() : std::numeric_limits<int64_t>::max();
}

bool IsInRange(TimestampMs timestamp, const ValidationRules& rules) {
  return SaturatingSubtract(rules.now, timestamp) <= rules.timestamp_before_max_ms &&
         SaturatingSubtract(timestamp, rules.now) <= rules.timestamp_after_max_ms;
}

// Goes through the records, collecting what to blame and what to know.
class Scan {
 public:
  Scan(const BatchView& batch, const ValidationRules& rules) : batch_(batch), rules_(rules) {}

  // Fails when the records cannot be read; records that break a rule end up in errors().
  Status Run() {
    if (const std::optional<RecordsSummary> summary = SummarizeRecords(batch_);
        summary && IsFine(*summary)) {
      max_timestamp_ = summary->max_timestamp;
      index_of_max_timestamp_ = summary->index_of_max_timestamp;
      has_dense_offsets_ = summary->has_dense_offsets;
      index_ = batch_.record_count();
      return {};
    }
    return ForEachRecord(batch_, rules_.decompression,
                         [this](const Record& record) { Visit(record); });
  }

  std::vector<RecordError>& errors() { return errors_; }
  bool has_timestamp_error() const { return has_timestamp_error_; }
  bool has_dense_offsets() const { return has_dense_offsets_; }
  TimestampMs max_timestamp() const { return max_timestamp_; }
  int32_t index_of_max_timestamp() const { return index_of_max_timestamp_; }
  int32_t count() const { return index_; }

 private:
  // Whether Visit would blame none of them. When in doubt it says no.
  bool IsFine(const RecordsSummary& summary) const {
    if (rules_.compacted && !summary.all_have_keys) return false;
    return rules_.timestamp_type != TimestampType::kCreateTime ||
           (IsInRange(summary.min_timestamp, rules_) && IsInRange(summary.max_timestamp, rules_));
  }

  void Visit(const Record& record) {
    if (rules_.compacted && !record.key) {
      Blame("Compacted topic cannot accept message without key");
    } else {
      CheckTimestamp(record.timestamp);
    }
    if (record.timestamp > max_timestamp_) {
      max_timestamp_ = record.timestamp;
      index_of_max_timestamp_ = index_;
    }
    has_dense_offsets_ &= record.offset_delta == index_;
    ++index_;
  }

  void CheckTimestamp(TimestampMs timestamp) {
    if (rules_.timestamp_type == TimestampType::kCreateTime && timestamp != kNoTimestamp) {
      if (IsInRange(timestamp, rules_)) return;
      has_timestamp_error_ = true;
      Blame(fmt::format(
          "timestamp {} is out of range: the time is {}, {} ms before and {} ms after "
          "it are allowed",
          timestamp, rules_.now, rules_.timestamp_before_max_ms, rules_.timestamp_after_max_ms));
    } else if (batch_.timestamp_type() == TimestampType::kLogAppendTime) {
      has_timestamp_error_ = true;
      Blame("a producer may not set the timestamp type to LogAppendTime");
    }
  }

  void Blame(std::string message) {
    if (errors_.size() < kMaxRecordErrors) errors_.push_back({index_, std::move(message)});
  }

  const BatchView batch_;
  const ValidationRules& rules_;
  int32_t index_ = 0;
  TimestampMs max_timestamp_ = kNoTimestamp;
  int32_t index_of_max_timestamp_ = -1;
  bool has_dense_offsets_ = true;
  bool has_timestamp_error_ = false;
  std::vector<RecordError> errors_;
};

ValidationError Blamed(Scan& scan) {
  const ErrorCode code =
      scan.has_timestamp_error() ? ErrorCode::kInvalidTimestamp : ErrorCode::kInvalidRecord;
  std::string message = fmt::format("{} or more records were rejected, the first: {}",
                                    scan.errors().size(), scan.errors().front().message);
  return {{code, std::move(message)}, std::move(scan.errors())};
}

Codec TargetCodec(const BatchView& batch, const ValidationRules& rules) {
  // Control records stay uncompressed, whatever the topic says: readers look into them.
  if (batch.is_control() && !batch.is_compressed()) return Codec::kNone;
  if (batch.record_count() == 0) return batch.codec();  // a broker's own: nothing to compress
  return rules.target_codec.value_or(batch.codec());
}

Result<std::vector<uint8_t>> Rewrite(const BatchView& batch, const ValidationRules& rules,
                                     Codec codec) {
  const bool log_append_time = rules.timestamp_type == TimestampType::kLogAppendTime;
  BatchBuilder builder({.base_offset = batch.base_offset(),
                        .partition_leader_epoch = batch.partition_leader_epoch(),
                        .codec = codec,
                        .level = rules.target_level,
                        .timestamp_type = rules.timestamp_type,
                        .max_timestamp = log_append_time ? std::optional(rules.now) : std::nullopt,
                        .producer_id = batch.producer_id(),
                        .producer_epoch = batch.producer_epoch(),
                        .base_sequence = batch.base_sequence(),
                        .transactional = batch.is_transactional(),
                        .control = batch.is_control()});
  Status read = ForEachRecord(batch, rules.decompression, [&builder](const Record& record) {
    builder.AppendAt(builder.record_count(), record.timestamp, record);
  });
  if (!read) return Forward(std::move(read));
  return std::move(builder).Build();
}

}  // namespace

Result<BatchView> ParseProducedBatch(Bytes records, bool zstd_allowed) {
  if (records.empty()) return Invalid("there is no record batch");
  BatchIterator batches(records);
  Result<std::optional<BatchView>> first = batches.Next();
  if (!first) {
    switch (batches.defect()) {
      case BatchDefect::kTruncated:
      case BatchDefect::kUnsupportedMagic:
        return Invalid(std::move(first).error().message);
      default:
        return Forward(std::move(first));
    }
  }
  const BatchView batch = **first;
  if (batch.codec() == Codec::kZstd && !zstd_allowed) {
    return Fail(ErrorCode::kUnsupportedCompressionType,
                "this version of Produce may not carry zstd");
  }
  Result<std::optional<BatchView>> second = batches.Next();
  if (second && *second) return Invalid("there is more than one record batch");
  if (!second && batches.defect() != BatchDefect::kTruncated) return Forward(std::move(second));
  return batch;
}

ValidationResult ValidateBatch(MutableBytes bytes, const ValidationRules& rules) {
  Result<BatchView> parsed = ParseBatch(bytes);
  if (!parsed) return Reject(std::move(parsed).error());
  const BatchView batch = *parsed;
  if (batch.bytes().size() != bytes.size()) {
    return Reject({ErrorCode::kInvalidRecord, "there are bytes after the batch"});
  }
  Status status = CheckIntegrity(batch, rules);
  if (status && rules.from_client) status = CheckClientBatch(batch);
  if (!status) return Reject(std::move(status).error());

  Scan scan(batch, rules);
  status = scan.Run();
  if (!status) return Reject(std::move(status).error());
  if (!scan.errors().empty()) return std::unexpected(Blamed(scan));

  ValidatedBatch result;
  result.record_count = scan.count();
  result.max_timestamp = scan.max_timestamp();
  result.offset_delta_of_max_timestamp = scan.index_of_max_timestamp();
  if (rules.timestamp_type == TimestampType::kLogAppendTime) {
    result.max_timestamp = rules.now;
    result.offset_delta_of_max_timestamp = scan.count() > 0 ? 0 : -1;
  }
  const Codec codec = TargetCodec(batch, rules);
  if (codec == batch.codec() && scan.has_dense_offsets()) {
    BatchEditor(bytes).SetMaxTimestamp(rules.timestamp_type, result.max_timestamp);
    result.batch = bytes;
    return result;
  }
  Result<std::vector<uint8_t>> rewritten = Rewrite(batch, rules, codec);
  if (!rewritten) return Reject(std::move(rewritten).error());
  status = CheckSize(static_cast<int64_t>(rewritten->size()), rules);
  if (!status) return Reject(std::move(status).error());
  result.rewritten = *std::move(rewritten);
  result.batch = result.rewritten;
  return result;
}

}  // namespace monkafka::records
