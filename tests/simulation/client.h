// What clients do, in terms of the model: the batches they make, the calls they send, and how they
// read a log back.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "common/result.h"
#include "services/produce_run.h"
#include "simulation/broker.h"
#include "simulation/model.h"

namespace monkafka::simulation {

// A batch as a producer would send it; producer_id kNoProducerId: not idempotent.
std::vector<uint8_t> EncodeBatch(const SentBatch& batch, ProducerId producer_id);

struct ProduceAnswer {
  ErrorCode error = ErrorCode::kNone;
  Offset base_offset = kNoOffset;
};
// Nothing is appended before the run is committed.
void Produce(Broker& broker, services::ProduceRun& run, const TopicPartition& tp, int16_t acks,
             std::vector<uint8_t> batch, std::function<void(ProduceAnswer)> done);

void CommitOffset(Broker& broker, const std::string& group, const TopicPartition& tp, Offset offset,
                  std::function<void(ErrorCode)> done);
// kNoOffset: none was committed.
Result<Offset> FetchOffset(Broker& broker, const std::string& group, const TopicPartition& tp);

struct ReadRecord {
  Offset offset = 0;
  uint64_t number = 0;
  TimestampMs timestamp = 0;
};
// Everything from the log start to the log end.
Result<std::vector<ReadRecord>> ReadLog(Broker& broker, cluster::Partition& partition);

}  // namespace monkafka::simulation
