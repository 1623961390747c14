#include <fmt/format.h>

#include "admin/listing.h"
#include "admin/port/connections.h"
#include "admin/services/convert.h"
#include "admin/services/services.h"
#include "admin/utf8.h"
#include "monkafka/admin/v1/connections.pb.h"

namespace monkafka::admin {
namespace {

void Fill(const ConnectionInfo& info, v1::Connection& out) {
  out.set_connection_id(info.connection_id);
  out.set_remote_address(info.remote_address);
  out.set_listener(info.listener);
  out.set_client_id(ToUtf8(info.client_id));
  out.set_software_name(ToUtf8(info.software_name));
  out.set_software_version(ToUtf8(info.software_version));
  out.set_principal(ToUtf8(info.principal));
  *out.mutable_connect_time() = ToProto(info.connect_time);
  *out.mutable_last_request_time() = ToProto(info.last_request_time);
  out.set_request_count(info.request_count);
  out.set_pending_request_count(info.pending_request_count);
  out.set_received_bytes(info.received_bytes);
  out.set_sent_bytes(info.sent_bytes);
}

Outcome<v1::ListConnectionsResponse> ListConnections(ConnectionsPort& port,
                                                     const v1::ListConnectionsRequest& request) {
  Outcome<std::vector<ConnectionInfo>> connections = port.List();
  if (!connections) return std::unexpected(std::move(connections).error());
  v1::ListConnectionsResponse response;
  for (const ConnectionInfo& info : *connections) Fill(info, *response.add_connections());
  return ListAll(request, std::move(response), &v1::ListConnectionsResponse::mutable_connections,
                 "connection_id");
}

Outcome<v1::CloseConnectionResponse> CloseConnection(ConnectionsPort& port,
                                                     const v1::CloseConnectionRequest& request) {
  if (request.connection_id() == 0) return FailField("connection_id", "required");
  Outcome<ConnectionInfo> closed = port.Close(request.connection_id(), request.validate_only());
  if (request.allow_missing() && IsNotFound(closed)) return v1::CloseConnectionResponse();
  if (!closed) return std::unexpected(std::move(closed).error());
  v1::CloseConnectionResponse response;
  Fill(*closed, *response.mutable_connection());
  return response;
}

}  // namespace

void AddConnections(MethodTable& table, ConnectionsPort& port) {
  const std::string service = "/monkafka.admin.v1.ConnectionsService/";
  table.AddRead<v1::ListConnectionsRequest>(
      service + "ListConnections", Role::kViewer,
      [&port](const auto& request, Call&) { return ListConnections(port, request); });
  table.AddMutation<v1::CloseConnectionRequest>(
      service + "CloseConnection", Role::kOperator,
      [](const auto& request) { return fmt::format("connection {}", request.connection_id()); },
      [&port](const auto& request, Call&) { return CloseConnection(port, request); });
}

}  // namespace monkafka::admin
