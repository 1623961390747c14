#include "app/admin/connections.h"

#include <fmt/core.h>

#include <algorithm>

namespace monkafka::app {
namespace {

using std::chrono::milliseconds;
using std::chrono::system_clock;

admin::ConnectionInfo ToInfo(const net::ConnectionStats& stats, TimestampMs now) {
  const bool v6 = stats.client_host.find(':') != std::string::npos;
  admin::ConnectionInfo info;
  info.connection_id = static_cast<int64_t>(stats.id);
  info.remote_address = v6 ? fmt::format("[{}]:{}", stats.client_host, stats.client_port)
                           : fmt::format("{}:{}", stats.client_host, stats.client_port);
  info.listener = stats.listener;
  info.client_id = stats.client_id;
  info.software_name = stats.client_software_name;
  info.software_version = stats.client_software_version;
  info.principal = stats.principal;
  info.connect_time = system_clock::time_point(milliseconds(stats.connected_at));
  info.last_request_time = system_clock::time_point(milliseconds(now) - stats.idle);
  info.request_count = stats.requests;
  info.pending_request_count = static_cast<int32_t>(stats.in_flight);
  info.received_bytes = stats.bytes_in;
  info.sent_bytes = stats.bytes_out;
  return info;
}

}  // namespace

admin::Outcome<std::vector<admin::ConnectionInfo>> AdminConnections::List() {
  std::vector<admin::ConnectionInfo> infos;
  const TimestampMs now = clock_.WallMs();
  for (const net::ConnectionStats& stats : server_.Connections()) {
    infos.push_back(ToInfo(stats, now));
  }
  std::ranges::sort(infos, {}, &admin::ConnectionInfo::connection_id);
  return infos;
}

admin::Outcome<admin::ConnectionInfo> AdminConnections::Close(int64_t connection_id,
                                                              bool validate_only) {
  admin::Outcome<std::vector<admin::ConnectionInfo>> all = List();
  const auto found = std::ranges::find(*all, connection_id, &admin::ConnectionInfo::connection_id);
  const bool there =
      found != all->end() &&
      (validate_only || server_.CloseConnection(static_cast<uint64_t>(connection_id)));
  if (there) return *found;
  admin::Failure failure(
      admin::FailureKind::kNotFound, "CONNECTION_NOT_FOUND",
      fmt::format("there is no connection {}; it may have been closed already", connection_id));
  failure.resource = {"connection", std::to_string(connection_id)};
  return std::unexpected(std::move(failure));
}

}  // namespace monkafka::app
