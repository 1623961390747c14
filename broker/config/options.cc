#include "config/options.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "config/listeners.h"
#include "config/value.h"

namespace monkafka::config {
namespace {

using std::chrono::milliseconds;

std::string MachineName() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  return name.data();
}

// The protocol of a listener name: by listener.security.protocol.map, else the name itself.
std::string ProtocolOf(const Settings& settings, const std::string& listener) {
  for (const std::string& entry : ParseList(settings.Text("listener.security.protocol.map"))) {
    const size_t colon = entry.find(':');
    if (colon != std::string::npos && entry.substr(0, colon) == listener) {
      return entry.substr(colon + 1);
    }
  }
  return listener;
}

Status CheckProtocols(const Settings& settings, const std::vector<ListenerAddress>& listeners) {
  for (const ListenerAddress& listener : listeners) {
    const std::string protocol = ProtocolOf(settings, listener.name);
    if (protocol == "PLAINTEXT") continue;
    return Fail(ErrorCode::kInvalidConfig,
                fmt::format("Invalid value {} for configuration listeners: the listener {} has the "
                            "security protocol {}, and only PLAINTEXT is served; name the protocol "
                            "of a listener in listener.security.protocol.map",
                            settings.Text("listeners"), listener.name, protocol));
  }
  return {};
}

int64_t MachineMemoryBytes() {
  return static_cast<int64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGE_SIZE);
}

}  // namespace

Result<net::ServerOptions> MakeServerOptions(const Settings& settings) {
  Result<std::vector<ListenerAddress>> listeners =
      ParseListeners("listeners", settings.Text("listeners"));
  if (!listeners) return Forward(std::move(listeners));
  if (Status served = CheckProtocols(settings, *listeners); !served) {
    return Forward(std::move(served));
  }
  net::ServerOptions options;
  for (const ListenerAddress& listener : *listeners) {
    options.listeners.push_back({listener.name, listener.host, listener.port});
  }
  options.network_threads = settings.Int32("num.network.threads");
  options.backlog = settings.Int32("socket.listen.backlog.size");
  options.send_buffer_bytes = settings.Int32("socket.send.buffer.bytes");
  options.receive_buffer_bytes = settings.Int32("socket.receive.buffer.bytes");
  options.max_request_bytes = settings.Int32("socket.request.max.bytes");
  options.max_connections = settings.Int32("max.connections");
  options.max_connections_per_ip = settings.Int32("max.connections.per.ip");
  options.max_in_flight_per_connection =
      settings.Int32("monkafka.max.in.flight.requests.per.connection");
  const int64_t memory = settings.Integer("queued.max.request.bytes");
  options.receive_memory_bytes = memory > 0 ? memory : MachineMemoryBytes() / 4;
  options.connections_max_idle =
      milliseconds(std::max<int64_t>(settings.Integer("connections.max.idle.ms"), 0));
  return options;
}

Result<std::vector<cluster::Endpoint>> MakeAdvertised(const Settings& settings,
                                                      const std::vector<net::Listener>& listeners,
                                                      const std::map<std::string, int>& bound) {
  std::vector<cluster::Endpoint> endpoints;
  if (!settings.Given("advertised.listeners")) {
    for (const net::Listener& listener : listeners) {
      const bool every =
          listener.host.empty() || listener.host == "0.0.0.0" || listener.host == "::";
      endpoints.push_back(
          {listener.name, every ? MachineName() : listener.host, bound.at(listener.name)});
    }
    return endpoints;
  }
  const std::string text = settings.Text("advertised.listeners");
  Result<std::vector<ListenerAddress>> advertised = ParseListeners("advertised.listeners", text);
  if (!advertised) return Forward(std::move(advertised));
  for (const ListenerAddress& address : *advertised) {
    const auto port = bound.find(address.name);
    if (port == bound.end() || address.host.empty()) {
      return Fail(ErrorCode::kInvalidConfig,
                  fmt::format("Invalid value {} for configuration advertised.listeners: {} {}",
                              text, address.name,
                              address.host.empty() ? "needs a host that clients can reach"
                                                   : "is no name of a listener"));
    }
    endpoints.push_back(
        {address.name, address.host, address.port == 0 ? port->second : address.port});
  }
  for (const net::Listener& listener : listeners) {
    if (std::ranges::find(endpoints, listener.name, &cluster::Endpoint::listener) ==
        endpoints.end()) {
      endpoints.push_back({listener.name, listener.host.empty() ? MachineName() : listener.host,
                           bound.at(listener.name)});
    }
  }
  return endpoints;
}

Result<std::string> DataDirectory(const Settings& settings) {
  const std::vector<std::string> directories = ParseList(settings.Text("log.dirs"));
  if (directories.size() == 1) return directories[0];
  return Fail(
      ErrorCode::kInvalidConfig,
      fmt::format("Invalid value {} for configuration log.dirs: one directory holds the data",
                  settings.Text("log.dirs")));
}

storage::LogManagerOptions MakeLogManagerOptions(const Settings& settings, std::string directory) {
  storage::LogManagerOptions options;
  options.directory = std::move(directory);
  options.retention_check_interval =
      milliseconds(settings.Integer("log.retention.check.interval.ms"));
  options.checkpoint_interval =
      milliseconds(settings.Integer("log.flush.offset.checkpoint.interval.ms"));
  options.producer_id_expiration = milliseconds(settings.Integer("producer.id.expiration.ms"));
  options.producer_id_expiration_check =
      milliseconds(settings.Integer("producer.id.expiration.check.interval.ms"));
  return options;
}

groups::GroupOptions MakeGroupOptions(const Settings& settings) {
  groups::GroupOptions options;
  options.min_session_timeout = milliseconds(settings.Integer("group.min.session.timeout.ms"));
  options.max_session_timeout = milliseconds(settings.Integer("group.max.session.timeout.ms"));
  options.initial_rebalance_delay =
      milliseconds(settings.Integer("group.initial.rebalance.delay.ms"));
  options.max_size = settings.Int32("group.max.size");
  options.offset_metadata_max_size = settings.Int32("offset.metadata.max.bytes");
  options.offsets_retention = std::chrono::minutes(settings.Integer("offsets.retention.minutes"));
  options.offsets_retention_check_interval =
      milliseconds(settings.Integer("offsets.retention.check.interval.ms"));
  return options;
}

services::TopicServiceOptions MakeTopicServiceOptions(const Settings& settings) {
  services::TopicServiceOptions options;
  options.default_partitions = settings.Int32("num.partitions");
  options.default_replication_factor =
      static_cast<int16_t>(settings.Integer("default.replication.factor"));
  options.delete_topic_enable = settings.Boolean("delete.topic.enable");
  options.offsets_topic_partitions = settings.Int32("offsets.topic.num.partitions");
  options.offsets_topic_replication =
      static_cast<int16_t>(settings.Integer("offsets.topic.replication.factor"));
  options.offsets_topic_segment_bytes = settings.Int32("offsets.topic.segment.bytes");
  return options;
}

services::ProduceOptions MakeProduceOptions(const Settings& settings) {
  services::ProduceOptions options;
  options.flush_acks_all = settings.Boolean("monkafka.acks.all.flush");
  return options;
}

services::FetchOptions MakeFetchOptions(const Settings& settings) {
  services::FetchOptions options;
  options.max_bytes = settings.Int32("fetch.max.bytes");
  options.session_slots =
      static_cast<size_t>(settings.Integer("max.incremental.fetch.session.cache.slots"));
  return options;
}

}  // namespace monkafka::config
