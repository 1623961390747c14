#include "e2e/semantics/data_client.h"

#include <chrono>
#include <stdexcept>

#include "records/record.h"

namespace monkafka::e2e {
namespace {

std::optional<Bytes> View(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  return AsBytes(*text);
}

template <class T>
T Take(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return *std::move(result);
}

}  // namespace

TimestampMs Now() {
  using std::chrono::system_clock;
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             system_clock::now().time_since_epoch())
      .count();
}

std::vector<uint8_t> MakeBatch(const std::vector<TestRecord>& records,
                               records::BatchOptions options) {
  records::BatchBuilder builder(options);
  for (const TestRecord& record : records) {
    builder.Append(record.timestamp, View(record.key), View(record.value));
  }
  return Take(std::move(builder).Build());
}

std::vector<uint8_t> MakeBatch(std::string_view value, records::BatchOptions options) {
  return MakeBatch({{std::nullopt, std::string(value)}}, options);
}

protocol::ProduceResponse::Partition Produce(WireClient& client, const std::string& topic,
                                             std::optional<std::vector<uint8_t>> batch,
                                             const ProduceArguments& arguments) {
  protocol::ProduceRequest request;
  if (arguments.transactional_id) request.transactional_id = *arguments.transactional_id;
  request.acks = arguments.acks;
  request.timeout_ms = 30'000;
  auto& wanted = request.topic_data.emplace_back();
  wanted.name = topic;
  auto& partition = wanted.partition_data.emplace_back();
  partition.index = arguments.partition;
  if (batch) partition.records = MutableBytes(*batch);
  const auto answer = client.Call<protocol::ProduceResponse>(request, arguments.version);
  return answer.responses.at(0).partition_responses.at(0);
}

void Resign(std::vector<uint8_t>& batch) {
  const uint32_t crc = records::ParseBatch(batch)->ComputeCrc();
  for (size_t i = 0; i < 4; ++i) batch[kCrcAt + i] = static_cast<uint8_t>(crc >> (24 - 8 * i));
}

protocol::FetchRequest FetchOf(const std::string& topic, Offset offset,
                               const FetchArguments& arguments) {
  protocol::FetchRequest request;
  request.max_wait_ms = arguments.max_wait_ms;
  request.min_bytes = arguments.min_bytes;
  request.max_bytes = arguments.max_bytes;
  request.isolation_level = arguments.isolation_level;
  auto& wanted = request.topics.emplace_back();
  wanted.topic = topic;
  auto& partition = wanted.partitions.emplace_back();
  partition.partition = arguments.partition;
  partition.fetch_offset = offset;
  partition.current_leader_epoch = arguments.current_leader_epoch;
  partition.last_fetched_epoch = arguments.last_fetched_epoch;
  partition.partition_max_bytes = arguments.partition_max_bytes;
  return request;
}

protocol::FetchResponse::Partition Fetch(WireClient& client, const std::string& topic,
                                         Offset offset, const FetchArguments& arguments) {
  auto answer =
      client.Call<protocol::FetchResponse>(FetchOf(topic, offset, arguments), arguments.version);
  if (answer.error_code != ErrorCode::kNone) {
    throw std::runtime_error("fetch: " + std::string(ErrorName(answer.error_code)));
  }
  return std::move(answer.responses.at(0).partitions.at(0));
}

std::vector<uint8_t> BytesOf(const protocol::FetchResponse::Partition& answer) {
  if (!answer.records) return {};
  return Take(answer.records->ReadAll());
}

std::vector<FetchedRecord> RecordsOf(const protocol::FetchResponse::Partition& answer) {
  const std::vector<uint8_t> bytes = BytesOf(answer);
  std::vector<FetchedRecord> found;
  Bytes rest(bytes);
  while (!rest.empty()) {
    const records::BatchView batch = Take(records::ParseBatch(rest));
    if (!batch.CrcMatches()) throw std::runtime_error("a batch with a wrong CRC was fetched");
    const Status read = records::ForEachRecord(batch, {}, [&](const records::Record& record) {
      FetchedRecord& one = found.emplace_back();
      one.offset = record.offset;
      one.timestamp = record.timestamp;
      if (record.key) one.key = AsText(*record.key);
      if (record.value) one.value = AsText(*record.value);
    });
    if (!read) throw std::runtime_error(read.error().message);
    rest = rest.subspan(static_cast<size_t>(batch.size_in_bytes()));
  }
  return found;
}

protocol::ListOffsetsResponse::Partition ListOffset(WireClient& client, const std::string& topic,
                                                    TimestampMs timestamp, int16_t version,
                                                    int8_t isolation_level) {
  protocol::ListOffsetsRequest request;
  request.replica_id = -1;
  request.isolation_level = isolation_level;
  auto& wanted = request.topics.emplace_back();
  wanted.name = topic;
  wanted.partitions.emplace_back().timestamp = timestamp;
  const auto answer = client.Call<protocol::ListOffsetsResponse>(request, version);
  return answer.topics.at(0).partitions.at(0);
}

}  // namespace monkafka::e2e
