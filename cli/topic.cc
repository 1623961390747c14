#include <fmt/format.h>

#include <memory>

#include "cli/answers.h"
#include "cli/command.h"
#include "cli/nouns.h"
#include "cli/retention.h"
#include "cli/topic_deletion.h"
#include "cli/topic_trim.h"
#include "monkafka/admin/v1/topics.grpc.pb.h"

namespace monkafka::cli::topic {
namespace {

using Stub = v1::TopicsService::Stub;
using Strings = std::vector<std::string>;

const View<v1::Topic>& TopicView() {
  using T = v1::Topic;
  static const View<T> view{
      .items = "topics",
      .name = [](const T& t) { return t.name(); },
      .columns = {
          {"TOPIC", [](const T& t) { return Text(t.name()); }},
          {"PARTITIONS", [](const T& t) { return Number(t.partition_count()); }},
          {"RECORDS", [](const T& t) { return Number(t.record_count()); }},
          {"SIZE", [](const T& t) { return Size(t.size_bytes()); }},
          {"RECORDS/S", [](const T& t) { return Rate(t.rates().records_per_second()); }},
          {"BYTES/S", [](const T& t) { return ByteRate(t.rates().bytes_per_second()); }},
          {"REPLICAS", [](const T& t) { return Number(t.replication_factor()); }, true},
          {"INTERNAL", [](const T& t) { return YesNo(t.internal()); }, true},
          {"ID", [](const T& t) { return Id(t.topic_id()); }, true},
      }};
  return view;
}

const View<v1::Partition>& PartitionView() {
  using P = v1::Partition;
  static const View<P> view{
      .items = "partitions",
      .name = [](const P& p) { return std::to_string(p.partition()); },
      .columns = {
          {"PARTITION", [](const P& p) { return Number(p.partition()); }},
          {"LEADER", [](const P& p) { return Number(p.leader_id()); }},
          {"START", [](const P& p) { return Number(p.log_start_offset()); }},
          {"END", [](const P& p) { return Number(p.log_end_offset()); }},
          {"SIZE", [](const P& p) { return Size(p.size_bytes()); }},
          {"SEGMENTS", [](const P& p) { return Number(p.segment_count()); }},
          {"BYTES/S", [](const P& p) { return ByteRate(p.rates().bytes_per_second()); }},
          {"EPOCH", [](const P& p) { return Number(p.leader_epoch()); }, true},
          {"HIGH WATERMARK", [](const P& p) { return Number(p.high_watermark()); }, true},
          {"STABLE", [](const P& p) { return Number(p.last_stable_offset()); }, true},
          {"DURABLE", [](const P& p) { return Number(p.durable_end_offset()); }, true},
          {"REPLICAS", [](const P& p) { return Text(Joined(p.replica_ids())); }, true},
          {"IN SYNC", [](const P& p) { return Text(Joined(p.isr_ids())); }, true},
          {"OFFLINE", [](const P& p) { return Prose(p.offline_reason(), Tone::kBad); }},
      }};
  return view;
}

void DescribeTopic(const v1::Topic& topic, bool wide, Details& details) {
  details.Field("Topic", Text(topic.name()));
  details.Field("Id", Text(topic.topic_id()));
  details.Field("Partitions", Number(topic.partition_count()));
  details.Field("Replicas", Number(topic.replication_factor()));
  details.Field("Records", Number(topic.record_count()));
  details.Field("Size", Size(topic.size_bytes()));
  details.Field("Appended", Text(FormatRate(topic.rates().records_per_second()) + " records, " +
                                 FormatByteRate(topic.rates().bytes_per_second())));
  Table configs({"CONFIG", "VALUE"});
  for (const auto& [key, value] : std::map(topic.configs().begin(), topic.configs().end())) {
    configs.Add({Text(key), Prose(value)});
  }
  details.Section("Configs set on the topic", std::move(configs));
  details.Section("Partitions", MakeTable(PartitionView(), topic.partitions(), wide));
}

struct ListFlags {
  std::string pattern, filter, order_by;
  bool internal = false;
};

void List(Session& session, const ListFlags& flags) {
  v1::ListTopicsRequest request;
  request.set_filter(flags.filter);
  if (!flags.pattern.empty()) {
    std::string name = "name = " + Quoted(flags.pattern);
    request.set_filter(flags.filter.empty() ? name
                                            : fmt::format("{} AND ({})", name, flags.filter));
  }
  request.set_order_by(flags.order_by);
  request.set_include_internal(flags.internal);
  bool names_do =
      session.printer().format() == Format::kName && flags.filter.empty() && flags.order_by.empty();
  request.set_view(names_do ? v1::TOPIC_VIEW_NAMES : v1::TOPIC_VIEW_BASIC);
  auto response = session.CallAllPages(&Stub::ListTopics, request, "list the topics");
  session.ShowList(response, response.topics(), TopicView());
}

void Get(Session& session, const std::string& name) {
  v1::GetTopicRequest request;
  request.set_name(name);
  auto response = session.Call(&Stub::GetTopic, request, "show topic " + name);
  session.printer().PrintOne(response, name, [&](Details& details) {
    DescribeTopic(response.topic(), session.printer().wide(), details);
  });
}

// Without its partitions. `what` as of Session::Call.
v1::Topic BasicTopic(Session& session, const std::string& name, const std::string& what) {
  v1::GetTopicRequest request;
  request.set_name(name);
  request.set_view(v1::TOPIC_VIEW_BASIC);
  return session.Call(&Stub::GetTopic, request, what).topic();
}

struct CreateFlags : MutationFlags {
  Strings names, configs;
  int32_t partitions = 0;
  int32_t replication_factor = 0;
  bool if_not_exists = false;
};

void Create(Session& session, const CreateFlags& flags) {
  v1::CreateTopicRequest request;
  request.set_validate_only(flags.dry_run);
  v1::Topic& topic = *request.mutable_topic();
  topic.set_partition_count(flags.partitions);
  topic.set_replication_factor(flags.replication_factor);
  Strings keys;
  for (const std::string& config : flags.configs) {
    auto [key, value] = ParseAssignment(config);
    (*topic.mutable_configs())[key] = value;
    keys.push_back(key);
  }
  CheckEachOnce(keys);
  if (!flags.dry_run) session.Confirm("create " + Named(flags.names), true, /*destructive=*/false);
  session.ForEach("create", flags.names, [&](const std::string& name) {
    topic.set_name(name);
    request.set_request_id(Session::NewRequestId());
    v1::CreateTopicResponse response;
    grpc::Status status = session.TryCall(&Stub::CreateTopic, request, &response);
    if (flags.if_not_exists && status.error_code() == grpc::StatusCode::ALREADY_EXISTS) {
      if (!session.printer().for_people()) {
        *response.mutable_topic() = BasicTopic(session, name, "show topic " + name);
      }
      return session.Announce(response, name, fmt::format("topic {} exists: nothing to do", name));
    }
    session.Check(status, "create topic " + name);
    session.Announce(
        response, name,
        fmt::format("topic {} {} with {}", name, flags.dry_run ? "would be created" : "created",
                    Count(response.topic().partition_count(), "partition")));
  });
}

struct AlterFlags : MutationFlags {
  std::string name;
  Strings set, unset;
  bool if_exists = false;
};

// The same change as the configs service takes it.
v1::AlterConfigsRequest AsAlteration(const v1::UpdateTopicRequest& update) {
  v1::AlterConfigsRequest request;
  request.mutable_resource()->set_topic(update.topic().name());
  for (const std::string& path : update.update_mask().paths()) {
    v1::ConfigChange& change = *request.add_changes();
    change.set_name(path.substr(std::string_view("configs.").size()));
    const auto set = update.topic().configs().find(change.name());
    const bool removed = set == update.topic().configs().end();
    change.set_operation(removed ? v1::ConfigChange::OPERATION_DELETE
                                 : v1::ConfigChange::OPERATION_SET);
    if (!removed) change.set_value(set->second);
  }
  return request;
}

void Alter(Session& session, const AlterFlags& flags) {
  if (flags.set.empty() && flags.unset.empty()) {
    throw UsageError("nothing to change", "add --set KEY=VALUE or --unset KEY");
  }
  v1::UpdateTopicRequest request;
  request.mutable_topic()->set_name(flags.name);
  request.set_validate_only(flags.dry_run);
  request.set_request_id(Session::NewRequestId());
  Strings keys;
  for (const std::string& assignment : flags.set) {
    auto [key, value] = ParseAssignment(assignment);
    (*request.mutable_topic()->mutable_configs())[key] = value;
    keys.push_back(key);
  }
  keys.insert(keys.end(), flags.unset.begin(), flags.unset.end());
  CheckEachOnce(keys);
  for (const std::string& key : keys) request.mutable_update_mask()->add_paths("configs." + key);
  const std::string what = "alter topic " + flags.name;
  retention::ConfirmChange(session, AsAlteration(request), what, flags);
  auto response = session.Call(&Stub::UpdateTopic, request, what);
  std::vector<std::string> changes = flags.set;
  for (const std::string& key : flags.unset) changes.push_back(key + " removed");
  session.Announce(
      response, flags.name,
      fmt::format("topic {} {}: {}", flags.name, flags.dry_run ? "would be altered" : "altered",
                  Printable(fmt::format("{}", fmt::join(changes, ", ")))));
}

struct AddPartitionsFlags : MutationFlags {
  std::string name;
  int32_t total = 0;
  bool if_exists = false;
  bool if_not_exists = false;
};

void AddPartitions(Session& session, const AddPartitionsFlags& flags) {
  if (flags.if_not_exists) {
    v1::AddPartitionsResponse there;
    *there.mutable_topic() = BasicTopic(session, flags.name, "add partitions to " + flags.name);
    const int32_t before = there.topic().partition_count();
    if (before >= flags.total) {
      return session.Announce(there, flags.name,
                              fmt::format("topic {} has {} already: nothing to do", flags.name,
                                          Count(before, "partition")));
    }
  }
  v1::AddPartitionsRequest request;
  request.set_name(flags.name);
  request.set_partition_count(flags.total);
  request.set_validate_only(flags.dry_run);
  request.set_request_id(Session::NewRequestId());
  if (!flags.dry_run) {
    session.Confirm("add partitions to " + flags.name, true, /*destructive=*/false);
  }
  auto response = session.Call(&Stub::AddPartitions, request, "add partitions to " + flags.name);
  session.Announce(response, flags.name,
                   fmt::format("topic {} {} {}; keys may go to other partitions from now on",
                               flags.name, flags.dry_run ? "would have" : "has",
                               Count(response.topic().partition_count(), "partition")));
}

void AddCreate(CLI::App& noun, Session& session) {
  CLI::App* verb =
      AddVerb(noun, "create", "Create topics",
              {"monkafkactl topic create payments --partitions 2",
               "monkafkactl topic create orders --if-not-exists",
               "monkafkactl topic create audit --config retention.ms=86400000 --dry-run"});
  auto flags = std::make_shared<CreateFlags>();
  verb->add_option("topic", flags->names, "Their names")->required()->type_name("NAME");
  verb->add_option("-p,--partitions", flags->partitions,
                   "Partitions; the broker's default if not given")
      ->check(AboveZero(kMostInt32));
  verb->add_option("--replication-factor", flags->replication_factor,
                   "Replicas; the broker's default if not given")
      ->check(AboveZero(kMostInt32));
  verb->add_option("-c,--config", flags->configs, "A config of the topic; may be repeated")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  verb->add_flag("--if-not-exists", flags->if_not_exists, "A topic that exists is no error");
  AddMutationFlags(verb, *flags, /*destructive=*/false);
  verb->callback([flags, &session] { Create(session, *flags); });
}

void AddAlter(CLI::App& noun, Session& session) {
  CLI::App* verb = AddVerb(noun, "alter", "Set or remove configs of a topic",
                           {"monkafkactl topic alter orders --set retention.ms=86400000 --yes",
                            "monkafkactl topic alter orders --unset retention.ms --dry-run"});
  auto flags = std::make_shared<AlterFlags>();
  SetCompletion(verb->add_option("topic", flags->name, "Its name")->required(), Completion::kTopic);
  verb->add_option("--set", flags->set, "A config; may be repeated")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  SetCompletion(verb->add_option("--unset", flags->unset, "A config to remove; may be repeated")
                    ->allow_extra_args(false),
                Completion::kConfigKey);
  AddIfExists(verb, flags->if_exists, "topic");
  AddMutationFlags(verb, *flags, /*destructive=*/true);
  verb->callback([flags, &session] {
    session.IfExists(flags->if_exists, "topic", [&] { Alter(session, *flags); });
  });
}

void AddAddPartitions(CLI::App& noun, Session& session) {
  CLI::App* verb = AddVerb(noun, "add-partitions", "Give a topic more partitions",
                           {"monkafkactl topic add-partitions orders --to 6",
                            "monkafkactl topic add-partitions orders --to 3 --if-not-exists"});
  auto flags = std::make_shared<AddPartitionsFlags>();
  SetCompletion(verb->add_option("topic", flags->name, "Its name")->required(), Completion::kTopic);
  verb->add_option("--to", flags->total, "How many there shall be in all")
      ->required()
      ->check(AboveZero(kMostInt32));
  verb->add_flag("--if-not-exists", flags->if_not_exists,
                 "A topic that has so many, or more, is no error");
  AddIfExists(verb, flags->if_exists, "topic");
  AddMutationFlags(verb, *flags, /*destructive=*/false);
  verb->callback([flags, &session] {
    session.IfExists(flags->if_exists, "topic", [&] { AddPartitions(session, *flags); });
  });
}

}  // namespace

void AddCommands(CLI::App& root, Session& session) {
  CLI::App* noun = AddNoun(root, "topic", "Topics and their partitions");

  CLI::App* list = AddVerb(*noun, "list", "List topics",
                           {"monkafkactl topic list", "monkafkactl topic list 'orders*' -o json",
                            "monkafkactl topic list --filter 'partition_count > 3' "
                            "--order-by 'size_bytes desc'"});
  auto flags = std::make_shared<ListFlags>();
  SetCompletion(list->add_option("pattern", flags->pattern, "Only names like this; * is any text"),
                Completion::kTopic);
  list->add_option("--filter", flags->filter, "Filter (AIP-160) over the fields of Topic")
      ->type_name("EXPRESSION");
  list->add_option("--order-by", flags->order_by, "Fields of Topic, as in 'size_bytes desc'")
      ->type_name("FIELDS");
  list->add_flag("--internal", flags->internal, "Kafka's own topics too");
  list->callback([flags, &session] { List(session, *flags); });

  CLI::App* get = AddVerb(*noun, "get", "Show a topic with its partitions and configs",
                          {"monkafkactl topic get orders"});
  auto name = std::make_shared<std::string>();
  SetCompletion(get->add_option("topic", *name, "Its name")->required(), Completion::kTopic);
  get->callback([name, &session] { Get(session, *name); });

  AddCreate(*noun, session);
  AddAlter(*noun, session);
  AddAddPartitions(*noun, session);
  AddDelete(*noun, session);
  AddTrim(*noun, session);
}

}  // namespace monkafka::cli::topic
