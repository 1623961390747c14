#include "cli/app.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ostream>

#include "cli/command.h"
#include "cli/completion.h"
#include "cli/nouns.h"
#include "cli/usage_text.h"

namespace monkafka::cli {
namespace {

constexpr const char* kFooter = R"(
Output: data on stdout, remarks on stderr. -o json, jsonl and yaml are the protobuf JSON of the admin
service's answer (proto/monkafka/admin/v1). Sizes read as 64KiB or 1.5GiB, durations as 1h30m, times as
2026-11-25T19:02:11Z or as -1h30m for before now.

Exit codes: 0 done; 1 failed, any item, or cut short by Ctrl-C or --timeout; 2 plan, diff or verify found
something; 64 wrong usage. What has no end of its own (tail, watch, top) is done when Ctrl-C ends it.

Environment: MONKAFKACTL_ENDPOINT, MONKAFKACTL_CONTEXT, NO_COLOR.)";

void AddGlobalOptions(CLI::App& app, GlobalOptions& options) {
  auto* endpoint = app.add_option("--endpoint", options.target.endpoint,
                                  "Admin service: HOST:PORT or unix:PATH");
  endpoint->type_name("ENDPOINT");
  SetCompletion(app.add_option("--context", options.target.context, "Context to use"),
                Completion::kContext);
  SetCompletion(
      app.add_option(
          "-o,--output", options.format,
          "How answers are printed: table (as if not given), wide, json, jsonl, yaml or name"),
      Completion::kFormat)
      ->check([](const std::string& name) {
        return ParseFormat(name) ? "" : fmt::format("{} is not one of {}", name, kFormatNames);
      });
  app.add_option("--timeout", options.timeout, "Deadline of each request (30s; streams have none)")
      ->type_name("DURATION")
      ->check([](const std::string& text) {
        const auto duration = ParseDuration(text);
        return duration && duration->count() > 0
                   ? ""
                   : fmt::format("{} is no time to wait such as 30s", text);
      });
  app.add_option("--token-file", options.target.token_file, "File with the bearer token")
      ->type_name("FILE");
  app.add_option("--ca", options.target.ca, "PEM file with the server's authority; means TLS")
      ->type_name("FILE");
  app.add_option("--cert", options.target.cert, "PEM file with the client's certificate")
      ->type_name("FILE");
  app.add_option("--key", options.target.key, "PEM file with the client's key")->type_name("FILE");
  app.add_option("--server-name", options.target.server_name,
                 "Name in the server's certificate, when it isn't the endpoint's host")
      ->type_name("NAME");
  app.add_option("--confirm", options.confirmed_context, "Name of the protected context to change")
      ->type_name("CONTEXT");
  app.add_flag("--no-color,--no-colour", options.no_colour, "No colours");
  app.add_flag("-q,--quiet", options.quiet, "No remarks, no progress");
  app.add_flag("-v,--verbose", options.verbose, "Show the gRPC status and details of errors");
}

// An empty value is refused where it is no text of the user's: a script's variable that is not set
// must not mean another server, or all partitions, or all of the records.
void RefuseEmptyValues(CLI::App& command) {
  constexpr std::array kTexts = {"TEXT", "EXPRESSION", "FIELDS", "NAME=TEXT"};
  for (CLI::Option* option : command.get_options()) {
    const bool is_text =
        std::find(kTexts.begin(), kTexts.end(), option->get_type_name()) != kTexts.end();
    if (!is_text && option->get_items_expected_max() > 0) option->check(NotEmpty());
  }
  for (CLI::App* sub : command.get_subcommands([](CLI::App*) { return true; })) {
    RefuseEmptyValues(*sub);
  }
}

// "help topic" is "topic --help".
std::vector<std::string> WithHelpLast(std::vector<std::string> words) {
  if (words.empty() || words.front() != "help") return words;
  words.erase(words.begin());
  words.push_back("--help");
  return words;
}

}  // namespace

std::unique_ptr<CLI::App> MakeCommandTree(Session& session) {
  auto app = std::make_unique<CLI::App>("Shows and changes everything of a MonKafka broker.",
                                        "monkafkactl");
  app->fallthrough();
  app->require_subcommand(1);
  app->footer(kFooter);
  app->set_version_flag("--version", MONKAFKA_VERSION);
  AddGlobalOptions(*app, session.options());
  topic::AddCommands(*app, session);
  segment::AddCommands(*app, session);
  offset::AddCommands(*app, session);
  group::AddCommands(*app, session);
  record::AddCommands(*app, session);
  config::AddCommands(*app, session);
  connection::AddCommands(*app, session);
  cluster::AddCommands(*app, session);
  resource::AddCommands(*app, session);
  context::AddCommands(*app, session);
  top::AddCommands(*app, session);
  doctor::AddCommands(*app, session);
  completion::AddCommands(*app, session);
  RefuseEmptyValues(*app);
  return app;
}

int Run(const std::vector<std::string>& arguments, World world) {
  const std::vector<std::string> words = WithHelpLast(arguments);
  Session session(std::move(world), words);
  auto app = MakeCommandTree(session);
  try {
    if (!words.empty() && words.front() == kCompleteCommand) {
      Complete(*app, session, {words.begin() + 1, words.end()});
      return kDone;
    }
    app->parse(std::vector<std::string>(words.rbegin(), words.rend()));
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0)
      return app->exit(error, session.world().out, session.world().error);
    session.PrintFailure(DescribeUsage(*app, words, error));
    return kUsage;
  } catch (const Failure& failure) {
    session.PrintFailure(failure);
    return failure.exit_code();
  }
  session.world().out.flush();
  return session.exit_code();
}

}  // namespace monkafka::cli
