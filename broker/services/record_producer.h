// Appends records that are given one by one, not as a client's batch: for the admin service. Builds
// the batches and hands them to the same use case that serves Kafka's Produce, so that the same
// rules hold.
//
// Threads: any; Produce blocks until the records are as durable as asked for, or the time is over.
// Lifetime: outlives its calls.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cluster/cluster.h"
#include "records/codec.h"
#include "services/produce.h"

namespace monkafka::services {

struct NewRecord {
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
  std::optional<TimestampMs> timestamp;  // absent: now
  std::optional<int32_t> partition;      // absent: by key; without a key the call's turn
};

struct ProduceRecords {
  std::string topic;
  std::vector<NewRecord> records;
  records::Codec codec = records::Codec::kNone;
  bool acks_all = true;        // false: once they are written (acks=1)
  bool validate_only = false;  // tells what would be refused; nothing is appended
  std::chrono::milliseconds timeout{30'000};
};

// Of one record, in the order of the call.
struct ProducedRecord {
  int32_t partition = 0;
  ErrorCode error = ErrorCode::kNone;
  std::string message;
  Offset offset = kNoOffset;
  TimestampMs timestamp = kNoTimestamp;
};

// What of a call goes to one partition, as one batch.
struct RecordBatchShare {
  std::vector<size_t> records;          // their places in the call
  std::vector<TimestampMs> timestamps;  // of each
  std::vector<uint8_t> batch;
};

class RecordProducer {
 public:
  RecordProducer(const cluster::Cluster& cluster, ProduceService& produce, const Clock& clock)
      : cluster_(cluster), produce_(produce), clock_(clock) {}

  // Records of one partition are one batch, in their order. Fails as a whole, with nothing
  // appended, with UNKNOWN_TOPIC_OR_PARTITION or INVALID_TOPIC_EXCEPTION (internal); a partition
  // that refuses its batch is told with each of its records.
  Result<std::vector<ProducedRecord>> Produce(const ProduceRecords& call);

 private:
  using Shares = std::map<int32_t, RecordBatchShare>;  // by partition

  Result<Shares> Distribute(const ProduceRecords& call);
  std::vector<protocol::ProduceResponse::Partition> Append(const ProduceRecords& call,
                                                           const std::shared_ptr<Shares>& shares);

  const cluster::Cluster& cluster_;
  ProduceService& produce_;
  const Clock& clock_;
  std::atomic<uint32_t> turn_{0};
};

}  // namespace monkafka::services
