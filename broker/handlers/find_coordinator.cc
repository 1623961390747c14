// FindCoordinator: which broker coordinates a group.
#include <string>
#include <utility>

#include "common/log.h"
#include "handlers/endpoints.h"
#include "handlers/handlers.h"

namespace monkafka::handlers {
namespace {

using protocol::FindCoordinatorRequest;
using protocol::FindCoordinatorResponse;
using Coordinator = FindCoordinatorResponse::Coordinator;

enum class KeyType : int8_t { kGroup = 0, kTransaction = 1 };

// The first version that asks for several keys at once.
constexpr int16_t kFirstBatchedVersion = 4;

Coordinator Failed(std::string_view key, ErrorCode error, std::string message) {
  Coordinator coordinator;
  coordinator.key = key;
  coordinator.node_id = -1;
  coordinator.port = -1;
  coordinator.error_code = error;
  coordinator.error_message = std::move(message);
  return coordinator;
}

// The first group ever makes __consumer_offsets; until it is there clients ask again.
Coordinator NotYet(Context& ctx, std::string_view key) {
  ctx.topics.CreateIfMissing(cluster::kConsumerOffsetsTopic, [](Status created) {
    if (created) return;
    LogWarning("{} could not be created: {} {}", cluster::kConsumerOffsetsTopic,
               ErrorName(created.error().code), created.error().message);
  });
  return Failed(key, ErrorCode::kCoordinatorNotAvailable,
                "The coordinator's topic is being created.");
}

Coordinator FindForGroup(Context& ctx, std::string_view listener, std::string_view group) {
  const auto partition = ctx.groups.PartitionFor(group);
  const auto image = ctx.cluster.Image();
  const cluster::TopicImage* topic = image->FindTopic(cluster::kConsumerOffsetsTopic);
  if (!partition || topic == nullptr) return NotYet(ctx, group);
  const Leader leader = FindLeader(topic, *partition);
  const cluster::Endpoint* endpoint = FindEndpoint(*image, leader.id, listener);
  if (endpoint == nullptr) {
    return Failed(group, ErrorCode::kCoordinatorNotAvailable, "The coordinator is not available.");
  }
  Coordinator coordinator;
  coordinator.key = group;
  coordinator.node_id = leader.id;
  coordinator.host = endpoint->host;
  coordinator.port = endpoint->port;
  return coordinator;
}

// There are no transactions here. A retriable error would let producers ask for ever; this one is
// fatal to the Java client and to librdkafka alike, the only one that is, and the message and the
// log line tell the real reason.
Coordinator RefuseTransactions(const Request<FindCoordinatorRequest>& request,
                               std::string_view transactional_id) {
  LogWarning("transactional id {} of {} (client id {}) is refused: this broker has no transactions",
             transactional_id, request.connection().client_host, request.client_id());
  return Failed(transactional_id, ErrorCode::kTransactionalIdAuthorizationFailed,
                "Transactions are not available on this broker.");
}

Coordinator Find(Context& ctx, const Request<FindCoordinatorRequest>& request,
                 std::string_view key) {
  switch (static_cast<KeyType>(request.message().key_type)) {
    case KeyType::kGroup:
      return FindForGroup(ctx, request.connection().listener, key);
    case KeyType::kTransaction:
      return RefuseTransactions(request, key);
  }
  return Failed(key, ErrorCode::kInvalidRequest, "There is no coordinator of this kind.");
}

}  // namespace

void HandleFindCoordinator(Context& ctx, RequestPtr<FindCoordinatorRequest> request) {
  FindCoordinatorResponse response;
  if (request->version() >= kFirstBatchedVersion) {
    for (const std::string_view key : request->message().coordinator_keys) {
      response.coordinators.push_back(Find(ctx, *request, key));
    }
  } else {
    Coordinator found = Find(ctx, *request, request->message().key);
    response.error_code = found.error_code;
    response.error_message = std::move(found.error_message);
    response.node_id = found.node_id;
    response.host = std::move(found.host);
    response.port = found.port;
  }
  request->Respond(response);
}

}  // namespace monkafka::handlers
