// Produce: records in, offsets out.
#include "services/produce.h"

#include <algorithm>
#include <utility>

#include "common/log.h"
#include "handlers/handlers.h"
#include "handlers/leader_hints.h"

namespace monkafka::handlers {
namespace {

using protocol::ProduceRequest;
using protocol::ProduceResponse;

const ProduceResponse::Partition* FirstError(const ProduceResponse& response) {
  for (const ProduceResponse::Topic& topic : response.responses) {
    const auto failed = std::ranges::find_if(topic.partition_responses, [](const auto& partition) {
      return partition.error_code != ErrorCode::kNone;
    });
    if (failed != topic.partition_responses.end()) return &*failed;
  }
  return nullptr;
}

// acks=0: the producer reads no reply. A closed connection is all that it can notice.
void FinishWithoutReply(Request<ProduceRequest>& request, const ProduceResponse& response) {
  const ProduceResponse::Partition* failed = FirstError(response);
  if (failed == nullptr) return request.RespondNothing();
  LogInfo("produce with acks=0 from {} (client id {}) failed with {}: its connection is closed",
          request.connection().client_host, request.client_id(), ErrorName(failed->error_code));
  request.Close();
}

}  // namespace

void HandleProduce(Context& ctx, RequestPtr<ProduceRequest> request) {
  const services::ProduceCall call{request->message(), request->version(), request->client_id(),
                                   request->frame().owner};
  ctx.produce.Produce(call, request->produce_run(), [&ctx, request](ProduceResponse response) {
    if (request->message().acks == 0) return FinishWithoutReply(*request, response);
    AddLeaderHints(ctx.cluster, request->connection().listener, response);
    request->Respond(response);
  });
}

}  // namespace monkafka::handlers
