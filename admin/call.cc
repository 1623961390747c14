#include "admin/call.h"

#include <fmt/format.h>
#include <grpc/grpc.h>

#include <utility>

#include "admin/workers.h"

namespace monkafka::admin {
namespace {

// What is taken of a message is known only once all of it is: so slow a receiver is waited for.
constexpr size_t kLeastBytesPerSecond = 16 << 10;

}  // namespace

void Call::Event::Fire(bool ok) {
  const CallPtr keep_alive = std::move(keep_alive_);
  (call_.*action_)(ok);
}

Call::Call(CallHandler& handler, const CallLimits& limits) : handler_(handler), limits_(limits) {}

Call::Event* Call::Begin(Event& event) {
  event.keep_alive_ = shared_from_this();
  return &event;
}

void Call::Await(grpc::AsyncGenericService& service, grpc::ServerCompletionQueue& queue,
                 CallHandler& handler, const CallLimits& limits) {
  const CallPtr call(new Call(handler, limits));
  call->await_next_ = [&service, &queue, &handler, limits] {
    Await(service, queue, handler, limits);
  };
  // Not kept alive by this one: gRPC never reports it for a call that did not come about.
  call->context_.AsyncNotifyWhenDone(&call->done_);
  service.RequestCall(&call->context_, &call->stream_, &queue, &queue,
                      call->Begin(call->accepted_));
}

void Call::OnAccepted(bool ok) {
  if (!ok) return;  // the server is shutting down
  Begin(done_);
  peer_ = context_.peer();
  await_next_();
  handler_.OnAccepted(shared_from_this());
}

void Call::Read() {
  MutexLock lock(mutex_);
  if (!broken_) stream_.Read(&incoming_, Begin(read_));
}

void Call::OnRead(bool ok) {
  std::optional<grpc::ByteBuffer> message;
  if (ok) {
    message.emplace();
    message->Swap(&incoming_);
  }
  handler_.OnMessage(shared_from_this(), std::move(message));
}

void Call::Pump() {
  if (writing_ || finishing_) return;
  if (queue_.empty()) {
    if (!status_) return;
    finishing_ = true;
    stream_.Finish(*status_, Begin(finished_));
    return;
  }
  grpc::ByteBuffer message = std::move(queue_.front());
  queue_.pop_front();
  if (queue_.empty() && status_ && status_->ok()) {
    finishing_ = true;
    writing_bytes_ = message.Length();
    WatchReceiver();
    stream_.WriteAndFinish(message, grpc::WriteOptions(), *status_, Begin(finished_));
    return;
  }
  writing_ = true;
  writing_bytes_ = message.Length();
  WatchReceiver();
  stream_.Write(message, Begin(written_));
}

void Call::WatchReceiver() {
  if (stall_timer_ != 0 || limits_.stall_timeout.count() == 0) return;
  const std::chrono::milliseconds for_its_size(writing_bytes_ * 1000 / kLeastBytesPerSecond);
  stall_timer_ = limits_.timers->Schedule(limits_.stall_timeout + for_its_size,
                                          [weak = weak_from_this(), taken = taken_messages_] {
                                            if (const CallPtr call = weak.lock())
                                              call->EndIfStalled(taken);
                                          });
}

bool Call::Enqueue(grpc::ByteBuffer message) {
  if (broken_ || status_) return false;
  unsent_bytes_ += message.Length();
  queue_.push_back(std::move(message));
  return true;
}

bool Call::Full() const {
  return unsent_bytes_ >= limits_.max_unsent_bytes && !broken_ && !status_;
}

// While a write waits for the receiver no status can follow it; a cancellation overtakes it.
void Call::EndIfStalled(uint64_t taken_before) {
  {
    MutexLock lock(mutex_);
    stall_timer_ = 0;
    if (broken_ || (!writing_ && !finishing_)) return;
    if (taken_messages_ != taken_before) return WatchReceiver();
    broken_ = true;
    DropQueue();
    changed_.NotifyAll();
  }
  Cancel(
      {grpc::StatusCode::RESOURCE_EXHAUSTED,
       fmt::format("the stream was ended: nothing of it was read for {} s; read faster, or ask for "
                   "less at once and go on from there",
                   std::chrono::duration<double>(limits_.stall_timeout).count())});
}

uint64_t Call::taken_messages() {
  MutexLock lock(mutex_);
  return taken_messages_;
}

void Call::CancelIfUnread(uint64_t taken_before, const grpc::Status& status) {
  {
    MutexLock lock(mutex_);
    if (broken_ || (!writing_ && !finishing_) || taken_messages_ != taken_before) return;
    broken_ = true;
    DropQueue();
    changed_.NotifyAll();
  }
  Cancel(status);
}

void Call::Cancel(const grpc::Status& status) {
  grpc_call_cancel_with_status(context_.c_call(),
                               static_cast<grpc_status_code>(status.error_code()),
                               status.error_message().c_str(), nullptr);
  stop_.request_stop();
}

bool Call::Send(grpc::ByteBuffer message) {
  MutexLock lock(mutex_);
  if (Full()) {
    const Workers::Waiting waiting;
    while (Full()) changed_.Wait(mutex_);
  }
  if (!Enqueue(std::move(message))) return false;
  Pump();
  return true;
}

bool Call::Offer(grpc::ByteBuffer message) {
  MutexLock lock(mutex_);
  if (!Enqueue(std::move(message))) return false;
  Pump();
  return true;
}

bool Call::Congested() {
  MutexLock lock(mutex_);
  return !broken_ && unsent_bytes_ >= limits_.max_unsent_bytes / 2;
}

void Call::WhenClear(Task task) {
  {
    MutexLock lock(mutex_);
    if (!broken_ && unsent_bytes_ >= limits_.max_unsent_bytes / 2) {
      when_clear_ = std::move(task);
      return;
    }
  }
  task();
}

void Call::Finish(grpc::Status status) {
  MutexLock lock(mutex_);
  if (status_) return;
  status_ = std::move(status);
  changed_.NotifyAll();
  Pump();
}

void Call::Reply(grpc::ByteBuffer message) {
  MutexLock lock(mutex_);
  if (status_) return;
  Enqueue(std::move(message));
  status_ = grpc::Status::OK;
  Pump();
}

void Call::Abort(const grpc::Status& status) {
  {
    MutexLock lock(mutex_);
    if (!status_) {
      DropQueue();
      status_ = status;
      changed_.NotifyAll();
      Pump();
    }
  }
  stop_.request_stop();
}

void Call::DropQueue() {
  queue_.clear();
  unsent_bytes_ = writing_bytes_;
}

void Call::OnWritten(bool ok) {
  Task clear;
  {
    MutexLock lock(mutex_);
    writing_ = false;
    ++taken_messages_;
    unsent_bytes_ -= writing_bytes_;
    writing_bytes_ = 0;
    if (!ok) {
      broken_ = true;
      DropQueue();
    }
    if (unsent_bytes_ < limits_.max_unsent_bytes / 2) clear = std::exchange(when_clear_, nullptr);
    changed_.NotifyAll();
    Pump();
  }
  if (!ok) stop_.request_stop();
  if (clear) clear();
}

// Also comes when everything went well: the stop token then has nobody to stop.
void Call::OnDone(bool) {
  Stop();
  EndIfOver();
}

void Call::Stop() {
  Task clear;
  {
    MutexLock lock(mutex_);
    broken_ = true;
    DropQueue();
    clear = std::exchange(when_clear_, nullptr);
    if (!status_) status_ = grpc::Status(grpc::StatusCode::CANCELLED, "the call was cancelled");
    changed_.NotifyAll();
    Pump();
  }
  stop_.request_stop();
  if (clear) clear();
}

void Call::OnFinished(bool) { EndIfOver(); }

void Call::EndIfOver() {
  {
    MutexLock lock(mutex_);
    if (--ends_to_come_ > 0) return;
    if (stall_timer_ != 0) limits_.timers->Cancel(stall_timer_);
  }
  handler_.OnEnded(shared_from_this());
}

}  // namespace monkafka::admin
