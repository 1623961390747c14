// Walks the way of a Kafka client: the admin service, the bootstrap address, the metadata it
// answers, and every address that the metadata advertises. What is broken is named with the config
// line that mends it.
#include <fmt/format.h>
#include <google/protobuf/struct.pb.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "cli/answers.h"
#include "cli/command.h"
#include "cli/host_port.h"
#include "cli/kafka_probe.h"
#include "cli/nouns.h"
#include "cli/status_text.h"
#include "cli/unreachable.h"
#include "monkafka/admin/v1/cluster.grpc.pb.h"

namespace monkafka::cli::doctor {
namespace {

using google::protobuf::Value;

using Address = HostAndPort;

bool IsLoopback(const std::string& host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

bool IsWildcard(const std::string& host) {
  return host.empty() || host == "0.0.0.0" || host == "::";
}

class Doctor {
 public:
  Doctor(Session& session, std::vector<Address> bootstrap, std::chrono::milliseconds patience)
      : session_(session), bootstrap_(std::move(bootstrap)), patience_(patience) {}

  void Run() {
    AskAdmin();
    const std::vector<Address> bootstraps = Bootstraps();
    std::vector<Probe> probes;
    probes.reserve(bootstraps.size());
    for (const Address& bootstrap : bootstraps) probes.push_back(Ask(bootstrap));
    // Clients try their list until one answers. What the admin service tells of is no such list:
    // each of its listeners is somebody's only way.
    const bool any_is_enough =
        !bootstrap_.empty() && std::any_of(probes.begin(), probes.end(), [](const Probe& probe) {
          return probe.result == ProbeResult::kAnswered;
        });
    for (size_t i = 0; i < bootstraps.size(); ++i) {
      ShowBootstrap(bootstraps[i], probes[i], any_is_enough ? Found::kWarning : Found::kFailed);
      for (const Probe::Broker& broker : probes[i].brokers) {
        CheckAdvertised(broker, bootstraps[i], probes[i]);
      }
    }
    Print();
  }

 private:
  enum class Found { kOk, kWarning, kFailed };

  void Say(const char* check, Found found, const std::string& subject, const std::string& message,
           const std::string& next = "") {
    Value value;
    auto& fields = *value.mutable_struct_value()->mutable_fields();
    fields["check"].set_string_value(check);
    fields["status"].set_string_value(found == Found::kOk        ? "ok"
                                      : found == Found::kWarning ? "warning"
                                                                 : "failed");
    fields["subject"].set_string_value(subject);
    fields["message"].set_string_value(message);
    fields["next"].set_string_value(next);
    *findings_.add_values() = value;
    if (found == Found::kFailed) session_.set_exit_code(kFailed);
  }

  void AskAdmin() {
    const std::string endpoint = session_.target().context.endpoint;
    v1::GetClusterResponse response;
    grpc::Status status =
        session_.TryCall(&v1::ClusterService::Stub::GetCluster, v1::GetClusterRequest(), &response);
    if (IsUnreachable(status) || status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) {
      Unreachable found = ExplainUnreachable(session_.target().context, status.error_message());
      Say("admin service", Found::kFailed, endpoint, found.why, found.next);
      return;
    }
    if (!status.ok()) {
      Say("admin service", Found::kFailed, endpoint, status.error_message(),
          "--token-file, --ca, --cert and --key say who you are");
      return;
    }
    cluster_ = response.cluster();
    Say("admin service", Found::kOk, endpoint,
        fmt::format("node {} of cluster {}, version {}, up {}", cluster_->node_id(),
                    cluster_->cluster_id(), cluster_->version(),
                    FormatDuration(ToMilliseconds(cluster_->uptime()))));
    AskHealth();
    v1::ListBrokersResponse brokers;
    if (session_.TryCall(&v1::ClusterService::Stub::ListBrokers, v1::ListBrokersRequest(), &brokers)
            .ok()) {
      brokers_ = brokers;
    }
  }

  void AskHealth() {
    v1::CheckHealthResponse health;
    auto status =
        session_.TryCall(&v1::ClusterService::Stub::CheckHealth, v1::CheckHealthRequest(), &health);
    if (!status.ok()) return;
    if (health.status() == v1::HEALTH_STATUS_OK) {
      Say("health", Found::kOk, "broker", Count(health.checks_size(), "check") + " passed");
    }
    for (const v1::HealthCheck& check : health.checks()) {
      if (check.status() == v1::HEALTH_STATUS_OK) continue;
      Say("health", check.status() == v1::HEALTH_STATUS_WARNING ? Found::kWarning : Found::kFailed,
          check.subject().empty() ? check.name() : check.subject(), check.message(),
          AdviceOnHealth(check));
    }
  }

  // The listener that a client of `address` speaks with; null when the admin service didn't tell.
  const v1::Listener* ListenerOf(const Address& address) const {
    for (const v1::Broker& broker : brokers_.brokers()) {
      for (const v1::Listener& listener : broker.listeners()) {
        if (listener.advertised_port() == address.port || listener.bind_port() == address.port) {
          return &listener;
        }
      }
    }
    return nullptr;
  }

  // The one given; else every listener that the admin service tells of, for each has an advertised
  // address of its own.
  std::vector<Address> Bootstraps() const {
    if (!bootstrap_.empty()) return bootstrap_;
    std::vector<Address> found;
    for (const v1::Broker& broker : brokers_.brokers()) {
      for (const v1::Listener& l : broker.listeners()) {
        if (l.bind_port() == 0) continue;
        found.push_back({IsWildcard(l.bind_host()) ? "127.0.0.1" : l.bind_host(), l.bind_port()});
      }
    }
    if (found.empty()) found.push_back({"127.0.0.1", 9092});
    return found;
  }

  Probe Ask(const Address& address) const {
    const v1::Listener* listener = ListenerOf(address);
    bool plain = listener == nullptr || listener->security_protocol() == "PLAINTEXT";
    return plain ? ProbeKafka(address.host, address.port, patience_)
                 : ProbeConnection(address.host, address.port, patience_);
  }

  // `unreached` is how bad it is that this one fails.
  void ShowBootstrap(const Address& address, const Probe& probe, Found unreached) {
    const std::string where = address.Text();
    const auto say = [&](const std::string& message, const std::string& next) {
      Say("bootstrap", unreached, where, message, next);
    };
    switch (probe.result) {
      case ProbeResult::kAnswered:
        break;
      case ProbeResult::kUnknownHost:
        return say("the name does not resolve: " + probe.error,
                   "mend the name in the client's bootstrap.servers, or in DNS or /etc/hosts");
      case ProbeResult::kRefused:
        return say(
            "nobody listens there",
            fmt::format(
                "listeners=PLAINTEXT://{}:{} in server.properties (or --port {}), or mend the "
                "client's bootstrap.servers",
                IsLoopback(address.host) ? "127.0.0.1" : "0.0.0.0", address.port, address.port));
      case ProbeResult::kTimedOut:
      case ProbeResult::kUnreachable:
        return say(
            probe.error,
            fmt::format(
                "let TCP port {} through to the broker, and have `listeners` bind an address that "
                "is reached from here",
                address.port));
      case ProbeResult::kNotKafka:
        return say(probe.error,
                   "is this port the one of `listeners`? A listener with TLS or SASL wants "
                   "security.protocol in the client");
    }
    Say("bootstrap", Found::kOk, where, "answers");
    CheckMetadata(probe, where);
  }

  void CheckMetadata(const Probe& probe, const std::string& where) {
    if (probe.brokers.empty() && probe.cluster_id.empty()) return;  // a listener with TLS or SASL
    if (cluster_ && probe.cluster_id != cluster_->cluster_id()) {
      Say("metadata", Found::kFailed, where,
          fmt::format("belongs to cluster {}, the admin service to {}", probe.cluster_id,
                      cluster_->cluster_id()),
          "--endpoint or --bootstrap names another broker than you mean");
      return;
    }
    Say("metadata", Found::kOk, where,
        fmt::format("cluster {}, {}", probe.cluster_id,
                    Count(static_cast<int64_t>(probe.brokers.size()), "broker")));
  }

  void CheckAdvertised(const Probe::Broker& broker, const Address& bootstrap, const Probe& told) {
    Address address{broker.host, broker.port};
    const std::string subject = fmt::format("node {} at {}", broker.node_id, address.Text());
    const v1::Listener* listener = ListenerOf(address);
    std::string name = listener != nullptr ? listener->name() : "PLAINTEXT";
    const std::string line = fmt::format(
        "advertised.listeners={}://{}:{} in server.properties, with a name that clients reach",
        name, bootstrap.host, bootstrap.port);
    if (IsWildcard(broker.host)) {
      Say("advertised", Found::kFailed, subject, "clients cannot connect to a wildcard address",
          line);
      return;
    }
    Probe probe = Ask(address);
    if (probe.result != ProbeResult::kAnswered) {
      Say("advertised", Found::kFailed, subject,
          "clients are sent to this address, which fails: " + probe.error, line);
    } else if (!probe.cluster_id.empty() && probe.cluster_id != told.cluster_id) {
      Say("advertised", Found::kFailed, subject,
          "clients are sent to this address, where another cluster answers: " + probe.cluster_id,
          line);
    } else if (IsLoopback(broker.host) && !IsLoopback(bootstrap.host)) {
      Say("advertised", Found::kWarning, subject,
          "clients on other machines will look for the broker on their own", line);
    } else {
      Say("advertised", Found::kOk, subject, "answers");
    }
  }

  static std::string Field(const Value& finding, const char* name) {
    return finding.struct_value().fields().at(name).string_value();
  }

  void Print() {
    google::protobuf::Struct response;
    *(*response.mutable_fields())["findings"].mutable_list_value() = findings_;
    static const View<Value> view{
        .items = "findings",
        .name = [](const Value& f) { return Field(f, "check"); },
        .columns = {
            {"CHECK", [](const Value& f) { return Text(Field(f, "check")); }},
            {"STATUS",
             [](const Value& f) {
               std::string status = Field(f, "status");
               return Text(status, status == "ok"        ? Tone::kGood
                                   : status == "warning" ? Tone::kWarning
                                                         : Tone::kBad);
             }},
            {"SUBJECT", [](const Value& f) { return Text(Field(f, "subject")); }},
            {"FOUND", [](const Value& f) { return Prose(Field(f, "message")); }},
        }};
    session_.ShowList(response, findings_.values(), view);
    for (const Value& finding : findings_.values()) {
      if (Field(finding, "next").empty()) continue;
      session_.Warn(fmt::format("{} {}: {}\n  next: {}", Field(finding, "check"),
                                Field(finding, "subject"), Field(finding, "message"),
                                Field(finding, "next")));
    }
  }

  Session& session_;
  const std::vector<Address> bootstrap_;
  const std::chrono::milliseconds patience_;
  std::optional<v1::Cluster> cluster_;
  v1::ListBrokersResponse brokers_;
  google::protobuf::ListValue findings_;
};

}  // namespace

void AddCommands(CLI::App& root, Session& session) {
  CLI::App* verb = AddVerb(
      root, "doctor", "Walk the way of a client to the broker, and name the config line to change",
      {"monkafkactl doctor", "monkafkactl doctor --bootstrap localhost:9092"});
  struct Flags {
    std::string bootstrap;
    std::string patience = "3s";
  };
  auto flags = std::make_shared<Flags>();
  verb->add_option("--bootstrap", flags->bootstrap,
                   "What clients have as bootstrap.servers: one that answers is enough, the others "
                   "are warnings; else what the admin service says")
      ->type_name("HOST:PORT,...");
  verb->add_option("--patience", flags->patience, "How long to wait for each address (3s)")
      ->type_name("DURATION");
  verb->callback([flags, &session] {
    auto patience = ParseDurationOption("--patience", flags->patience);
    Doctor(session,
           flags->bootstrap.empty() ? std::vector<Address>()
                                    : ParseHostAndPortList("--bootstrap", flags->bootstrap),
           patience)
        .Run();
  });
}

}  // namespace monkafka::cli::doctor
