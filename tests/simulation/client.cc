#include "simulation/client.h"

#include <charconv>
#include <memory>
#include <optional>
#include <utility>

#include "records/batch.h"
#include "records/batch_builder.h"
#include "records/record.h"

namespace monkafka::simulation {
namespace {

Result<std::vector<ReadRecord>> ParseRecords(Bytes bytes, Offset from) {
  std::vector<ReadRecord> read;
  records::BatchIterator batches(bytes);
  while (true) {
    Result<std::optional<records::BatchView>> batch = batches.Next();
    if (!batch) return Forward(std::move(batch));
    if (!*batch) return read;
    if (!(*batch)->CrcMatches()) return Fail(ErrorCode::kCorruptMessage, "a wrong checksum");
    records::RecordIterator iterator(**batch);
    records::Record record;
    while (true) {
      Result<bool> more = iterator.Next(record);
      if (!more) return Forward(std::move(more));
      if (!*more) break;
      if (record.offset < from) continue;
      ReadRecord& one = read.emplace_back();
      one.offset = record.offset;
      one.timestamp = record.timestamp;
      const std::string_view text = AsText(*record.key);
      std::from_chars(text.data(), text.data() + text.size(), one.number);
    }
  }
}

}  // namespace

std::vector<uint8_t> EncodeBatch(const SentBatch& batch, ProducerId producer_id) {
  records::BatchOptions options;
  if (producer_id != kNoProducerId) {
    options.producer_id = producer_id;
    options.producer_epoch = 0;
    options.base_sequence = batch.base_sequence;
  }
  records::BatchBuilder builder(options);
  const std::string value(static_cast<size_t>(batch.padding), 'v');
  for (const SentRecord& record : batch.records) {
    builder.Append(record.timestamp, AsBytes(std::to_string(record.number)), AsBytes(value));
  }
  return *std::move(builder).Build();
}

void Produce(Broker& broker, services::ProduceRun& run, const TopicPartition& tp, int16_t acks,
             std::vector<uint8_t> batch, std::function<void(ProduceAnswer)> done) {
  struct Call {
    std::string topic;
    std::vector<uint8_t> batch;
    protocol::ProduceRequest request;
  };
  auto call = std::make_shared<Call>();
  call->topic = tp.topic;
  call->batch = std::move(batch);
  protocol::ProduceRequest::Partition partition;
  partition.index = tp.partition;
  partition.records = MutableBytes(call->batch);
  protocol::ProduceRequest::Topic topic;
  topic.name = call->topic;
  topic.partition_data.push_back(partition);
  call->request.acks = acks;
  call->request.timeout_ms = 30'000;
  call->request.topic_data.push_back(std::move(topic));
  services::ProduceCall produce{call->request, /*version=*/9, "simulation", call};
  broker.produce().Produce(
      std::move(produce), run, [call, done = std::move(done)](protocol::ProduceResponse response) {
        const auto& answer = response.responses.at(0).partition_responses.at(0);
        done({answer.error_code, answer.base_offset});
      });
}

void CommitOffset(Broker& broker, const std::string& group, const TopicPartition& tp, Offset offset,
                  std::function<void(ErrorCode)> done) {
  auto names = std::make_shared<std::pair<std::string, std::string>>(group, tp.topic);
  groups::Received<protocol::OffsetCommitRequest> request;
  request.frame.owner = names;
  request.version = 7;
  request.message.group_id = names->first;
  protocol::OffsetCommitRequest::Partition partition;
  partition.partition_index = tp.partition;
  partition.committed_offset = offset;
  request.message.topics.push_back({names->second, {}, {partition}});
  broker.coordinator().OffsetCommit(
      std::move(request), [done = std::move(done)](protocol::OffsetCommitResponse response) {
        done(response.topics.at(0).partitions.at(0).error_code);
      });
}

Result<Offset> FetchOffset(Broker& broker, const std::string& group, const TopicPartition& tp) {
  auto names = std::make_shared<std::pair<std::string, std::string>>(group, tp.topic);
  groups::Received<protocol::OffsetFetchRequest> request;
  request.frame.owner = names;
  request.version = 7;
  request.message.group_id = names->first;
  request.message.topics->push_back({names->second, {}, {tp.partition}});
  std::optional<Result<Offset>> answer;
  broker.coordinator().OffsetFetch(std::move(request),
                                   [&answer](protocol::OffsetFetchResponse response) {
                                     if (response.error_code != ErrorCode::kNone) {
                                       answer = Fail(response.error_code, "");
                                       return;
                                     }
                                     const auto& partition = response.topics.at(0).partitions.at(0);
                                     answer = partition.committed_offset;
                                     if (partition.error_code != ErrorCode::kNone)
                                       answer = Fail(partition.error_code, "");
                                   });
  broker.RunAll();
  if (!answer) return Fail(ErrorCode::kRequestTimedOut, "no answer");
  return *std::move(answer);
}

Result<std::vector<ReadRecord>> ReadLog(Broker& broker, cluster::Partition& partition) {
  const storage::LogOffsets offsets = partition.log().Offsets();
  std::vector<ReadRecord> records;
  for (Offset at = offsets.log_start; at < offsets.log_end;) {
    std::optional<Result<storage::ReadOutcome>> outcome;
    partition.log().Read({at, 4096, /*at_least_one_batch=*/true, offsets.log_end},
                         [&](auto result) { outcome = std::move(result); });
    broker.RunAll();
    if (!outcome) return Fail(ErrorCode::kRequestTimedOut, "no answer");
    if (!*outcome) return Forward(std::move(*outcome));
    if ((*outcome)->next_offset <= at) return Fail(ErrorCode::kCorruptMessage, "nothing was read");
    Result<std::vector<uint8_t>> bytes = (*outcome)->records.ReadAll();
    if (!bytes) return Forward(std::move(bytes));
    Result<std::vector<ReadRecord>> some = ParseRecords(*bytes, at);
    if (!some) return some;
    records.insert(records.end(), some->begin(), some->end());
    at = (*outcome)->next_offset;
  }
  return records;
}

}  // namespace monkafka::simulation
