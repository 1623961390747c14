#include "services/record_producer.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "cluster/await.h"
#include "records/batch_builder.h"
#include "services/partitioner.h"

namespace monkafka::services {
namespace {

using protocol::ProduceRequest;
using protocol::ProduceResponse;

constexpr int16_t kVersion = 12;  // of the request that it is turned into: topics by name

std::optional<Bytes> AsField(const std::optional<std::string>& text) {
  return text ? std::optional(AsBytes(*text)) : std::nullopt;
}

// What goes to one partition.
struct Share {
  std::vector<size_t> records;  // of the call
  std::vector<TimestampMs> timestamps;
  std::vector<uint8_t> batch;
};
using Shares = std::map<int32_t, Share>;

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

ProducedRecord Describe(const ProduceResponse::Partition& answer, TimestampMs timestamp,
                        size_t index_in_batch) {
  ProducedRecord produced;
  produced.partition = answer.index;
  produced.error = answer.error_code;
  produced.timestamp = timestamp;
  if (answer.error_code == ErrorCode::kNone) {
    produced.offset = answer.base_offset + static_cast<Offset>(index_in_batch);
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

Result<std::vector<ProducedRecord>> RecordProducer::Produce(const ProduceRecords& call) {
  const auto image = cluster_.Image();
  const cluster::TopicImage* const topic = image->FindTopic(call.topic);
  if (topic == nullptr) return Fail(ErrorCode::kUnknownTopicOrPartition, call.topic);
  if (cluster::IsInternalTopic(call.topic)) {
    return Fail(ErrorCode::kInvalidTopicException, call.topic + " is internal");
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

  ProduceRequest request;
  request.acks = call.acks_all ? -1 : 1;
  request.timeout_ms = static_cast<int32_t>(
      std::clamp<int64_t>(call.timeout.count(), 0, std::numeric_limits<int32_t>::max()));
  ProduceRequest::Topic& asked = request.topic_data.emplace_back();
  asked.name = call.topic;
  // Appends that outlast the timeout still write these bytes.
  const auto owner = std::make_shared<Shares>(std::move(shares));
  for (auto& [partition, share] : *owner) {
    if (Status built = BuildBatch(call, clock_.WallMs(), share); !built) {
      return Forward(std::move(built));
    }
    asked.partition_data.push_back({partition, MutableBytes(share.batch)});
  }
  const auto response = cluster::Await<ProduceResponse>(
      [&](auto done) { produce_.Produce({request, kVersion, {}, owner}, std::move(done)); });

  std::vector<ProducedRecord> produced(call.records.size());
  for (const ProduceResponse::Partition& answer : response.responses.front().partition_responses) {
    const Share& share = owner->at(answer.index);
    for (size_t i = 0; i < share.records.size(); ++i) {
      produced[share.records[i]] = Describe(answer, share.timestamps[i], i);
    }
  }
  return produced;
}

}  // namespace monkafka::services
