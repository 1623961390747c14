// One call, from its acceptance to its end: unary, server streaming or a conversation, all of them
// over bytes; what the bytes mean is the business of method.h.
//
// Messages that are sent wait in a queue with one write under way at a time. Send blocks while more
// than the limit waits, so that a receiver that does not read costs a bounded amount of memory and
// one producer; one that takes nothing for stall_timeout is sent away with RESOURCE_EXHAUSTED. A
// call that was cancelled, whose deadline passed or whose connection broke has its stop_token
// triggered; what is sent then is dropped.
//
// Lifetime: shared; gRPC's completion queue keeps a call alive while an operation is under way.
// Threads: Reply, Finish, Send, Offer and the getters from any; events from the queue's thread.
#pragma once

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/server_builder.h>

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "admin/port/failure.h"
#include "admin/principal.h"
#include "common/executor.h"
#include "common/mutex.h"

namespace monkafka::admin {

class Call;
struct Method;
using CallPtr = std::shared_ptr<Call>;

// What is done with calls. All on the completion queue's thread; must be quick.
class CallHandler {
 public:
  virtual ~CallHandler() = default;
  // The server can take the next call; nothing of this one is known but its method and metadata.
  virtual void OnAccepted(const CallPtr& call) = 0;
  // A message of the client, after Read. nullopt: it has sent its last.
  virtual void OnMessage(const CallPtr& call, std::optional<grpc::ByteBuffer> message) = 0;
  // Nothing of the call is under way any more.
  virtual void OnEnded(const CallPtr& call) = 0;
};

struct CallLimits {
  size_t max_unsent_bytes = 0;
  std::chrono::milliseconds stall_timeout{0};  // how long nothing may be taken; 0: for ever
  Timers* timers = nullptr;                    // outlives the calls
};

class Call : public std::enable_shared_from_this<Call> {
 public:
  // What comes out of the completion queue.
  class Event {
   public:
    void Fire(bool ok);

   private:
    friend class Call;
    using Action = void (Call::*)(bool ok);
    Event(Call& call, Action action) : call_(call), action_(action) {}
    Call& call_;
    Action action_;
    CallPtr keep_alive_;  // while the operation is under way
  };

  // Waits for the next call of a client.
  static void Await(grpc::AsyncGenericService& service, grpc::ServerCompletionQueue& queue,
                    CallHandler& handler, const CallLimits& limits);
  ~Call() = default;

  // "/package.Service/Method"
  const std::string& path() const { return context_.method(); }
  const grpc::ServerContext& context() const { return context_; }
  // As it was when the call came: gRPC forgets it with the connection.
  const std::string& Peer() const { return peer_; }
  std::stop_token stop_token() const { return stop_.get_token(); }
  bool stopped() const { return stop_.stop_requested(); }
  // Nobody waits for the answer any more: whoever called gave up, or the deadline has passed, which
  // it may have before the call came. gRPC counts what is left in milliseconds and rounds it up at
  // both ends: what seems to have two left has none.
  bool over() const {
    constexpr std::chrono::milliseconds kRounding{2};
    return stopped() || context_.deadline() - kRounding <= std::chrono::system_clock::now();
  }

  void set_principal(Principal principal) { principal_ = std::move(principal); }
  const Principal& principal() const { return principal_; }
  // A change that the caller may not make: its message is read all the same, so that the audit can
  // say what was tried.
  void set_denial(Failure denial) { denial_ = std::move(denial); }
  const std::optional<Failure>& denial() const { return denial_; }
  // What the audit tells of a change that was answered without a failure; OK if nothing is set.
  void set_audit_outcome(std::string outcome) { audit_outcome_ = std::move(outcome); }
  const std::string& audit_outcome() const { return audit_outcome_; }
  // What it calls; nullptr until that is known.
  void set_method(const Method* method) { method_ = method; }
  const Method* method() const { return method_; }

  // Asks for the next message of the client. One at a time.
  void Read();
  // Queues a message; waits while too much is queued. False: nobody listens any more.
  bool Send(grpc::ByteBuffer message);
  // Queues a message without waiting. False: nobody listens any more, or Finish was called.
  bool Offer(grpc::ByteBuffer message);
  // Whether more than half of what may wait does.
  bool Congested();
  // Calls `task` once, when less than that waits or nobody listens; on the queue's thread or at
  // once. One at a time.
  void WhenClear(Task task);
  // Ends the call once what is queued has been sent. Only the first of several counts.
  void Finish(grpc::Status status);
  // Offer and Finish in one.
  void Reply(grpc::ByteBuffer message);
  // Finish, and triggers the stop token: whoever works for this call should end.
  void Abort(const grpc::Status& status);
  // How many messages the receiver has taken.
  uint64_t taken_messages();
  // Ends the call at once, without what its receiver has not taken, if it waits for that and
  // nothing was taken since taken_messages() was `taken_before`.
  void CancelIfUnread(uint64_t taken_before, const grpc::Status& status);

 private:
  Call(CallHandler& handler, const CallLimits& limits);

  void OnAccepted(bool ok);
  void OnRead(bool ok);
  void OnWritten(bool ok);
  void OnFinished(bool ok);
  void OnDone(bool ok);

  Event* Begin(Event& event);
  void Pump() REQUIRES(mutex_);
  bool Enqueue(grpc::ByteBuffer message) REQUIRES(mutex_);
  void DropQueue() REQUIRES(mutex_);
  bool Full() const REQUIRES(mutex_);
  // While something is being sent, one timer looks whether anything of it was taken.
  void WatchReceiver() REQUIRES(mutex_);
  void EndIfStalled(uint64_t taken_before);
  void Cancel(const grpc::Status& status);
  void Stop();
  void EndIfOver();

  CallHandler& handler_;
  const CallLimits limits_;
  std::function<void()> await_next_;
  grpc::GenericServerContext context_;
  grpc::GenericServerAsyncReaderWriter stream_{&context_};
  Event accepted_{*this, &Call::OnAccepted};
  Event read_{*this, &Call::OnRead};
  Event written_{*this, &Call::OnWritten};
  Event finished_{*this, &Call::OnFinished};
  Event done_{*this, &Call::OnDone};
  grpc::ByteBuffer incoming_;
  std::stop_source stop_;
  std::string peer_;
  Principal principal_;
  std::optional<Failure> denial_;
  std::string audit_outcome_ = "OK";
  const Method* method_ = nullptr;

  Mutex mutex_;
  CondVar changed_;
  std::deque<grpc::ByteBuffer> queue_ GUARDED_BY(mutex_);
  size_t unsent_bytes_ GUARDED_BY(mutex_) = 0;  // the one that is being written included
  size_t writing_bytes_ GUARDED_BY(mutex_) = 0;
  bool writing_ GUARDED_BY(mutex_) = false;
  bool broken_ GUARDED_BY(mutex_) = false;  // nobody listens
  bool finishing_ GUARDED_BY(mutex_) = false;
  int ends_to_come_ GUARDED_BY(mutex_) = 2;         // OnFinished and OnDone
  uint64_t taken_messages_ GUARDED_BY(mutex_) = 0;  // by the receiver, or by buffers on its way
  Timers::Id stall_timer_ GUARDED_BY(mutex_) = 0;   // 0: none
  std::optional<grpc::Status> status_ GUARDED_BY(mutex_);
  Task when_clear_ GUARDED_BY(mutex_);
};

}  // namespace monkafka::admin
