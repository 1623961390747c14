#include "cli/session.h"

#include <fmt/format.h>
#include <google/protobuf/struct.pb.h>

#include <algorithm>
#include <istream>
#include <ostream>
#include <random>
#include <sstream>

#include "cli/names.h"
#include "cli/shell.h"
#include "cli/status_text.h"
#include "cli/unreachable.h"

namespace monkafka::cli {

namespace {

// Lines after the first stand below it, behind "  next: ".
std::string Indented(std::string text) {
  constexpr std::string_view kIndent = "        ";
  for (size_t at = 0; (at = text.find('\n', at)) != std::string::npos;) {
    text.insert(++at, kIndent);
  }
  return text;
}

// Keeps a progress where Warn finds it.
class ProgressShown {
 public:
  ProgressShown(std::unique_ptr<Progress>& place, std::unique_ptr<Progress> progress)
      : place_(place) {
    place_ = std::move(progress);
  }
  ~ProgressShown() { place_.reset(); }
  ProgressShown(const ProgressShown&) = delete;
  ProgressShown& operator=(const ProgressShown&) = delete;

 private:
  std::unique_ptr<Progress>& place_;
};

// What several things are answered is one value in JSON, however it ends.
class ArrayPrinted {
 public:
  explicit ArrayPrinted(Printer& printer) : printer_(printer) { printer_.BeginArray(); }
  ~ArrayPrinted() { printer_.EndArray(); }
  ArrayPrinted(const ArrayPrinted&) = delete;
  ArrayPrinted& operator=(const ArrayPrinted&) = delete;

