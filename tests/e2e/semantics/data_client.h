// Produce, Fetch and ListOffsets of one partition, as tests say them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "e2e/semantics/wire_client.h"
#include "protocol/fetch.h"
#include "protocol/list_offsets.h"
#include "protocol/produce.h"
#include "records/batch.h"
#include "records/batch_builder.h"

namespace monkafka::e2e {

// Positions in a batch of format v2.
inline constexpr size_t kMagicAt = 16;
inline constexpr size_t kCrcAt = 17;
inline constexpr size_t kAttributesAt = 21;
inline constexpr size_t kLastOffsetDeltaAt = 23;
inline constexpr size_t kMaxTimestampAt = 35;
inline constexpr size_t kRecordCountAt = 57;

TimestampMs Now();

struct TestRecord {
  std::optional<std::string> key;
  std::optional<std::string> value;
  TimestampMs timestamp = 1'700'000'000'000;
};

std::vector<uint8_t> MakeBatch(const std::vector<TestRecord>& records,
                               records::BatchOptions options = {});
// One record of the value.
std::vector<uint8_t> MakeBatch(std::string_view value, records::BatchOptions options = {});

// Makes the CRC right again after bytes were changed.
void Resign(std::vector<uint8_t>& batch);

struct ProduceArguments {
  int16_t acks = -1;
  int16_t version = 9;
  int32_t partition = 0;
  std::optional<std::string> transactional_id;
};
// `batch` as it is; absent: null records.
protocol::ProduceResponse::Partition Produce(WireClient& client, const std::string& topic,
                                             std::optional<std::vector<uint8_t>> batch,
                                             const ProduceArguments& arguments = {});

struct FetchArguments {
  int32_t max_wait_ms = 0;
  int32_t min_bytes = 1;
  int32_t max_bytes = 50 << 20;
  int32_t partition_max_bytes = 1 << 20;
  int8_t isolation_level = 0;
  LeaderEpoch current_leader_epoch = -1;
  LeaderEpoch last_fetched_epoch = -1;
  int32_t partition = 0;
  int16_t version = 12;
};
protocol::FetchRequest FetchOf(const std::string& topic, Offset offset,
                               const FetchArguments& arguments = {});
protocol::FetchResponse::Partition Fetch(WireClient& client, const std::string& topic,
                                         Offset offset, const FetchArguments& arguments = {});

struct FetchedRecord {
  Offset offset = 0;
  TimestampMs timestamp = 0;
  std::string key;
  std::string value;
};
// Every record of the batches in an answer; throws when a batch is damaged.
std::vector<FetchedRecord> RecordsOf(const protocol::FetchResponse::Partition& answer);
std::vector<uint8_t> BytesOf(const protocol::FetchResponse::Partition& answer);

protocol::ListOffsetsResponse::Partition ListOffset(WireClient& client, const std::string& topic,
                                                    TimestampMs timestamp, int16_t version = 9,
                                                    int8_t isolation_level = 0);

}  // namespace monkafka::e2e
