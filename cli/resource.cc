// plan, apply, diff, export: topics and their configs as documents.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <ostream>

#include "cli/answers.h"
#include "cli/command.h"
#include "cli/document.h"
#include "cli/nouns.h"
#include "cli/shell.h"
#include "monkafka/admin/v1/resources.grpc.pb.h"

namespace monkafka::cli::resource {
namespace {

using Stub = v1::ResourcesService::Stub;
using Action = v1::PlanAction;

struct Flags : MutationFlags {
  std::vector<std::string> files;
  bool prune = false;
};

v1::ResourceDocuments ReadDocuments(const std::vector<std::string>& files) {
  v1::ResourceDocuments documents;
  for (const std::string& file : files) ReadDocument(ReadFile(file), file, "export", &documents);
  return documents;
}

Tone ActionTone(Action::Kind kind) {
  switch (kind) {
    case Action::KIND_CREATE:
    case Action::KIND_ADD_PARTITIONS:
      return Tone::kGood;
    case Action::KIND_DELETE:
    case Action::KIND_IMPOSSIBLE:
      return Tone::kBad;
    default:
      return Tone::kWarning;
  }
}

const View<Action>& ActionView() {
  static const View<Action> view{
      .items = "changes",
      .name = [](const Action& a) { return a.topic(); },
      .columns = {
          {"ACTION",
           [](const Action& a) {
             return Text(Word(Action::Kind_Name(a.kind()), "KIND_"), ActionTone(a.kind()));
           }},
          {"TOPIC", [](const Action& a) { return Text(a.topic()); }},
          {"FIELD", [](const Action& a) { return TextOrAbsent(a.field()); }},
          {"FROM",
           [](const Action& a) { return a.has_from_value() ? Prose(a.from_value()) : Absent(); }},
          {"TO", [](const Action& a) { return a.has_to_value() ? Prose(a.to_value()) : Absent(); }},
          {"WHY", [](const Action& a) { return Prose(a.reason()); }},
      }};
  return view;
}

v1::PlanResourcesResponse RequestPlan(Session& session, const v1::ResourceDocuments& documents,
                                      bool prune) {
  v1::PlanResourcesRequest request;
  *request.mutable_documents() = documents;
  request.set_prune(prune);
  return session.Call(&Stub::PlanResources, request, "plan");
}

// What the plan does that cannot be undone, for the question; "" when there is nothing.
std::string Losses(const v1::Plan& plan) {
  constexpr int kMostNamed = 5;
  int count = 0;
  std::string text;
  for (const Action& action : plan.actions()) {
    if (!action.destructive() || ++count > kMostNamed) continue;
    std::string what = action.kind() == Action::KIND_DELETE
                           ? "delete topic " + action.topic()
                           : fmt::format("{} of {} from {} to {}", action.field(), action.topic(),
                                         action.has_from_value() ? action.from_value() : "default",
                                         action.has_to_value() ? action.to_value() : "default");
    text += (text.empty() ? "" : ", ") + Printable(what);
  }
  if (count > kMostNamed) text += fmt::format(", and {} more", count - kMostNamed);
  return text;
}

bool IsImpossible(const Action& action) { return action.kind() == Action::KIND_IMPOSSIBLE; }

std::string Summary(const v1::Plan& plan) {
  const auto impossible = std::count_if(plan.actions().begin(), plan.actions().end(), IsImpossible);
  return fmt::format("{}, {}{} as documented", Count(plan.actions_size() - impossible, "change"),
                     impossible > 0 ? fmt::format("{} impossible, ", Grouped(impossible)) : "",
                     Count(plan.in_sync_count(), "topic"));
}

// Of no action the summary tells.
template <class Response>
void ShowActions(Session& session, const Response& response) {
  if (response.plan().actions().empty() && session.printer().for_people()) return;
  session.ShowList(response, response.plan().actions(), ActionView());
}

void Plan(Session& session, const Flags& flags) {
  auto response = RequestPlan(session, ReadDocuments(flags.files), flags.prune);
  ShowActions(session, response);
  session.Note(Summary(response.plan()));
  if (!response.plan().actions().empty()) session.set_exit_code(kDrift);
}

// The plan as a unified diff of the documents, by topic.
void PrintDiff(Session& session, const v1::Plan& plan) {
  std::ostream& out = session.printer().out();
  bool colour = session.printer().terminal().colour;
  std::string topic;
  for (const Action& action : plan.actions()) {
    if (action.topic() != topic) {
      topic = action.topic();
      out << Paint("topic " + topic, Tone::kStrong, colour) << '\n';
    }
    std::string field = action.field().empty() ? "topic" : action.field();
    if (action.kind() == Action::KIND_IMPOSSIBLE) {
      out << Paint(fmt::format("! {}: {}", field, Printable(action.reason())), Tone::kBad, colour)
          << '\n';
    }
    if (action.has_from_value() || action.kind() == Action::KIND_DELETE) {
      std::string value = action.has_from_value() ? ": " + Printable(action.from_value()) : "";
      out << Paint(fmt::format("- {}{}", field, value), Tone::kBad, colour) << '\n';
    }
    if (action.has_to_value()) {
      out << Paint(fmt::format("+ {}: {}", field, Printable(action.to_value())), Tone::kGood,
                   colour)
          << '\n';
    }
  }
}

void Diff(Session& session, const Flags& flags) {
  auto response = RequestPlan(session, ReadDocuments(flags.files), flags.prune);
  if (session.printer().for_people()) {
    PrintDiff(session, response.plan());
  } else {
    session.ShowList(response, response.plan().actions(), ActionView());
  }
  session.Note(Summary(response.plan()));
  if (!response.plan().actions().empty()) session.set_exit_code(kDrift);
}

// Shows what is left of an apply that was cut short.
std::string PlanAgain(const Session& session) {
  std::vector<std::string> words = WithoutOptions(session.words(), {"--confirm"}, {"--yes", "-y"});
  const auto verb = std::find(words.begin(), words.end(), "apply");
  if (verb != words.end()) *verb = "plan";
  return CommandText(words);
}

v1::Plan RunApply(Session& session, const v1::ApplyResourcesWithProgressRequest& request) {
  v1::Plan done;
  auto progress = session.MakeProgress("apply", Progress::Unit::kItems);
  const auto on_event = [&](const v1::ApplyResourcesWithProgressResponse& event) {
    if (event.has_progress()) {
      progress->Update(event.progress().done_partition_count(),
                       event.progress().total_partition_count(), "partitions");
    } else if (event.has_summary()) {
      done = event.summary().plan();
    }
    return true;
  };
  try {
    session.Stream<Stub, v1::ApplyResourcesWithProgressRequest,
                   v1::ApplyResourcesWithProgressResponse>(&Stub::ApplyResourcesWithProgress,
                                                           request, "apply", on_event);
  } catch (const LostFailure& lost) {
    progress->Clear();
    throw LostFailure(
        fmt::format("{}: what had begun is done as a whole or not at all", lost.what()),
        fmt::format("is the broker running? `{}` shows what is left", PlanAgain(session)),
        lost.details());
  }
  progress->Clear();
  if (session.cut_short()) {
    throw Failure(fmt::format("{}: what had begun goes on at the broker, all of it or nothing",
                              session.why_cut_short()),
                  fmt::format("`{}` shows what is left", PlanAgain(session)));
  }
  return done;
}

// The server would refuse it: all is done or nothing.
void RefuseImpossible(const v1::Plan& plan) {
  const auto first = std::find_if(plan.actions().begin(), plan.actions().end(), IsImpossible);
  if (first == plan.actions().end()) return;
  throw Failure(fmt::format("cannot apply: {} of topic {}: {}",
                            first->field().empty() ? "the whole" : first->field(),
                            Printable(first->topic()), Printable(first->reason())),
                "nothing was changed; mend the documents where the plan says impossible");
}

void Apply(Session& session, const Flags& flags) {
  v1::ApplyResourcesWithProgressRequest request;
  *request.mutable_documents() = ReadDocuments(flags.files);
  if (flags.prune && request.documents().topics().empty()) {
    throw UsageError("there is no document, and --prune would delete every topic",
                     "`monkafkactl topic delete` deletes those that it is told");
  }
  request.set_prune(flags.prune);
  auto planned = RequestPlan(session, request.documents(), flags.prune);
  const v1::Plan& plan = planned.plan();
  if (flags.dry_run || session.printer().for_people()) {
    ShowActions(session, planned);
  }
  session.Note(Summary(plan));
  RefuseImpossible(plan);
  session.NoteDryRun(flags.dry_run);
  if (flags.dry_run || (plan.actions().empty() && session.printer().for_people())) return;
  std::string losses = Losses(plan);
  session.Confirm(losses.empty() ? "apply" : "apply, which may delete records: " + losses,
                  flags.yes,
                  /*destructive=*/!losses.empty());
  request.set_etag(plan.etag());
  request.set_request_id(Session::NewRequestId());
  v1::ApplySummary response;
  *response.mutable_plan() = RunApply(session, request);
  if (!session.printer().for_people()) {
    session.ShowList(response, response.plan().actions(), ActionView());
  }
  session.Note(Count(response.plan().actions_size(), "change") + " done");
}

struct ExportFlags {
  std::vector<std::string> topics;
  std::string file;
};

void Export(Session& session, const ExportFlags& flags) {
  v1::ExportResourcesRequest request;
  for (const std::string& topic : flags.topics) request.add_topics(topic);
  auto response = session.Call(&Stub::ExportResources, request, "export");
  session.ShowDocument(flags.file, [&](Printer& printer) {
    if (printer.format() != Format::kName && printer.format() != Format::kJsonl) {
      return printer.PrintDocument(response.documents(), "topics");
    }
    for (const v1::TopicDocument& topic : response.documents().topics()) {
      printer.PrintDocument(topic, topic.name());
    }
  });
}

void AddFileOptions(CLI::App* verb, Flags& flags) {
  SetCompletion(verb->add_option("-f,--file", flags.files,
                                 "YAML, JSON or JSON lines; - is stdin; may be repeated")
                    ->required()
                    ->allow_extra_args(false),
                Completion::kFile);
  verb->add_flag("--prune", flags.prune, "Topics without a document are to be deleted");
}

}  // namespace

void AddCommands(CLI::App& root, Session& session) {
  auto flags = std::make_shared<Flags>();
  CLI::App* plan = AddVerb(root, "plan", "What `apply` would do; exit code 2 if there is anything",
                           {"monkafkactl plan -f topics.yaml  # exits 2"});
  AddFileOptions(plan, *flags);
  plan->callback([flags, &session] { Plan(session, *flags); });

  CLI::App* diff = AddVerb(root, "diff", "As plan, shown as differences",
                           {"monkafkactl diff -f topics.yaml  # exits 2"});
  AddFileOptions(diff, *flags);
  diff->callback([flags, &session] { Diff(session, *flags); });

  CLI::App* apply =
      AddVerb(root, "apply", "Make topics and their configs as documents say, all or nothing",
              {"monkafkactl apply -f topics.yaml", "monkafkactl apply -f topics.yaml --dry-run",
               "monkafkactl export | monkafkactl apply -f -"});
  AddFileOptions(apply, *flags);
  AddMutationFlags(apply, *flags, /*destructive=*/true);
  apply->callback([flags, &session] { Apply(session, *flags); });

  CLI::App* exported =
      AddVerb(root, "export", "Print topics and their configs as documents",
              {"monkafkactl export > all.yaml", "monkafkactl export orders -f orders.yaml",
               "monkafkactl export orders -o json"});
  auto export_flags = std::make_shared<ExportFlags>();
  SetCompletion(exported->add_option("topic", export_flags->topics, "Only these"),
                Completion::kTopic);
  SetCompletion(exported->add_option("-f,--file", export_flags->file,
                                     "Write them to this file; else, or with -, to stdout"),
                Completion::kFile);
  exported->callback([export_flags, &session] { Export(session, *export_flags); });
}

}  // namespace monkafka::cli::resource
