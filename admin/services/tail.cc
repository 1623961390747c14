#include "admin/services/tail.h"

#include <optional>
#include <utility>

#include "admin/services/record_query.h"
#include "admin/services/record_stream.h"

namespace monkafka::admin {
namespace {

// A tail keeps itself alive through the task that will run it next: in the executor, in the call
// (until the receiver has caught up) or in the subscription. The end of the call runs it once more,
// and it lets go.
class Tail final : public std::enable_shared_from_this<Tail> {
 public:
  Tail(RecordsPort& port, const Runtime& runtime, CallPtr call, ScanQuery query,
       int32_t max_field_bytes)
      : port_(port),
        runtime_(runtime),
        call_(std::move(call)),
        query_(std::move(query)),
        sender_(query_.topic, max_field_bytes, [this](const auto& message) {
          sent_ += message.records_size();
          return call_->Offer(SerializeMessage(message)) && !call_->Congested();
        }) {}

  void Start() {
    {
      MutexLock lock(mutex_);
      on_stop_.emplace(call_->stop_token(), std::function<void()>([weak = weak_from_this()] {
                         if (const auto tail = weak.lock()) tail->RunLater();
                       }));
    }
    Run();
  }

 private:
  void RunLater() {
    runtime_.scans->Post([self = shared_from_this()] { self->Run(); });
  }

  void Run() {
    MutexLock lock(mutex_);  // one run at a time; nobody but runs takes it
    subscription_.reset();
    if (call_->stopped()) return;
    ScanQuery query = query_;
    if (query.max_matches > 0) query.max_matches -= sent_;
    if (positions_) query.start = FromPositions{*positions_};
    if (positions_) query.partitions.clear();
    const Outcome<ScanSummary> summary = port_.Scan(query, sender_, call_->stop_token());
    const bool clear = sender_.Flush();
    if (!summary) return call_->Finish(ToStatus(summary.error()));
    positions_ = summary->next;
    if (query_.max_matches > 0 && sent_ >= query_.max_matches) return End(*summary);
    if (call_->stopped()) return;
    if (summary->end != ScanEnd::kComplete || !clear) {
      return call_->WhenClear([self = shared_from_this()] { self->RunLater(); });
    }
    TellCaughtUp();
    Wait();
  }

  void Wait() REQUIRES(mutex_) {
    Outcome<std::unique_ptr<RecordsPort::Subscription>> waiting = port_.WhenReadable(
        query_.topic, *positions_, [self = shared_from_this()] { self->RunLater(); });
    if (!waiting) return call_->Finish(ToStatus(waiting.error()));
    // A call that ended meanwhile has posted the run that drops it.
    subscription_ = *std::move(waiting);
  }

  void TellCaughtUp() REQUIRES(mutex_) {
    if (std::exchange(caught_up_, true)) return;
    v1::TailRecordsResponse response;
    response.mutable_caught_up()->set_matched_records(sent_);
    call_->Offer(SerializeMessage(response));
  }

  void End(ScanSummary summary) {
    summary.end = ScanEnd::kLimit;
    summary.matched_records = sent_;
    v1::TailRecordsResponse last;
    Fill(summary, *last.mutable_summary());
    call_->Offer(SerializeMessage(last));
    call_->Finish(grpc::Status::OK);
  }

  RecordsPort& port_;
  const Runtime runtime_;
  const CallPtr call_;
  const ScanQuery query_;

  Mutex mutex_;
  // Of the run that is under way, which holds the mutex.
  int64_t sent_ = 0;
  RecordSender<v1::TailRecordsResponse> sender_;
  std::optional<std::vector<Position>> positions_ GUARDED_BY(mutex_);
  bool caught_up_ GUARDED_BY(mutex_) = false;
  std::unique_ptr<RecordsPort::Subscription> subscription_ GUARDED_BY(mutex_);
  std::optional<std::stop_callback<std::function<void()>>> on_stop_;
};

}  // namespace

void StartTail(RecordsPort& port, const Runtime& runtime, const CallPtr& call,
               const v1::TailRecordsRequest& request) {
  Outcome<ScanQuery> query = QueryOf(request);
  if (!query) return call->Finish(ToStatus(query.error()));
  std::make_shared<Tail>(port, runtime, call, *std::move(query), request.max_field_bytes())
      ->Start();
}

}  // namespace monkafka::admin
