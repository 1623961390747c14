#include <fmt/format.h>

#include <memory>

#include "cli/answers.h"
#include "cli/command.h"
#include "cli/names.h"
#include "cli/nouns.h"
#include "cli/retention.h"
#include "monkafka/admin/v1/configs.grpc.pb.h"

namespace monkafka::cli::config {
namespace {

using Stub = v1::ConfigsService::Stub;

// Whose configs.
struct Owner {
  std::string topic;
  std::optional<int32_t> broker;
  bool all_brokers = false;
};

void AddOwnerOptions(CLI::App* verb, Owner& owner) {
  auto* group = verb->add_option_group("Whose; the broker that answers if not given");
  SetCompletion(group->add_option("--topic", owner.topic, "A topic's"), Completion::kTopic);
  group->add_option("--broker", owner.broker, "A broker's, by its node id")
      ->check(NotNegative(kMostInt32));
  group->add_flag("--all-brokers", owner.all_brokers, "The defaults of all brokers");
  group->require_option(0, 1);
}

v1::ConfigResource Resource(Session& session, const Owner& owner) {
  v1::ConfigResource resource;
  if (!owner.topic.empty()) {
    resource.set_topic(owner.topic);
  } else if (owner.all_brokers) {
    resource.set_cluster_default(true);
  } else if (owner.broker) {
    resource.set_broker_id(*owner.broker);
  } else {
    resource.set_broker_id(AnsweringBroker(session));
  }
  return resource;
}

std::string Name(const v1::ConfigResource& resource) {
  if (resource.has_topic()) return "topic " + resource.topic();
  if (resource.has_broker_id()) return fmt::format("broker {}", resource.broker_id());
  return "all brokers";
}

std::string SourceWord(v1::ConfigSource source) {
  return Word(v1::ConfigSource_Name(source), "CONFIG_SOURCE_");
}

Cell ValueCell(const v1::ConfigEntry& entry) {
  if (entry.sensitive()) return Text("(secret)", Tone::kDim);
  return entry.has_value() ? Prose(entry.value()) : Absent();
}

bool IsSet(v1::ConfigSource source) {
  return source != v1::CONFIG_SOURCE_DEFAULT && source != v1::CONFIG_SOURCE_UNSPECIFIED;
}

const View<v1::ConfigEntry>& EntryView() {
  using E = v1::ConfigEntry;
  static const View<E> view{
      .items = "configs",
      .name = [](const E& e) { return e.name(); },
      .columns = {
          {"KEY",
           [](const E& e) {
             return Text(e.name(), IsSet(e.source()) ? Tone::kStrong : Tone::kPlain);
           }},
          {"VALUE", ValueCell},
          {"SOURCE", [](const E& e) { return Text(SourceWord(e.source())); }},
          {"DEFAULT",
           [](const E& e) { return e.has_default_value() ? Prose(e.default_value()) : Absent(); },
           true},
          {"TYPE",
           [](const E& e) { return Text(Word(v1::ConfigType_Name(e.type()), "CONFIG_TYPE_")); },
           true},
          {"READ ONLY", [](const E& e) { return YesNo(e.read_only()); }, true},
          {"DOCUMENTATION", [](const E& e) { return Prose(e.documentation()); }, true},
      }};
  return view;
}

struct GetFlags : Owner {
  std::vector<std::string> keys;
  bool set_only = false;
};

[[noreturn]] void ThrowMissing(Session& session, const v1::ConfigResource& resource,
                               const std::vector<std::string>& keys) {
  v1::ListConfigsRequest request;
  *request.mutable_resource() = resource;
  auto all = session.CallAllPages(&Stub::ListConfigs, request, "list the configs");
  std::vector<std::string> known;
  for (const v1::ConfigEntry& entry : all.configs()) known.push_back(entry.name());
  const std::string nearest(Nearest(keys.front(), known));
  throw Failure(fmt::format("{} has no config {}", Name(resource), Named(keys)),
                nearest.empty() ? "`monkafkactl config get` without a key shows all of them"
                                : fmt::format("did you mean {}?", nearest));
}

void Get(Session& session, const GetFlags& flags) {
  v1::ListConfigsRequest request;
  *request.mutable_resource() = Resource(session, flags);
  std::string filter;
  for (const std::string& key : flags.keys) {
    filter += (filter.empty() ? "" : " OR ") + ("name = " + Quoted(key));
  }
  if (flags.set_only) {
    std::string set = "source != \"DEFAULT\"";
    filter = filter.empty() ? set : fmt::format("({}) AND {}", filter, set);
  }
  request.set_filter(filter);
  auto response = session.CallAllPages(&Stub::ListConfigs, request,
                                       "list the configs of " + Name(request.resource()));
  std::vector<std::string> missing;
  for (const std::string& key : flags.keys) {
    bool found = key.find('*') != std::string::npos || flags.set_only;
    for (const v1::ConfigEntry& entry : response.configs()) found = found || entry.name() == key;
    if (!found) missing.push_back(key);
  }
  if (missing.empty() || !response.configs().empty()) {
    session.ShowList(response, response.configs(), EntryView());
  }
  if (!missing.empty()) ThrowMissing(session, request.resource(), missing);
}

struct SetFlags : Owner, MutationFlags {
  std::vector<std::string> set, unset, append, subtract;
  bool if_exists = false;
};

void AddChange(v1::AlterConfigsRequest& request, const std::string& name,
               v1::ConfigChange::Operation operation, const std::string& value) {
  v1::ConfigChange& change = *request.add_changes();
  change.set_name(name);
  change.set_operation(operation);
  change.set_value(value);
}

void AddChanges(v1::AlterConfigsRequest& request, const std::vector<std::string>& assignments,
                v1::ConfigChange::Operation operation) {
  for (const std::string& assignment : assignments) {
    auto [name, value] = ParseAssignment(assignment);
    AddChange(request, name, operation, value);
  }
}

void Set(Session& session, const SetFlags& flags) {
  v1::AlterConfigsRequest request;
  AddChanges(request, flags.set, v1::ConfigChange::OPERATION_SET);
  AddChanges(request, flags.append, v1::ConfigChange::OPERATION_APPEND);
  AddChanges(request, flags.subtract, v1::ConfigChange::OPERATION_SUBTRACT);
  for (const std::string& key : flags.unset) {
    AddChange(request, key, v1::ConfigChange::OPERATION_DELETE, "");
  }
  if (request.changes().empty())
    throw UsageError("nothing to change", "give KEY=VALUE or --unset KEY");
  *request.mutable_resource() = Resource(session, flags);
  std::string what = "set configs of " + Name(request.resource());
  retention::ConfirmChange(session, request, what, flags);
  request.set_validate_only(flags.dry_run);
  request.set_request_id(Session::NewRequestId());
  auto response = session.Call(&Stub::AlterConfigs, request, what);
  if (response.configs().empty() && session.printer().for_people()) {
    // Of the defaults of all brokers those alone are told that are set.
    session.Note(fmt::format("{} {} removed from {}", Named(flags.unset),
                             flags.dry_run ? "would be" : "is", Name(request.resource())));
  } else {
    session.ShowList(response, response.configs(), EntryView());
  }
  session.NoteDryRun(flags.dry_run);
}

std::string ValueOrNull(bool present, const std::string& value) { return present ? value : "null"; }

void DescribeExplanation(const v1::ExplainConfigResponse& response, const std::string& owner,
                         Details& details) {
  const v1::ConfigEntry& config = response.config();
  details.Field("Key", Text(config.name(), Tone::kStrong));
  details.Field("Of", Text(owner));
  details.Field("What it does", Text(config.documentation()));
  details.Field("Value", config.sensitive()
                             ? Text("(secret)")
                             : Text(ValueOrNull(config.has_value(), config.value())));
  details.Field("Comes from", Text(SourceWord(config.source())));
  details.Field(
      "Otherwise",
      Text(fmt::format("{} ({})",
                       ValueOrNull(response.has_inherited_value(), response.inherited_value()),
                       SourceWord(response.inherited_source()))));
  details.Field("Default", Text(ValueOrNull(config.has_default_value(), config.default_value())));
  details.Field("Type", Text(Word(v1::ConfigType_Name(config.type()), "CONFIG_TYPE_")));
  details.Field("Can be changed", Text(Word(v1::ConfigUpdateMode_Name(response.update_mode()),
                                            "CONFIG_UPDATE_MODE_")));
  if (response.has_min_value())
    details.Field("At least", Text(fmt::format("{}", response.min_value())));
  if (response.has_max_value())
    details.Field("At most", Text(fmt::format("{}", response.max_value())));
  if (!response.valid_values().empty()) {
    details.Field("One of", Text(fmt::format("{}", fmt::join(response.valid_values(), ", "))));
  }
  if (response.has_proposed()) {
    const v1::ProposedConfig& proposed = response.proposed();
    details.Field("Proposed",
                  proposed.valid()
                      ? Text("valid, would be " + ValueOrNull(proposed.has_effective_value(),
                                                              proposed.effective_value()),
                             Tone::kGood)
                      : Text("refused: " + proposed.reason(), Tone::kBad));
  }
  Table synonyms({"SET AS", "VALUE", "SOURCE"});
  for (const v1::ConfigSynonym& synonym : config.synonyms()) {
    synonyms.Add({Text(synonym.name()), synonym.has_value() ? Prose(synonym.value()) : Absent(),
                  Text(SourceWord(synonym.source()))});
  }
  details.Section("The first of these is in force", std::move(synonyms));
}

struct ExplainFlags : Owner {
  std::string key;
  std::optional<std::string> value;
};

void Explain(Session& session, const ExplainFlags& flags) {
  v1::ExplainConfigRequest request;
  *request.mutable_resource() = Resource(session, flags);
  request.set_name(flags.key);
  if (flags.value) request.set_proposed_value(*flags.value);
  auto response = session.Call(&Stub::ExplainConfig, request, "explain " + flags.key);
  session.printer().PrintOne(response, flags.key, [&](Details& details) {
    DescribeExplanation(response, Name(request.resource()), details);
  });
  if (response.has_proposed() && !response.proposed().valid()) session.set_exit_code(kFailed);
}

void AddSet(CLI::App& noun, Session& session) {
  CLI::App* verb =
      AddVerb(noun, "set", "Set, remove or extend configs",
              {"monkafkactl config set retention.ms=86400000 --topic orders --yes",
               "monkafkactl config set --unset retention.ms --topic orders",
               "monkafkactl config set log.retention.ms=86400000 --all-brokers --dry-run"});
  auto flags = std::make_shared<SetFlags>();
  verb->add_option("config", flags->set, "The values")->type_name("KEY=VALUE");
  SetCompletion(verb->add_option("--unset", flags->unset, "Remove what is set; may be repeated")
                    ->allow_extra_args(false),
                Completion::kConfigKey);
  verb->add_option("--append", flags->append, "Add words to a list")
      ->type_name("KEY=WORDS")
      ->allow_extra_args(false);
  verb->add_option("--subtract", flags->subtract, "Take words from a list")
      ->type_name("KEY=WORDS")
      ->allow_extra_args(false);
  AddOwnerOptions(verb, *flags);
  AddIfExists(verb, flags->if_exists, "topic");
  AddMutationFlags(verb, *flags, /*destructive=*/true);
  verb->callback([flags, &session] {
    session.IfExists(flags->if_exists, "topic", [&] { Set(session, *flags); });
  });
}

}  // namespace

void AddCommands(CLI::App& root, Session& session) {
  CLI::App* noun = AddNoun(root, "config", "Configs of topics and brokers");

  CLI::App* get =
      AddVerb(*noun, "get", "Show configs and where their values come from",
              {"monkafkactl config get --topic orders",
               "monkafkactl config get retention.ms cleanup.policy --topic orders -o wide",
               "monkafkactl config get 'log.retention*'", "monkafkactl config get --set-only"});
  auto get_flags = std::make_shared<GetFlags>();
  SetCompletion(get->add_option("key", get_flags->keys, "Only these; * is any text"),
                Completion::kConfigKey);
  get->add_flag("--set-only", get_flags->set_only, "Only what somebody set");
  AddOwnerOptions(get, *get_flags);
  get->callback([get_flags, &session] { Get(session, *get_flags); });

  AddSet(*noun, session);

  CLI::App* explain =
      AddVerb(*noun, "explain", "What a key does, where its value comes from, what it would be",
              {"monkafkactl config explain retention.ms --topic orders",
               "monkafkactl config explain retention.ms --topic orders --value 86400000"});
  auto explain_flags = std::make_shared<ExplainFlags>();
  SetCompletion(explain->add_option("key", explain_flags->key, "The key")->required(),
                Completion::kConfigKey);
  explain->add_option("--value", explain_flags->value, "Say what this value would do")
      ->type_name("TEXT");
  AddOwnerOptions(explain, *explain_flags);
  explain->callback([explain_flags, &session] { Explain(session, *explain_flags); });
}

}  // namespace monkafka::cli::config