 private:
  Printer& printer_;
};

}  // namespace

std::string Session::CommandHere(std::vector<std::string> words,
                                 const std::vector<std::string>& names) const {
  const TargetOptions& target = options_.target;
  const std::pair<const char*, const std::string*> options[] = {
      {"--endpoint", &target.endpoint},
      {"--context", &target.context},
      {"--token-file", &target.token_file},
      {"--ca", &target.ca},
      {"--cert", &target.cert},
      {"--key", &target.key},
      {"--server-name", &target.server_name}};
  for (const auto& [name, value] : options) {
    if (!value->empty()) words.insert(words.end(), {name, *value});
  }
  const bool like_options = std::any_of(names.begin(), names.end(),
                                        [](const auto& name) { return name.starts_with('-'); });
  if (like_options) words.push_back("--");
  words.insert(words.end(), names.begin(), names.end());
  return CommandText(words);
}

Printer& Session::printer() {
  if (!printer_) {
    Terminal terminal = world_.terminal;
    if (options_.no_colour) terminal.colour = false;
    printer_.emplace(world_.out, ParseFormat(options_.format).value_or(Format::kTable), terminal);
  }
  return *printer_;
}

std::filesystem::path Session::contexts_file() const {
  return ConfigDirectory(world_.environment) / "contexts.yaml";
}

const Target& Session::target() {
  if (!target_) {
    Contexts contexts;
    bool no_home = options_.target.context.empty() && !world_.environment("HOME") &&
                   !world_.environment("XDG_CONFIG_HOME");
    if (!no_home) contexts = LoadContexts(contexts_file());
    target_ = ResolveTarget(options_.target, contexts, world_.environment);
  }
  return *target_;
}

std::shared_ptr<grpc::Channel> Session::channel() {
  if (!channel_) {
    authorization_ = AuthorizationHeader(target().context);
    channel_ = world_.connect(target().context);
  }
  return channel_;
}

void Session::Note(std::string_view text) {
  if (!options_.quiet) Warn(text);
}

void Session::Warn(std::string_view text) {
  if (progress_) progress_->Clear();
  world_.out.flush();
  world_.error << text << '\n' << std::flush;
}

void Session::Announce(const google::protobuf::Message& answer, std::string_view name,
                       std::string_view remark) {
  if (printer().for_people()) return Note(remark);
  printer().PrintOne(answer, name, [](Details&) {});
}

void Session::AnnounceNothing(std::string_view remark) {
  if (printer().format() == Format::kName) return Note(remark);
  Announce(google::protobuf::Struct(), "", remark);
}

void Session::NoteDryRun(bool dry_run) {
  if (dry_run && printer().for_people()) Note("a dry run: nothing was changed");
}

void Session::ShowDocument(const std::string& file, const std::function<void(Printer&)>& print) {
  if (file.empty() || file == "-") return print(printer());
  std::ostringstream text;
  Printer to_file(text, printer().format(), Terminal());
  print(to_file);
  WriteFile(file, text.str(), Whose::kUser);
  Note(fmt::format("written to {}", file));
}

void Session::ForEach(std::string_view doing, const std::vector<std::string>& names,
                      const std::function<void(const std::string&)>& action) {
  ForEachBatch(doing, names, 1, [&](std::span<const std::string> one) { action(one.front()); });
}

void Session::ForEachBatch(std::string_view doing, const std::vector<std::string>& names,
                           size_t most,
                           const std::function<void(std::span<const std::string>)>& action) {
  const std::span<const std::string> all(names);
  if (all.size() == 1) return action(all);
  const ArrayPrinted array(printer());
  if (all.size() <= most) return action(all);
  InterruptWatch watch([] {});
  const ProgressShown shown(progress_, MakeProgress(doing, Progress::Unit::kItems));
  for (size_t done = 0; done < all.size(); done += most) {
    if (watch.interrupted()) {
      throw Failure(fmt::format("interrupted after {} of {}", done, all.size()),
                    Remaining(all.first(done)));
    }
    progress_->Update(static_cast<int64_t>(done), static_cast<int64_t>(all.size()), all[done]);
    Attempt([&] { action(all.subspan(done, std::min(most, all.size() - done))); });
  }
}

void Session::Attempt(const std::function<void()>& part) {
  try {
    part();
  } catch (const Failure& failure) {
    if (failure.exit_code() == kUsage) throw;
    PrintFailure(failure);
    set_exit_code(failure.exit_code());
  }
}

void Session::IfExists(bool if_exists, std::string_view type, const std::function<void()>& action) {
  try {
    action();
  } catch (const MissingFailure& missing) {
    if (!if_exists || missing.type() != type) throw;
    const std::string remark =
        fmt::format("{} {} does not exist: nothing to do", type, Printable(missing.name()));
    AnnounceNothing(remark);
  }
}

// The command line without the names that are done.
std::string Session::Remaining(std::span<const std::string> done) const {
  constexpr size_t kMostWords = 200;
  if (words_.size() - done.size() > kMostWords) return "the same command again, for those left";
  std::vector<std::string> words = words_;
  for (const std::string& name : done) {
    auto found = std::find(words.begin(), words.end(), name);
    if (found != words.end()) words.erase(found);
  }
  return CommandText(words);
}

void Session::PrintFailure(const Failure& failure) {
  bool colour = world_.terminal.error_is_terminal && world_.terminal.colour && !options_.no_colour;
  if (progress_) progress_->Clear();
  world_.out.flush();
  world_.error << Paint("monkafkactl: ", Tone::kBad, colour) << failure.what() << '\n';
  if (!failure.next().empty()) world_.error << "  next: " << Indented(failure.next()) << '\n';
  if (options_.verbose && !failure.details().empty()) world_.error << failure.details() << '\n';
  world_.error.flush();
}

std::string Session::NewRequestId() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
}

bool Session::Asks(bool yes, bool destructive) {
  const Target& at = target();
  if (at.context.is_protected) return options_.confirmed_context != at.context_name;
  return !yes && destructive;
}

