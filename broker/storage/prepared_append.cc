#include "storage/prepared_append.h"

#include <algorithm>
#include <utility>

#include "records/record.h"

namespace monkafka::storage {
namespace {

constexpr int16_t kFirstVersionWithZstd = 7;

AppendOutcome Refuse(Error error) {
  AppendOutcome outcome;
  outcome.error = error.code;
  outcome.message = std::move(error.message);
  return outcome;
}

std::optional<int> LevelOf(const LogConfig& config) {
  if (!config.compression) return std::nullopt;
  switch (*config.compression) {
    case records::Codec::kGzip:
      return config.gzip_level;
    case records::Codec::kLz4:
      return config.lz4_level;
    case records::Codec::kZstd:
      return config.zstd_level;
    default:
      return std::nullopt;
  }
}

records::ValidationRules RulesOf(const LogConfig& config, AppendOrigin origin, TimestampMs now) {
  records::ValidationRules rules;
  rules.from_client = origin == AppendOrigin::kClient;
  rules.max_message_bytes = config.max_message_bytes;
  rules.compacted = config.cleanup_compact;
  rules.timestamp_type = config.timestamp_type;
  rules.timestamp_before_max_ms = config.timestamp_before_max_ms;
  rules.timestamp_after_max_ms = config.timestamp_after_max_ms;
  rules.now = now;
  rules.target_codec = config.compression;
  rules.target_level = LevelOf(config);
  return rules;
}

// The marker of a transactional control batch; other control batches have no producer.
Result<std::optional<records::EndTxnMarker>> MarkerOf(const records::BatchView& batch) {
  if (!batch.is_control() || !batch.has_producer_id()) return std::nullopt;
  records::RecordIterator iterator(batch);
  records::Record record;
  Result<bool> more = iterator.Next(record);
  if (!more) return Forward(std::move(more));
  if (!*more) return std::nullopt;
  Result<records::EndTxnMarker> marker = records::ParseEndTxnMarker(record);
  if (!marker) return Forward(std::move(marker));
  return *marker;
}

std::optional<AppendOutcome> PrepareBatch(MutableBytes bytes, const records::ValidationRules& rules,
                                          PreparedAppend& append) {
  records::ValidationResult validated = records::ValidateBatch(bytes, rules);
  if (!validated) {
    AppendOutcome outcome = Refuse(std::move(validated.error().error));
    for (records::RecordError& error : validated.error().record_errors) {
      outcome.record_errors.push_back({error.batch_index, std::move(error.message)});
    }
    return outcome;
  }
  const records::BatchView view(validated->batch);
  Result<std::optional<records::EndTxnMarker>> marker = MarkerOf(view);
  if (!marker) return Refuse(std::move(marker).error());
  PreparedBatch batch;
  batch.bytes = validated->batch;
  batch.rewritten = std::move(validated->rewritten);
  batch.info = DescribeBatch(view, 0);
  batch.marker = *marker;
  append.total_size += batch.info.size_in_bytes;
  append.max_timestamp = std::max(append.max_timestamp, batch.info.max_timestamp);
  append.batches.push_back(std::move(batch));
  return std::nullopt;
}

}  // namespace

std::optional<AppendOutcome> PrepareAppend(AppendRequest request,
                                           std::shared_ptr<const LogConfig> config, TimestampMs now,
                                           PreparedAppend& append) {
  append.request = std::move(request);
  append.config = std::move(config);
  append.now = now;
  const records::ValidationRules rules = RulesOf(*append.config, append.request.origin, now);
  MutableBytes rest = append.request.batches.bytes;
  if (append.request.origin == AppendOrigin::kClient) {
    const bool zstd_allowed = append.request.produce_version >= kFirstVersionWithZstd;
    Result<records::BatchView> batch = records::ParseProducedBatch(rest, zstd_allowed);
    if (!batch) return Refuse(std::move(batch).error());
    return PrepareBatch(rest.first(batch->bytes().size()), rules, append);
  }
  while (!rest.empty()) {
    Result<records::BatchView> batch = records::ParseBatch(rest);
    if (!batch) return Refuse(std::move(batch).error());
    const size_t size = batch->bytes().size();
    if (auto refusal = PrepareBatch(rest.first(size), rules, append)) return refusal;
    rest = rest.subspan(size);
  }
  if (append.batches.empty()) {
    return Refuse({ErrorCode::kInvalidRecord, "no batch to append"});
  }
  return std::nullopt;
}

}  // namespace monkafka::storage
