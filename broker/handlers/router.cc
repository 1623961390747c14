#include "handlers/router.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>

#include "common/log.h"
#include "handlers/handlers.h"

namespace monkafka::handlers {
namespace {

std::string_view ClientId(const RawRequest& request) {
  return request.header.client_id.value_or(std::string_view("(none)"));
}

void Reject(RawRequest request, std::string_view reason) {
  const Connection& connection = *request.connection;
  LogWarning("{} v{} from {}:{} (client id {}, {} {}) closes its connection: {}",
             protocol::ApiName(request.header.api_key), request.header.api_version,
             connection.client_host, connection.client_port, ClientId(request),
             connection.client_software_name, connection.client_software_version, reason);
  request.responder.Send(Reply::Close());
}

// For whoever lists the connections. Compared first: it hardly ever changes.
void NoteClientId(Connection& connection, std::string_view client_id) {
  constexpr size_t kLongest = 255;
  const std::string_view shown = client_id.substr(0, kLongest);
  if (connection.client_id != shown) connection.client_id = shown;
}

template <class M, void (*Handle)(Context&, RequestPtr<M>)>
void DecodeAndHandle(Context& ctx, RawRequest raw) {
  const MutableBytes body = raw.frame.bytes.subspan(raw.header.size);
  Result<M> message = protocol::Decode<M>(body, raw.header.api_version);
  if (!message) return Reject(std::move(raw), message.error().message);
  Handle(ctx, std::make_shared<Request<M>>(std::move(raw), std::move(*message)));
}

// Versions as the codec has them, but for those that the broker does not implement.
template <class M, void (*Handle)(Context&, RequestPtr<M>)>
constexpr Route MakeRoute(int16_t min = M::api.min_version, int16_t max = M::api.max_version) {
  return {M::api, min, max, &DecodeAndHandle<M, Handle>};
}

using namespace protocol;  // NOLINT: the message names, for the table

constexpr Route kRoutes[] = {
    MakeRoute<ProduceRequest, HandleProduce>(),
    MakeRoute<FetchRequest, HandleFetch>(),
    MakeRoute<ListOffsetsRequest, HandleListOffsets>(),
    MakeRoute<MetadataRequest, HandleMetadata>(),
    MakeRoute<OffsetCommitRequest, HandleOffsetCommit>(),
    MakeRoute<OffsetFetchRequest, HandleOffsetFetch>(),
    MakeRoute<FindCoordinatorRequest, HandleFindCoordinator>(),
    MakeRoute<JoinGroupRequest, HandleJoinGroup>(),
    MakeRoute<HeartbeatRequest, HandleHeartbeat>(),
    MakeRoute<LeaveGroupRequest, HandleLeaveGroup>(),
    MakeRoute<SyncGroupRequest, HandleSyncGroup>(),
    MakeRoute<DescribeGroupsRequest, HandleDescribeGroups>(),
    MakeRoute<ListGroupsRequest, HandleListGroups>(),
    MakeRoute<ApiVersionsRequest, HandleApiVersions>(),
    MakeRoute<CreateTopicsRequest, HandleCreateTopics>(),
    MakeRoute<DeleteTopicsRequest, HandleDeleteTopics>(),
    MakeRoute<DeleteRecordsRequest, HandleDeleteRecords>(),
    MakeRoute<InitProducerIdRequest, HandleInitProducerId>(),
    MakeRoute<OffsetForLeaderEpochRequest, HandleOffsetForLeaderEpoch>(),
    MakeRoute<DescribeConfigsRequest, HandleDescribeConfigs>(),
    MakeRoute<AlterConfigsRequest, HandleAlterConfigs>(),
    MakeRoute<DescribeLogDirsRequest, HandleDescribeLogDirs>(),
    MakeRoute<CreatePartitionsRequest, HandleCreatePartitions>(),
    MakeRoute<DeleteGroupsRequest, HandleDeleteGroups>(),
    MakeRoute<IncrementalAlterConfigsRequest, HandleIncrementalAlterConfigs>(),
    MakeRoute<OffsetDeleteRequest, HandleOffsetDelete>(),
    MakeRoute<DescribeClusterRequest, HandleDescribeCluster>(),
    MakeRoute<DescribeProducersRequest, HandleDescribeProducers>(),
    MakeRoute<DescribeTopicPartitionsRequest, HandleDescribeTopicPartitions>(),
};

static_assert(std::is_sorted(std::begin(kRoutes), std::end(kRoutes),
                             [](const Route& a, const Route& b) { return a.api.key < b.api.key; }));

}  // namespace

std::span<const Route> Routes() { return kRoutes; }

const Route* FindRoute(ApiKey key) {
  const Route* route =
      std::lower_bound(std::begin(kRoutes), std::end(kRoutes), key,
                       [](const Route& a, ApiKey wanted) { return a.api.key < wanted; });
  return route != std::end(kRoutes) && route->api.key == key ? route : nullptr;
}

void Dispatcher::Handle(const std::shared_ptr<Connection>& connection, Frame frame,
                        Responder responder) {
  Result<RequestHeader> header = ReadRequestHeader(frame.bytes);
  RawRequest request{connection, {}, std::move(frame), std::move(responder), &produce_run_};
  if (!header) {
    LogWarning("a request from {}:{} closes its connection: {}", connection->client_host,
               connection->client_port, header.error().message);
    return request.responder.Send(Reply::Close());
  }
  request.header = *header;
  NoteClientId(*connection, header->client_id.value_or(std::string_view()));
  const Route* route = FindRoute(header->api_key);
  if (route == nullptr) return Reject(std::move(request), "the API is not served");
  if (!route->Answers(header->api_version)) {
    if (header->api_key == ApiKey::kApiVersions) {
      return RespondToUnknownApiVersions(std::move(request));
    }
    return Reject(std::move(request), fmt::format("versions {} to {} are served",
                                                  route->advertised_min, route->advertised_max));
  }
  if (header->api_key != ApiKey::kProduce) produce_run_.Commit();
  route->handle(ctx_, std::move(request));
}

}  // namespace monkafka::handlers