void Session::Confirm(std::string_view what, bool yes, bool destructive) {
  const Target& at = target();
  if (!at.passed_over.empty()) {
    Warn(fmt::format("this is for {}, not for the current context {}", at.context.endpoint,
                     at.passed_over));
  }
  if (!Asks(yes, destructive)) return;
  const bool is_protected = at.context.is_protected;
  std::string remedy = is_protected ? fmt::format("--confirm {}", at.context_name) : "--yes";
  if (!world_.terminal.input_is_terminal) {
    throw UsageError(
        fmt::format("will not {} without confirmation{}", what,
                    is_protected ? fmt::format(": context {} is protected", at.context_name) : ""),
        fmt::format("add {}, or --dry-run to see what would be done", remedy));
  }
  std::string expected = is_protected ? at.context_name : "yes";
  world_.out.flush();
  world_.error << fmt::format("{} at {}? Type \"{}\" to go on: ", what, at.context.endpoint,
                              expected)
               << std::flush;
  std::string answer;
  std::getline(world_.in, answer);
  if (answer != expected) throw Failure("nothing was done");
}

void Session::set_exit_code(ExitCode code) {
  if (code == kFailed || exit_code_ == kDone) exit_code_ = code;
}

std::unique_ptr<Progress> Session::MakeProgress(std::string_view what, Progress::Unit unit) {
  return std::make_unique<Progress>(what, unit, world_.error, world_.terminal, options_.quiet);
}

std::optional<std::chrono::milliseconds> Session::timeout() const {
  if (options_.timeout.empty()) return std::nullopt;
  return ParseDuration(options_.timeout);
}

void Session::Prepare(grpc::ClientContext& context,
                      std::optional<std::chrono::milliseconds> timeout) {
  if (timeout) context.set_deadline(std::chrono::system_clock::now() + *timeout);
  if (authorization_ && !authorization_->empty()) {
    context.AddMetadata("authorization", *authorization_);
  }
}

bool Session::IsExpectedEnd(const grpc::Status& status, bool stopped, bool interrupted) {
  cut_short_.clear();
  if (status.error_code() == grpc::StatusCode::CANCELLED) {
    if (interrupted) cut_short_ = "interrupted";
    return stopped || interrupted;
  }
  if (status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED && timeout()) {
    cut_short_ = fmt::format("--timeout {} is over", options_.timeout);
    return true;
  }
  return false;
}

void Session::Check(const grpc::Status& status, std::string_view what) {
  if (status.ok()) return;
  std::string endpoint = channel_ && target_ ? target_->context.endpoint : "";
  Failure failure = DescribeStatus(status, what, endpoint);
  if (!endpoint.empty() && IsLost(status, *channel_)) {
    throw LostFailure(fmt::format("cannot {}: the connection to {} was lost", what, endpoint),
                      "is the broker running? Its log says why it ended", failure.details());
  }
  if (!endpoint.empty() && IsUnreachable(status)) {
    Unreachable found = ExplainUnreachable(target_->context, status.error_message());
    throw Failure(fmt::format("cannot {}: {}", what, found.why), found.next, failure.details());
  }
  if (std::string next = Suggestion(status); !next.empty()) {
    failure = Failure(failure.what(), next, failure.details(), failure.exit_code());
  }
  auto [type, name] = MissingResource(status);
  if (!type.empty()) throw MissingFailure(failure, type, name);
  throw failure;
}

std::string Session::Suggestion(const grpc::Status& status) {
  auto [type, name] = MissingResource(status);
  if (type == "partition") return "`monkafkactl offset list` shows those that exist";
  if (type == "segment") return "`monkafkactl segment list` shows those that exist";
  if (type == "connection") return "`monkafkactl connection list` shows those that exist";
  if (type == "config") {
    return "`monkafkactl config get` shows those that exist, with --topic those of a topic";
  }
  if (type != "topic" && type != "group") return "";
  if (!target_) return "the partitions there are the directories named TOPIC-NUMBER";
  auto known = KnownNames(*this, type == "topic" ? Completion::kTopic : Completion::kGroup);
  if (known.contains(name)) return "`monkafkactl offset list` shows what there is of it";
  std::string_view nearest = Nearest(name, known);
  return nearest.empty() ? fmt::format("`monkafkactl {} list` shows those that exist", type)
                         : fmt::format("did you mean {}?", nearest);
}

}  // namespace monkafka::cli
