#include "services/record_producer.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>

#include "cluster/await.h"
#include "records/batch_builder.h"
#include "services/partition_lookup.h"
#include "services/partitioner.h"
#include "storage/prepared_append.h"

namespace monkafka::services {
namespace {

using protocol::ProduceRequest;
using protocol::ProduceResponse;
using Share = RecordBatchShare;

constexpr int16_t kVersion = 12;  // of the request that it is turned into: topics by name

std::optional<Bytes> AsField(const std::optional<std::string>& text) {
  return text ? std::optional(AsBytes(*text)) : std::nullopt;
}

Status BuildBatch(const ProduceRecords& call, TimestampMs now, Share& share) {
  records::BatchOptions options;
  options.codec = call.codec;
  records::BatchBuilder builder(options);
  std::vector<records::RecordHeader> headers;
  for (const size_t index : share.records) {
    const NewRecord& record = call.records[index];
    headers.clear();
    for (const auto& [key, value] : record.headers) headers.push_back({key, AsField(value)});
    share.timestamps.push_back(record.timestamp.value_or(now));
    builder.Append(share.timestamps.back(), AsField(record.key), AsField(record.value), headers);
  }
  Result<std::vector<uint8_t>> batch = std::move(builder).Build();
  if (!batch) return Forward(std::move(batch));
  share.batch = *std::move(batch);
  return {};
}

// As if it had been appended: the offset is unknown.
ProduceResponse::Partition Validate(const cluster::Cluster& cluster, const std::string& topic,
                                    int32_t partition, TimestampMs now, Share& share) {
  ProduceResponse::Partition answer;
  answer.index = partition;
  answer.base_offset = kNoOffset;
  const LedPartition led = FindLed(cluster, topic, partition);
  if (!led) {
    answer.error_code = led.error();
    return answer;
  }
  storage::AppendRequest append;
  append.batches.bytes = MutableBytes(share.batch);
  append.produce_version = kVersion;
  storage::PreparedAppend prepared;
  const auto config = std::make_shared<const storage::LogConfig>((*led)->log().Config());
  const std::optional<storage::AppendOutcome> refusal =
      storage::PrepareAppend(std::move(append), config, now, prepared);
  if (!refusal) return answer;
  answer.error_code = refusal->error;
  answer.error_message = refusal->message;
  for (const storage::RecordError& error : refusal->record_errors) {
    answer.record_errors.push_back({error.batch_index, error.message});
  }
  return answer;
}

ProducedRecord Describe(const ProduceResponse::Partition& answer, TimestampMs timestamp,
                        size_t index_in_batch) {
  ProducedRecord produced;
  produced.partition = answer.index;
  produced.error = answer.error_code;
  produced.timestamp = timestamp;
  if (answer.error_code == ErrorCode::kNone) {
    if (answer.base_offset != kNoOffset) {
      produced.offset = answer.base_offset + static_cast<Offset>(index_in_batch);
    }
    if (answer.log_append_time_ms >= 0) produced.timestamp = answer.log_append_time_ms;
    return produced;
  }
  produced.message = answer.error_message.value_or("");
  for (const auto& error : answer.record_errors) {
    if (error.batch_index == static_cast<int32_t>(index_in_batch)) {
      produced.message = error.batch_index_error_message.value_or(produced.message);
    }
  }
  return produced;
}

}  // namespace

Result<RecordProducer::Shares> RecordProducer::Distribute(const ProduceRecords& call) {
  const auto image = cluster_.Image();
  const cluster::TopicImage* const topic = image->FindTopic(call.topic);
  if (topic == nullptr) {
    return Fail(ErrorCode::kUnknownTopicOrPartition, "there is no topic " + call.topic);
  }
  if (cluster::IsInternalTopic(call.topic)) {
    return Fail(ErrorCode::kInvalidTopicException,
                "no record was appended: the broker keeps its own state in " + call.topic);
  }
  const auto partitions = static_cast<int32_t>(topic->partitions.size());
  const auto turn = static_cast<int32_t>(turn_.fetch_add(1, std::memory_order_relaxed) %
                                         static_cast<uint32_t>(partitions));
  Shares shares;
  for (size_t i = 0; i < call.records.size(); ++i) {
    const NewRecord& record = call.records[i];
    const int32_t by_key = record.key ? PartitionOfKey(AsBytes(*record.key), partitions) : turn;
    const int32_t partition = record.partition.value_or(by_key);
    if (partition < 0 || partition >= partitions) {
      return Fail(
          ErrorCode::kUnknownTopicOrPartition,
          fmt::format("{} has partitions 0 to {}, not {}", call.topic, partitions - 1, partition));
    }
    shares[partition].records.push_back(i);
  }
  return shares;
}

std::vector<ProduceResponse::Partition> RecordProducer::Append(
    const ProduceRecords& call, const std::shared_ptr<Shares>& shares) {
  ProduceRequest request;
  request.acks = call.acks_all ? -1 : 1;
  request.timeout_ms = static_cast<int32_t>(
      std::clamp<int64_t>(call.timeout.count(), 0, std::numeric_limits<int32_t>::max()));
  ProduceRequest::Topic& asked = request.topic_data.emplace_back();
  asked.name = call.topic;
  for (auto& [partition, share] : *shares) {
    asked.partition_data.push_back({partition, MutableBytes(share.batch)});
  }
  auto response = cluster::Await<ProduceResponse>(
      [&](auto done) { produce_.Produce({request, kVersion, {}, shares}, std::move(done)); });
  return std::move(response.responses.front().partition_responses);
}

Result<std::vector<ProducedRecord>> RecordProducer::Produce(const ProduceRecords& call) {
  Result<Shares> shares = Distribute(call);
  if (!shares) return Forward(std::move(shares));
  // Appends that outlast the timeout still write these bytes.
  const auto owner = std::make_shared<Shares>(*std::move(shares));
  const TimestampMs now = clock_.WallMs();
  for (auto& [partition, share] : *owner) {
    if (Status built = BuildBatch(call, now, share); !built) return Forward(std::move(built));
  }
  std::vector<ProduceResponse::Partition> answers;
  if (call.validate_only) {
    for (auto& [partition, share] : *owner) {
      answers.push_back(Validate(cluster_, call.topic, partition, now, share));
    }
  } else {
    answers = Append(call, owner);
  }

  std::vector<ProducedRecord> produced(call.records.size());
  for (const ProduceResponse::Partition& answer : answers) {
    const Share& share = owner->at(answer.index);
    for (size_t i = 0; i < share.records.size(); ++i) {
      produced[share.records[i]] = Describe(answer, share.timestamps[i], i);
    }
  }
  return produced;
}

}  // namespace monkafka::services
