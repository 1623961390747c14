// One run of monkafkactl: what the nouns need to do their work.
//
// A noun asks the server with Call, CallAllPages or Stream, shows the answer with printer(), and
// says what people should know with Note. Whatever fails throws Failure. Not thread-safe.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/sync_stream.h>

#include <chrono>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/contexts.h"
#include "cli/exit_code.h"
#include "cli/failure.h"
#include "cli/files.h"
#include "cli/interrupt.h"
#include "cli/output/printer.h"
#include "cli/output/progress.h"
#include "cli/target.h"

namespace monkafka::cli {

// The outside world. main() passes the process's; tests pass their own.
struct World {
  std::istream& in;
  std::ostream& out;
  std::ostream& error;
  Terminal terminal;
  Environment environment;
  std::function<std::shared_ptr<grpc::Channel>(const Context&)> connect = OpenChannel;
};

// Options that every command takes.
struct GlobalOptions {
  TargetOptions target;
  std::string format = "table";
  std::string timeout;            // as ParseDuration reads it; "" for the default
  std::string confirmed_context;  // --confirm
  bool verbose = false;
  bool quiet = false;
  bool no_colour = false;
};

class Session {
 public:
  // `words` is the command line without the program's name.
  Session(World world, std::vector<std::string> words)
      : world_(std::move(world)), words_(std::move(words)) {}

  const std::vector<std::string>& words() const { return words_; }
  // Another command for the same server, to be pasted: `words` with the options that say which, and
  // then the `names` that it is about.
  std::string CommandHere(std::vector<std::string> words,
                          const std::vector<std::string>& names = {}) const;

  GlobalOptions& options() { return options_; }
  World& world() { return world_; }
  // The format is that of --output at the first call.
  Printer& printer();

  std::filesystem::path contexts_file() const;
  const Target& target();
  // Replaces the channel to the target, for work on a directory without a broker.
  void set_channel(std::shared_ptr<grpc::Channel> channel) { channel_ = std::move(channel); }
  std::shared_ptr<grpc::Channel> channel();

  // A remark on stderr, for people: what was done, what to do next. Nothing with --quiet.
  void Note(std::string_view text);
  // As Note, also with --quiet.
  void Warn(std::string_view text);

  // The answer to a change: `remark` on stderr for people, otherwise the message (or the name) on
  // stdout.
  void Announce(const google::protobuf::Message& answer, std::string_view name,
                std::string_view remark);

  // The answer to a change that there was no need for: in JSON an empty object.
  void AnnounceNothing(std::string_view remark);

  // Says, for people, that what was shown is what would be, after --dry-run.
  void NoteDryRun(bool dry_run);

  // A document, written by `print`, goes to `file`, or to stdout when that is "" or "-".
  void ShowDocument(const std::string& file, const std::function<void(Printer&)>& print);

  // The items of a list, or the remark that there are none.
  template <class Items, class Item>
  void ShowList(const google::protobuf::Message& response, const Items& items,
                const View<Item>& view);

  // Does the same for each name; a Failure is printed, and the others go on. The exit code is
  // kFailed if one failed. Ctrl-C ends it between two of several names. `doing` is what the
  // progress is called, as in "delete". In JSON the answers about several are one array.
  void ForEach(std::string_view doing, const std::vector<std::string>& names,
               const std::function<void(const std::string&)>& action);
  // As ForEach, for an action that takes up to `most` names at once.
  void ForEachBatch(std::string_view doing, const std::vector<std::string>& names, size_t most,
                    const std::function<void(std::span<const std::string>)>& action);
  // A part of the work: when it fails that is printed, the exit code is the Failure's, and the rest
  // goes on. Only a wrong usage is thrown.
  void Attempt(const std::function<void()>& part);
  void PrintFailure(const Failure& failure);

  // Does what is about one `type` of things ("topic", "group"). With --if-exists it is no failure
  // that there is no such thing: that is remarked, and in JSON the answer is empty.
  void IfExists(bool if_exists, std::string_view type, const std::function<void()>& action);

  // Asks before `what` is done, as in "delete topic orders". Returns when it may be done; throws a
  // Failure otherwise. `yes` is --yes. A protected context wants its name typed, or in --confirm,
  // even with --yes; `destructive` false asks only then.
  void Confirm(std::string_view what, bool yes, bool destructive = true);

  // Whether Confirm would ask, or refuse for want of an answer: a preview is worth its time then.
  bool Asks(bool yes, bool destructive = true);

  // A random id that makes a change safe to repeat (AIP-155).
  static std::string NewRequestId();

  int exit_code() const { return exit_code_; }
  // kFailed wins over kDrift, which wins over kDone.
  void set_exit_code(ExitCode code);

