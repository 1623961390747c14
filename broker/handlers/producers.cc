// Producers: their ids, and what partitions remember of them.
#include "protocol/producers.h"

#include <string>

#include "common/log.h"
#include "handlers/handlers.h"
#include "services/partition_lookup.h"
#include "services/topic_names.h"

namespace monkafka::handlers {
namespace {

using protocol::DescribeProducersRequest;
using protocol::DescribeProducersResponse;
using protocol::InitProducerIdRequest;
using protocol::InitProducerIdResponse;

InitProducerIdResponse Failed(ErrorCode error) {
  InitProducerIdResponse response;
  response.error_code = error;
  response.producer_epoch = -1;
  return response;
}

// kNone: an id may be given out.
ErrorCode Refusal(const Request<InitProducerIdRequest>& request) {
  const InitProducerIdRequest& message = request.message();
  if (message.transactional_id) {
    if (message.transactional_id->empty()) return ErrorCode::kInvalidRequest;
    // See HandleFindCoordinator, which such a client has asked before.
    return ErrorCode::kTransactionalIdAuthorizationFailed;
  }
  const bool has_id = message.producer_id != kNoProducerId;
  const bool has_epoch = message.producer_epoch != -1;
  return has_id == has_epoch ? ErrorCode::kNone : ErrorCode::kInvalidRequest;
}

DescribeProducersResponse::Partition Describe(const cluster::Cluster& cluster,
                                              std::string_view topic, int32_t index) {
  DescribeProducersResponse::Partition answer;
  answer.partition_index = index;
  if (const Status valid = services::ValidateTopicName(topic); !valid) {
    answer.error_code = valid.error().code;
    answer.error_message = valid.error().message;
    return answer;
  }
  const services::LedPartition led = services::FindLed(cluster, topic, index);
  answer.error_code = led ? (*led)->CheckLeaderEpoch(kNoEpoch) : led.error();
  if (answer.error_code != ErrorCode::kNone) return answer;
  for (const storage::ActiveProducer& producer : (*led)->log().ActiveProducers()) {
    answer.active_producers.push_back(
        {producer.producer_id, producer.producer_epoch, producer.last_sequence,
         producer.last_timestamp, producer.coordinator_epoch, producer.current_txn_start_offset});
  }
  return answer;
}

}  // namespace

void HandleInitProducerId(Context& ctx, RequestPtr<InitProducerIdRequest> request) {
  if (const ErrorCode refusal = Refusal(*request); refusal != ErrorCode::kNone) {
    return request->Respond(Failed(refusal));
  }
  ctx.cluster.NextProducerId([request](Result<ProducerId> id) {
    if (!id) {
      LogWarning("no producer id for {} (client id {}): {}", request->connection().client_host,
                 request->client_id(), id.error().message);
      return request->Respond(Failed(id.error().code));
    }
    InitProducerIdResponse response;
    response.producer_id = *id;
    request->Respond(response);
  });
}

void HandleDescribeProducers(Context& ctx, RequestPtr<DescribeProducersRequest> request) {
  DescribeProducersResponse response;
  for (const DescribeProducersRequest::Topic& topic : request->message().topics) {
    DescribeProducersResponse::Topic& answer = response.topics.emplace_back();
    answer.name = topic.name;
    for (const int32_t index : topic.partition_indexes) {
      answer.partitions.push_back(Describe(ctx.cluster, topic.name, index));
    }
  }
  request->Respond(response);
}

}  // namespace monkafka::handlers
