#include "services/produce.h"

#include <algorithm>
#include <utility>

#include "records/batch.h"
#include "services/partition_lookup.h"
#include "services/pending_produce.h"

namespace monkafka::services {
namespace {

using protocol::ProduceRequest;

constexpr int16_t kAcksAll = -1;
// The first version whose records are batches of format v2.
constexpr int16_t kRecordBatches = 3;
constexpr std::string_view kAdminClientId = "__admin_client";  // of Apache Kafka's own tools

bool IsTransactional(const std::optional<MutableBytes>& records) {
  if (!records || records->size() < records::kBatchOverhead) return false;
  const records::BatchView batch(*records);
  return batch.magic() == records::kMagic && batch.is_transactional();
}

bool HasTransactionalRecords(const ProduceRequest& request) {
  return std::ranges::any_of(request.topic_data, [](const ProduceRequest::Topic& topic) {
    return std::ranges::any_of(topic.partition_data,
                               [](const ProduceRequest::Partition& partition) {
                                 return IsTransactional(partition.records);
                               });
  });
}

// Why nothing of the request may be appended; kNone: it may.
ErrorCode Refusal(const ProduceRequest& request, int16_t version) {
  if (version < kRecordBatches) return ErrorCode::kUnsupportedVersion;
  if (request.acks < kAcksAll || request.acks > 1) return ErrorCode::kInvalidRequiredAcks;
  if (!request.transactional_id && HasTransactionalRecords(request)) {
    return ErrorCode::kTransactionalIdAuthorizationFailed;
  }
  return ErrorCode::kNone;
}

}  // namespace

void ProduceService::Produce(ProduceCall call, Callback<protocol::ProduceResponse> done) {
  ProduceRun alone;
  Produce(std::move(call), alone, std::move(done));
  alone.Commit();
}

void ProduceService::Produce(ProduceCall call, ProduceRun& run,
                             Callback<protocol::ProduceResponse> done) {
  const ProduceRequest& request = call.request;
  const auto pending = std::make_shared<PendingProduce>(request, std::move(done));
  const ErrorCode refusal = Refusal(request, call.version);
  const bool durable = request.acks == kAcksAll && options_.flush_acks_all;
  auto slot = pending->slots().begin();
  for (const ProduceRequest::Topic& topic : request.topic_data) {
    for (const ProduceRequest::Partition& partition : topic.partition_data) {
      PendingProduce::Slot& mine = *slot++;
      if (refusal != ErrorCode::kNone) {
        mine.Fail(refusal);
        continue;
      }
      LedPartition led = call.version >= 13 ? FindLed(cluster_, topic.topic_id, partition.index)
                                            : FindLed(cluster_, topic.name, partition.index);
      if (!led) {
        mine.Fail(led.error());
        continue;
      }
      if (cluster::IsInternalTopic((*led)->topic_partition().topic) &&
          call.client_id != kAdminClientId) {
        mine.Fail(ErrorCode::kInvalidTopicException, "clients may not write to internal topics");
        continue;
      }
      if (IsTransactional(partition.records)) {
        // No transaction can be open here: none was ever granted (InitProducerId).
        mine.Fail(ErrorCode::kInvalidTxnState, "the partition was not added to a transaction");
        continue;
      }
      storage::AppendRequest append;
      append.batches = {call.records_owner, partition.records.value_or(MutableBytes())};
      append.durable = durable;
      append.produce_version = call.version;
      run.Append(*std::move(led),
                 {std::move(append), [mine = pending->Share(mine)](storage::AppendOutcome outcome) {
                    mine->Finish(std::move(outcome));
                  }});
    }
  }
  run.Started(pending, timers_, std::chrono::milliseconds(std::max(request.timeout_ms, 0)));
  // With acks=0 a failure closes the connection, and what came behind it must not be appended.
  if (run.full() || request.acks == 0) run.Commit();
}

}  // namespace monkafka::services
