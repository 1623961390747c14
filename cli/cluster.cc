#include <fmt/format.h>

#include <memory>

#include "cli/answers.h"
#include "cli/command.h"
#include "cli/nouns.h"
#include "monkafka/admin/v1/cluster.grpc.pb.h"

namespace monkafka::cli::cluster {
namespace {

using Stub = v1::ClusterService::Stub;

std::string DurabilityText(v1::Durability durability) {
  switch (durability) {
    case v1::DURABILITY_SYNCED:
      return "on disk before acks=all is answered";
    case v1::DURABILITY_WRITTEN:
      return "with the operating system before acks=all is answered";
    default:
      return "unknown";
  }
}

void Info(Session& session) {
  auto response = session.Call(&Stub::GetCluster, v1::GetClusterRequest(), "show the cluster");
  const v1::Cluster& c = response.cluster();
  session.printer().PrintOne(response, c.cluster_id(), [&](Details& details) {
    details.Field("Cluster", Id(c.cluster_id()));
    details.Field("Node", Number(c.node_id()));
    details.Field("Controller", Number(c.controller_id()));
    details.Field("Version", Text(c.version()));
    details.Field("Metadata version", Text(c.metadata_version()));
    details.Field("Metadata offset", Number(c.metadata_offset()));
    details.Field("Up", Duration(ToMilliseconds(c.uptime())));
    details.Field("Topics", Number(c.topic_count()));
    details.Field("Partitions", Number(c.partition_count()));
    details.Field("Offline partitions",
                  Number(c.offline_partition_count(),
                         c.offline_partition_count() > 0 ? Tone::kBad : Tone::kPlain));
    details.Field("Groups", Number(c.group_count()));
    details.Field("Connections", Number(c.connection_count()));
    details.Field("Size", Size(c.size_bytes()));
    details.Field("Appended", Text(FormatRate(c.records_per_second()) + " records, " +
                                   FormatByteRate(c.bytes_per_second())));
    details.Field("Durability", Text(DurabilityText(c.durability())));
    for (const std::string& directory : c.log_directories()) details.Field("Logs", Text(directory));
  });
}

Cell HealthCell(v1::HealthStatus status) {
  Tone tone = status == v1::HEALTH_STATUS_OK        ? Tone::kGood
              : status == v1::HEALTH_STATUS_WARNING ? Tone::kWarning
                                                    : Tone::kBad;
  return Text(Word(v1::HealthStatus_Name(status), "HEALTH_STATUS_"), tone);
}

// Whole, which a table has no room for, and what to do about it.
void WarnOf(Session& session, const v1::HealthCheck& check) {
  const std::string subject = check.subject().empty() ? "" : " " + Printable(check.subject());
  session.Warn(fmt::format("{} {}{}: {}\n  next: {}", Printable(check.name()),
                           Word(v1::HealthStatus_Name(check.status()), "HEALTH_STATUS_"), subject,
                           Printable(check.message()), AdviceOnHealth(check)));
}

void Health(Session& session) {
  auto response = session.Call(&Stub::CheckHealth, v1::CheckHealthRequest(), "check the health");
  using H = v1::HealthCheck;
  static const View<H> view{.items = "checks",
                            .name = [](const H& h) { return h.name(); },
                            .columns = {
                                {"CHECK", [](const H& h) { return Text(h.name()); }},
                                {"STATUS", [](const H& h) { return HealthCell(h.status()); }},
                                {"SUBJECT", [](const H& h) { return TextOrAbsent(h.subject()); }},
                                {"MESSAGE", [](const H& h) { return Prose(h.message()); }},
                            }};
  session.ShowList(response, response.checks(), view);
  for (const H& check : response.checks()) {
    if (check.status() != v1::HEALTH_STATUS_OK && session.printer().for_people()) {
      WarnOf(session, check);
    }
  }
  if (response.status() == v1::HEALTH_STATUS_FAILED) session.set_exit_code(kFailed);
}

void Apis(Session& session) {
  auto response = session.CallAllPages(&Stub::ListApis, v1::ListApisRequest(), "list the APIs");
  using A = v1::Api;
  static const View<A> view{.items = "APIs",
                            .name = [](const A& a) { return a.name(); },
                            .columns = {
                                {"KEY", [](const A& a) { return Number(a.key()); }},
                                {"API", [](const A& a) { return Text(a.name()); }},
                                {"FROM", [](const A& a) { return Number(a.min_version()); }},
                                {"TO", [](const A& a) { return Number(a.max_version()); }},
                            }};
  session.ShowList(response, response.apis(), view);
}

std::string Listeners(const v1::Broker& broker) {
  std::string text;
  for (const v1::Listener& l : broker.listeners()) {
    text += fmt::format("{}{}://{}:{}", text.empty() ? "" : " ", l.name(), l.advertised_host(),
                        l.advertised_port());
  }
  return text;
}

void Brokers(Session& session) {
  auto response =
      session.CallAllPages(&Stub::ListBrokers, v1::ListBrokersRequest(), "list the brokers");
  using B = v1::Broker;
  static const View<B> view{.items = "brokers",
                            .name = [](const B& b) { return std::to_string(b.node_id()); },
                            .columns = {
                                {"NODE", [](const B& b) { return Number(b.node_id()); }},
                                {"ADVERTISED", [](const B& b) { return Id(Listeners(b)); }},
                                {"RACK", [](const B& b) { return TextOrAbsent(b.rack()); }},
                                {"FENCED", [](const B& b) { return YesNo(b.fenced()); }},
                                {"EPOCH", [](const B& b) { return Number(b.epoch()); }, true},
                            }};
  session.ShowList(response, response.brokers(), view);
}

void Features(Session& session) {
  auto response =
      session.CallAllPages(&Stub::ListFeatures, v1::ListFeaturesRequest(), "list the features");
  using F = v1::Feature;
  static const View<F> view{
      .items = "features",
      .name = [](const F& f) { return f.name(); },
      .columns = {
          {"FEATURE", [](const F& f) { return Text(f.name()); }},
          {"LEVEL", [](const F& f) { return Number(f.finalized_level()); }},
          {"SUPPORTED FROM", [](const F& f) { return Number(f.min_supported_level()); }},
          {"TO", [](const F& f) { return Number(f.max_supported_level()); }},
      }};
  session.ShowList(response, response.features(), view);
}

}  // namespace

void AddCommands(CLI::App& root, Session& session) {
  CLI::App* noun = AddNoun(root, "cluster", "The cluster as a whole");
  const struct {
    const char* verb;
    const char* help;
    const char* example;
    void (*run)(Session&);
  } verbs[] = {
      {"info", "What the cluster is", "monkafkactl cluster info", Info},
      {"health", "The broker's checks of itself; exit code 1 if one fails",
       "monkafkactl cluster health", Health},
      {"brokers", "The brokers and the addresses that clients are told",
       "monkafkactl cluster brokers", Brokers},
      {"features", "The features and their levels", "monkafkactl cluster features", Features},
      {"apis", "The Kafka APIs and versions that are served", "monkafkactl cluster apis", Apis},
  };
  for (const auto& each : verbs) {
    CLI::App* verb = AddVerb(*noun, each.verb, each.help, {each.example});
    verb->callback([run = each.run, &session] { run(session); });
  }
}

}  // namespace monkafka::cli::cluster
