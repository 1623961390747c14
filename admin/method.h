// The table of methods: the only list of what the server answers. A row has a method's path, the
// role it takes, whether it changes something, where it runs, and what runs.
//
// The typed ways to add a row are below. A handler gets the parsed request; it blocks if it must.
// Every mutation leaves an audit line and honours request_id.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "admin/audit.h"
#include "admin/call.h"
#include "admin/errors.h"
#include "admin/messages.h"
#include "admin/port/failure.h"
#include "admin/replay_cache.h"

namespace monkafka::admin {

enum class RunsOn {
  kQueueThread,  // gRPC's: never blocks
  kUnaryThread,
  kScanThread,  // one of a few for long reads
};

struct Method {
  std::string path;          // "/package.Service/Method"
  Role role = Role::kAdmin;  // kNone: anybody who can connect
  bool mutation = false;
  bool streaming = false;     // may last as long as the client likes
  bool conversation = false;  // any number of requests, each answered in its turn
  RunsOn runs_on = RunsOn::kUnaryThread;
  std::function<void(const CallPtr& call, grpc::ByteBuffer request)> run;
};

// Fails with PERMISSION_DENIED unless the caller's role suffices.
Outcome<void> RequireRole(const Principal& principal, Role role, std::string_view what);

// Sends the messages of a stream. Send: false when nobody listens any more.
template <class Response>
class Stream {
 public:
  explicit Stream(CallPtr call) : call_(std::move(call)) {}
  // Waits while the receiver is behind.
  bool Send(const Response& response) { return call_->Send(SerializeMessage(response)); }
  Call& call() { return *call_; }

 private:
  const CallPtr call_;
};

class MethodTable {
 public:
  // Both outlive the table.
  MethodTable(AuditLog& audit, ReplayCache& replays) : audit_(audit), replays_(replays) {}

  const Method* Find(const std::string& path) const;
  const std::map<std::string, Method>& methods() const { return methods_; }
  std::vector<std::string> Services() const;  // full names, sorted

  void Add(Method method);

  // Ends a call of a mutation of which nothing more is known, with its line in the audit.
  void RefuseMutation(Call& call, const Failure& failure);

  // handler: Outcome<Response>(const Request&, Call&)
  template <class Request, class Handler>
  void AddRead(std::string path, Role role, Handler handler) {
    Add({.path = std::move(path), .role = role, .run = [handler](const CallPtr& call, auto bytes) {
           Request request;
           if (!ParseMessage(std::move(bytes), request)) return RefuseBytes(*call);
           auto response = handler(request, *call);
           if (!response) return call->Finish(ToStatus(response.error()));
           call->Reply(SerializeMessage(*response));
         }});
  }

  // As AddRead, of a request with validate_only and request_id. subject: what the audit line says
  // is changed, std::string(const Request&).
  template <class Request, class Subject, class Handler>
  void AddMutation(std::string path, Role role, Subject subject, Handler handler) {
    AddChange<Request>(
        std::move(path), role, /*streaming=*/false, subject,
        [handler](const Request& request, const CallPtr& call) { return handler(request, *call); });
  }

  // As AddMutation, of a change that takes its time: handler(const Request&, Stream<Response>&) may
  // send messages before it returns the last one.
  template <class Request, class Response, class Subject, class Handler>
  void AddStreamedMutation(std::string path, Role role, Subject subject, Handler handler) {
    AddChange<Request>(std::move(path), role, /*streaming=*/true, subject,
                       [handler](const Request& request, const CallPtr& call) -> Outcome<Response> {
                         Stream<Response> stream(call);
                         return handler(request, stream);
                       });
  }

  // handler: Outcome<void>(const Request&, Stream<Response>&); sends its summary itself.
  template <class Request, class Response, class Handler>
  void AddScan(std::string path, Role role, Handler handler) {
    Add({.path = std::move(path),
         .role = role,
         .streaming = true,
         .runs_on = RunsOn::kScanThread,
         .run = [handler](const CallPtr& call, auto bytes) {
           Request request;
           if (!ParseMessage(std::move(bytes), request)) return RefuseBytes(*call);
           Stream<Response> stream(call);
           call->Finish(StatusOf(handler(request, stream)));
         }});
  }

  // starter: void(const CallPtr&, Request). It keeps the call and ends it some time later.
  template <class Request, class Starter>
  void AddWatch(std::string path, Role role, RunsOn runs_on, Starter starter) {
    Add({.path = std::move(path),
         .role = role,
         .streaming = true,
         .runs_on = runs_on,
         .run = [starter](const CallPtr& call, auto bytes) {
           Request request;
           if (!ParseMessage(std::move(bytes), request)) return RefuseBytes(*call);
           starter(call, std::move(request));
         }});
  }

 private:
  struct Mutation {
    std::string subject;
    std::string request_id;
    bool validate_only;
    uint64_t request_hash;
  };

  // handler: Outcome<Response>(const Request&, const CallPtr&)
  template <class Request, class Subject, class Handler>
  void AddChange(std::string path, Role role, bool streaming, Subject subject, Handler handler) {
    Add({.path = std::move(path),
         .role = role,
         .mutation = true,
         .streaming = streaming,
         .run = [this, subject, handler](const CallPtr& call, auto bytes) {
           Request request;
           if (!ParseMessage(std::move(bytes), request)) {
             return RefuseMutation(*call, UnreadableMessage());
           }
           const Mutation mutation{subject(request), request.request_id(), request.validate_only(),
                                   HashOf(request)};
           RunMutation(call, mutation, [&]() -> Outcome<std::string> {
             auto response = handler(request, call);
             if (!response) return std::unexpected(std::move(response).error());
             return response->SerializeAsString();
           });
         }});
  }

  static Failure UnreadableMessage();
  static void RefuseBytes(Call& call) { call.Finish(ToStatus(UnreadableMessage())); }
  void RunMutation(const CallPtr& call, const Mutation& mutation,
                   const std::function<Outcome<std::string>()>& run);

  AuditLog& audit_;
  ReplayCache& replays_;
  std::map<std::string, Method> methods_;
};

}  // namespace monkafka::admin
