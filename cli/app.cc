#include "cli/app.h"

#include <fmt/format.h>

#include <ostream>

#include "cli/command.h"
#include "cli/completion.h"
#include "cli/nouns.h"
#include "cli/output/text.h"

namespace monkafka::cli {
namespace {

constexpr const char* kFooter = R"(
Output: data on stdout, remarks on stderr. -o json, jsonl and yaml are the protobuf JSON of the admin
service's answer (proto/monkafka/admin/v1). Sizes read as 64KiB or 1.5GiB, durations as 1h30m, times as
2026-11-25T19:02:11Z or as -1h30m for before now.

Exit codes: 0 done; 1 failed, any item; 2 plan, diff or verify found something; 64 wrong usage.

Environment: MONKAFKACTL_ENDPOINT, MONKAFKACTL_CONTEXT, NO_COLOR.)";

// The command that the words got to before an error, as in "monkafkactl topic create".
std::string ParsedCommand(const CLI::App& app) {
  const CLI::App* at = &app;
  std::string words = at->get_name();
  while (!at->get_subcommands().empty()) {
    at = at->get_subcommands().front();
    words += " " + at->get_name();
  }
  return words;
}

const CLI::App& Deepest(const CLI::App& app) {
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
  return *at;
}

// The verb or noun that was probably meant by the first word that no command is called.
std::string_view MeantCommand(const CLI::App& app, const std::vector<std::string>& arguments) {
  std::vector<std::string_view> names;
  for (const CLI::App* command : Deepest(app).get_subcommands({}))
    names.push_back(command->get_name());
  for (const std::string& word : arguments) {
    if (word.starts_with("-")) continue;
    if (auto nearest = Nearest(word, names); !nearest.empty() && nearest != word) return nearest;
  }
  return "";
}

int ReportUsage(Session& session, const CLI::App& app, const CLI::ParseError& error,
                const std::vector<std::string>& arguments) {
  std::string command = ParsedCommand(app);
  std::string advice = fmt::format("{} --help", command);
  if (auto meant = MeantCommand(app, arguments); !meant.empty()) {
    advice = fmt::format("{} {}", command, meant);
  }
  session.world().error << fmt::format("{}: {}\n  try: {}\n", command, error.what(), advice);
  return kUsage;
}

void AddGlobalOptions(CLI::App& app, GlobalOptions& options) {
  auto* endpoint = app.add_option("--endpoint", options.target.endpoint,
                                  "Admin service: HOST:PORT or unix:PATH");
  endpoint->type_name("ENDPOINT");
  SetCompletion(app.add_option("--context", options.target.context, "Context to use"),
                Completion::kContext);
  app.add_option("-o,--output", options.format, "How answers are printed")
      ->type_name("FORMAT")
      ->check([](const std::string& name) {
        return ParseFormat(name) ? "" : fmt::format("{} is not one of {}", name, kFormatNames);
      });
  app.add_option("--timeout", options.timeout, "Deadline of each request (30s; streams have none)")
      ->type_name("DURATION")
      ->check([](const std::string& text) {
        return ParseDuration(text) ? "" : fmt::format("{} is no duration such as 30s", text);
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

}  // namespace

std::unique_ptr<CLI::App> MakeCommandTree(Session& session) {
  auto app = std::make_unique<CLI::App>("Shows and changes everything of a MonKafka broker.",
                                        "monkafkactl");
  app->fallthrough();
  app->require_subcommand(1);
  app->footer(kFooter);
  app->set_version_flag("--version", MONKAFKA_VERSION);
  AddGlobalOptions(*app, session.options());
  AddTopicCommands(*app, session);
  AddSegmentCommands(*app, session);
  AddOffsetCommands(*app, session);
  AddGroupCommands(*app, session);
  AddRecordCommands(*app, session);
  AddConfigCommands(*app, session);
  AddConnectionCommands(*app, session);
  AddClusterCommands(*app, session);
  AddResourceCommands(*app, session);
  AddContextCommands(*app, session);
  AddTopCommand(*app, session);
  AddDoctorCommand(*app, session);
  AddCompletionCommands(*app, session);
  return app;
}

int Run(const std::vector<std::string>& arguments, World world) {
  Session session(std::move(world));
  auto app = MakeCommandTree(session);
  try {
    if (!arguments.empty() && arguments.front() == kCompleteCommand) {
      Complete(*app, session, {arguments.begin() + 1, arguments.end()});
      return kDone;
    }
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    app->parse(std::move(reversed));
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0)
      return app->exit(error, session.world().out, session.world().error);
    return ReportUsage(session, *app, error, arguments);
  } catch (const Failure& failure) {
    session.PrintFailure(failure);
    return failure.exit_code();
  }
  session.world().out.flush();
  return session.exit_code();
}

}  // namespace monkafka::cli