  // Whether Ctrl-C or --timeout ended the last Stream before its end; why, in words.
  bool cut_short() const { return !cut_short_.empty(); }
  const std::string& why_cut_short() const { return cut_short_; }
  std::unique_ptr<Progress> MakeProgress(std::string_view what, Progress::Unit unit);

  // A unary RPC. `what` completes "cannot ...": "list the topics".
  template <class Stub, class Request, class Response>
  Response Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                const Request& request, std::string_view what);

  // As Call, but a refusal is returned and not thrown.
  template <class Stub, class Request, class Response>
  grpc::Status TryCall(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                    Response*),
                       const Request& request, Response* response);

  // A List RPC, page by page, up to `limit` elements of `field` (0: all). The pages are merged into
  // one response, without a token unless the limit cut it off.
  template <class Stub, class Request, class Response>
  Response CallAllPages(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                     Response*),
                        Request request, std::string_view what);

  // A server stream, until it ends, or Ctrl-C or --timeout ends it: see cut_short(). `on_message`
  // returns false to end it.
  template <class Stub, class Request, class Response>
  void Stream(std::unique_ptr<grpc::ClientReader<Response>> (Stub::*method)(grpc::ClientContext*,
                                                                            const Request&),
              const Request& request, std::string_view what,
              const std::function<bool(const Response&)>& on_message);

  // Throws the Failure that describes `status`, unless it is OK.
  void Check(const grpc::Status& status, std::string_view what);

 private:
  std::optional<std::chrono::milliseconds> timeout() const;
  std::string Remaining(std::span<const std::string> done) const;
  void Prepare(grpc::ClientContext& context, std::optional<std::chrono::milliseconds> timeout);
  // What to do about a topic or group that does not exist: the name that was probably meant.
  std::string Suggestion(const grpc::Status& status);
  // Notes why the stream was cut short, if it was; false: it failed.
  bool IsExpectedEnd(const grpc::Status& status, bool stopped, bool interrupted);

  World world_;
  const std::vector<std::string> words_;
  GlobalOptions options_;
  std::optional<Printer> printer_;
  std::optional<Target> target_;
  std::optional<std::string> authorization_;
  std::shared_ptr<grpc::Channel> channel_;
  int exit_code_ = kDone;
  std::string cut_short_;
  std::unique_ptr<Progress> progress_;  // of ForEach
};

template <class Items, class Item>
void Session::ShowList(const google::protobuf::Message& response, const Items& items,
                       const View<Item>& view) {
  if (items.empty() && printer().for_people()) return Note("no " + view.items);
  printer().PrintList(response, items, view);
}

template <class Stub, class Request, class Response>
grpc::Status Session::TryCall(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                           Response*),
                              const Request& request, Response* response) {
  constexpr std::chrono::milliseconds kDefaultTimeout{30'000};
  Stub stub(channel());
  grpc::ClientContext context;
  Prepare(context, timeout().value_or(kDefaultTimeout));
  return (stub.*method)(&context, request, response);
}

template <class Stub, class Request, class Response>
Response Session::Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                    Response*),
                       const Request& request, std::string_view what) {
  Response response;
  Check(TryCall(method, request, &response), what);
  return response;
}

template <class Stub, class Request, class Response>
Response Session::CallAllPages(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                            Response*),
                               Request request, std::string_view what) {
  constexpr int kPageSize = 10'000;  // the most that the server gives
  request.set_page_size(kPageSize);
  Response all = Call(method, request, what);
  while (!all.next_page_token().empty()) {
    request.set_page_token(all.next_page_token());
    all.clear_next_page_token();
    Response page = Call(method, request, what);
    all.MergeFrom(page);
  }
  return all;
}

template <class Stub, class Request, class Response>
void Session::Stream(std::unique_ptr<grpc::ClientReader<Response>> (Stub::*method)(
                         grpc::ClientContext*, const Request&),
                     const Request& request, std::string_view what,
                     const std::function<bool(const Response&)>& on_message) {
  Stub stub(channel());
  grpc::ClientContext context;
  Prepare(context, timeout());
  InterruptWatch watch([&context] { context.TryCancel(); });
  auto reader = (stub.*method)(&context, request);
  Response response;
  bool stopped = false;
  while (!stopped && !watch.interrupted() && reader->Read(&response)) {
    stopped = !on_message(response);
    if (stopped) context.TryCancel();
  }
  bool unseen = false;
  if (stopped || watch.interrupted()) {
    while (reader->Read(&response)) unseen = true;
  }
  grpc::Status status = reader->Finish();
  // The server may have sent everything before the last of it is shown.
  if (status.ok() && unseen && !stopped) status = grpc::Status::CANCELLED;
  if (!IsExpectedEnd(status, stopped, watch.interrupted())) Check(status, what);
}

}  // namespace monkafka::cli
