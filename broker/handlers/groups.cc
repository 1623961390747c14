// Consumer groups: membership and description. The coordinator does the work.
#include "protocol/groups.h"

#include <utility>

#include "handlers/authorized_operations.h"
#include "handlers/coordinator_call.h"
#include "handlers/handlers.h"

namespace monkafka::handlers {

void HandleJoinGroup(Context& ctx, RequestPtr<protocol::JoinGroupRequest> request) {
  // As Java prints an address, which is what Kafka stores and its tools show.
  groups::ClientInfo client{std::string(request->client_id()),
                            "/" + request->connection().client_host};
  ctx.groups.JoinGroup(ForCoordinator(*request), std::move(client), Responds(request));
}

void HandleSyncGroup(Context& ctx, RequestPtr<protocol::SyncGroupRequest> request) {
  ctx.groups.SyncGroup(ForCoordinator(*request), Responds(request));
}

void HandleHeartbeat(Context& ctx, RequestPtr<protocol::HeartbeatRequest> request) {
  ctx.groups.Heartbeat(ForCoordinator(*request), Responds(request));
}

void HandleLeaveGroup(Context& ctx, RequestPtr<protocol::LeaveGroupRequest> request) {
  ctx.groups.LeaveGroup(ForCoordinator(*request), Responds(request));
}

void HandleListGroups(Context& ctx, RequestPtr<protocol::ListGroupsRequest> request) {
  ctx.groups.ListGroups(ForCoordinator(*request), Responds(request));
}

void HandleDescribeGroups(Context& ctx, RequestPtr<protocol::DescribeGroupsRequest> request) {
  const bool with_operations = request->message().include_authorized_operations;
  ctx.groups.DescribeGroups(
      ForCoordinator(*request),
      [request, with_operations](protocol::DescribeGroupsResponse response) {
        for (protocol::DescribeGroupsResponse::Group& group : response.groups) {
          if (!with_operations || group.error_code != ErrorCode::kNone) continue;
          group.authorized_operations = kGroupOperations;
        }
        request->Respond(response);
      });
}

void HandleDeleteGroups(Context& ctx, RequestPtr<protocol::DeleteGroupsRequest> request) {
  ctx.groups.DeleteGroups(ForCoordinator(*request), Responds(request));
}

}  // namespace monkafka::handlers
