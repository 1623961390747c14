#include <fmt/format.h>
#include <google/protobuf/struct.pb.h>

#include <memory>

#include "cli/command.h"
#include "cli/nouns.h"

namespace monkafka::cli::context {
namespace {

using google::protobuf::Value;

struct AddFlags {
  std::string name;
  Context context;
  bool replace = false;
  bool if_not_exists = false;
};

Contexts Load(Session& session) { return LoadContexts(session.contexts_file()); }

void Save(Session& session, const Contexts& contexts) {
  SaveContexts(session.contexts_file(), contexts);
}

void RequireContext(const Contexts& contexts, const std::string& name) {
  if (contexts.by_name.contains(name)) return;
  throw Failure(fmt::format("there is no context {}", name),
                "`monkafkactl context list` shows those that exist");
}

std::string Field(const Value& context, const char* name) {
  return context.struct_value().fields().at(name).string_value();
}

bool Flag(const Value& context, const char* name) {
  return context.struct_value().fields().at(name).bool_value();
}

// No RPC answers this, so its message is made here.
Value ToMessage(const std::string& name, const Context& context, bool current) {
  Value value;
  auto& fields = *value.mutable_struct_value()->mutable_fields();
  fields["name"].set_string_value(name);
  fields["endpoint"].set_string_value(context.endpoint);
  fields["current"].set_bool_value(current);
  fields["protected"].set_bool_value(context.is_protected);
  fields["tls"].set_bool_value(!context.ca.empty() || !context.cert.empty() ||
                               !context.key.empty());
  fields["tokenFile"].set_string_value(context.token_file);
  return value;
}

// The answer to a change, as of an RPC: the context is its field.
void Announce(Session& session, const std::string& name, const Context& context, bool current,
              const std::string& remark) {
  google::protobuf::Struct answer;
  (*answer.mutable_fields())["context"] = ToMessage(name, context, current);
  session.Announce(answer, name, remark);
}

// A context is used from other directories too.
std::string FromEverywhere(const std::string& file) {
  return file.empty() ? "" : std::filesystem::absolute(file).lexically_normal().string();
}

// --endpoint and the credentials are options of every command: `add` stores them.
void Add(Session& session, const AddFlags& flags) {
  const TargetOptions& options = session.options().target;
  if (options.endpoint.empty()) {
    throw UsageError("a context needs an endpoint", "add --endpoint HOST:PORT or unix:PATH");
  }
  CheckEndpoint(options.endpoint);
  if (flags.name.empty()) throw UsageError("a context needs a name", "give one, as in production");
  Contexts contexts = Load(session);
  if (contexts.by_name.contains(flags.name) && !flags.replace) {
    if (flags.if_not_exists) {
      return Announce(session, flags.name, contexts.by_name[flags.name],
                      contexts.current == flags.name,
                      fmt::format("context {} exists: nothing to do", flags.name));
    }
    throw Failure(fmt::format("there is a context {} already", flags.name),
                  "--replace overwrites it, --if-not-exists accepts it");
  }
  Context context = flags.context;
  context.endpoint = options.endpoint;
  context.ca = FromEverywhere(options.ca);
  context.cert = FromEverywhere(options.cert);
  context.key = FromEverywhere(options.key);
  context.server_name = options.server_name;
  context.token_file = FromEverywhere(options.token_file);
  contexts.by_name[flags.name] = context;
  if (contexts.current.empty()) contexts.current = flags.name;
  Save(session, contexts);
  const bool current = contexts.current == flags.name;
  Announce(session, flags.name, context, current,
           fmt::format("context {} added{}", flags.name, current ? "; it is the current one" : ""));
}

void Use(Session& session, const std::string& name) {
  Contexts contexts = Load(session);
  RequireContext(contexts, name);
  contexts.current = name;
  Save(session, contexts);
  Announce(session, name, contexts.by_name[name], /*current=*/true,
           fmt::format("context {} is the current one", name));
}

void Remove(Session& session, const std::string& name, bool if_exists) {
  Contexts contexts = Load(session);
  if (if_exists && !contexts.by_name.contains(name)) {
    return session.Announce(google::protobuf::Struct(), name,
                            fmt::format("context {} does not exist: nothing to do", name));
  }
  RequireContext(contexts, name);
  const Context removed = contexts.by_name[name];
  const bool was_current = contexts.current == name;
  contexts.by_name.erase(name);
  if (was_current) contexts.current.clear();
  Save(session, contexts);
  Announce(session, name, removed, /*current=*/false,
           fmt::format("context {} removed{}", name,
                       was_current ? "; it was the current one, and now there is none" : ""));
}

void List(Session& session) {
  Contexts contexts = Load(session);
  google::protobuf::Struct response;
  auto* list = (*response.mutable_fields())["contexts"].mutable_list_value();
  for (const auto& [name, context] : contexts.by_name) {
    *list->add_values() = ToMessage(name, context, name == contexts.current);
  }
  View<Value> view{
      .items = "contexts",
      .name = [](const Value& context) { return Field(context, "name"); },
      .columns = {
          {"CURRENT", [](const Value& c) { return Text(Flag(c, "current") ? "*" : ""); }},
          {"NAME", [](const Value& c) { return Text(Field(c, "name")); }},
          {"ENDPOINT", [](const Value& c) { return Text(Field(c, "endpoint")); }},
          {"PROTECTED", [](const Value& c) { return YesNo(Flag(c, "protected")); }},
          {"TLS", [](const Value& c) { return YesNo(Flag(c, "tls")); }},
          {"TOKEN FILE", [](const Value& c) { return Text(Field(c, "tokenFile")); }, true},
      }};
  session.ShowList(response, list->values(), view);
}

}  // namespace

void AddCommands(CLI::App& root, Session& session) {
  CLI::App* noun = AddNoun(root, "context", "Named brokers");

  CLI::App* add = AddVerb(*noun, "add", "Add a context: an endpoint with its credentials, by name",
                          {"monkafkactl context add laptop --endpoint 127.0.0.1:9095",
                           "monkafkactl context add production --endpoint kafka.example.net:9095 "
                           "--ca ca.pem --token-file token --protected"});
  auto flags = std::make_shared<AddFlags>();
  add->add_option("name", flags->name, "Its name")->required();
  add->add_flag("--protected", flags->context.is_protected,
                "Every change asks for the context's name first");
  auto* replace = add->add_flag("--replace", flags->replace, "Overwrite a context of that name");
  add->add_flag("--if-not-exists", flags->if_not_exists, "A context that exists is no error")
      ->excludes(replace);
  add->callback([flags, &session] { Add(session, *flags); });

  auto name = std::make_shared<std::string>();
  CLI::App* use =
      AddVerb(*noun, "use", "Make a context the current one", {"monkafkactl context use local"});
  SetCompletion(use->add_option("name", *name, "Its name")->required(), Completion::kContext);
  use->callback([name, &session] { Use(session, *name); });

  CLI::App* remove =
      AddVerb(*noun, "remove", "Forget a context", {"monkafkactl context remove local"});
  SetCompletion(remove->add_option("name", *name, "Its name")->required(), Completion::kContext);
  auto if_exists = std::make_shared<bool>(false);
  AddIfExists(remove, *if_exists, "context");
  remove->callback([name, if_exists, &session] { Remove(session, *name, *if_exists); });

  CLI::App* list = AddVerb(*noun, "list", "List the contexts", {"monkafkactl context list"});
  list->callback([&session] { List(session); });
}

}  // namespace monkafka::cli::context
