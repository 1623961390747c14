#include "services/pending_produce.h"

#include <utility>

namespace monkafka::services {

using protocol::ProduceResponse;

void PendingProduce::Slot::Fail(ErrorCode code, std::string message) {
  storage::AppendOutcome outcome;
  outcome.error = code;
  outcome.message = std::move(message);
  Finish(std::move(outcome));
}

PendingProduce::PendingProduce(const protocol::ProduceRequest& request,
                               Callback<ProduceResponse> done)
    : open_(1), done_(std::move(done)) {
  size_t partitions = 0;
  response_.responses.reserve(request.topic_data.size());
  for (const auto& topic : request.topic_data) {
    ProduceResponse::Topic& answer = response_.responses.emplace_back();
    answer.name = topic.name;
    answer.topic_id = topic.topic_id;
    answer.partition_responses.resize(topic.partition_data.size());
    partitions += topic.partition_data.size();
  }
  slots_.reserve(partitions);
  for (size_t t = 0; t < request.topic_data.size(); ++t) {
    for (size_t p = 0; p < request.topic_data[t].partition_data.size(); ++p) {
      ProduceResponse::Partition& answer = response_.responses[t].partition_responses[p];
      answer.index = request.topic_data[t].partition_data[p].index;
      answer.base_offset = kNoOffset;
      answer.error_code = ErrorCode::kRequestTimedOut;  // until its outcome is known
      slots_.push_back({this, &answer});
    }
  }
  open_ += slots_.size();
}

Callback<ProduceResponse> PendingProduce::TakeDone() { return std::exchange(done_, nullptr); }

void PendingProduce::Answer(Callback<ProduceResponse> done, Timers* timers, Timers::Id timer) {
  if (!done) return;
  if (timer != 0) timers->Cancel(timer);
  done(std::move(response_));
}

void PendingProduce::Started(Timers& timers, std::chrono::milliseconds timeout) {
  Callback<ProduceResponse> done;
  {
    MutexLock lock(mutex_);
    if (--open_ == 0) {
      done = TakeDone();
    } else {
      timers_ = &timers;
      timer_ = timers.Schedule(timeout, [self = shared_from_this()] { self->Expire(); });
    }
  }
  Answer(std::move(done), nullptr, 0);
}

void PendingProduce::Finish(ProduceResponse::Partition& answer, storage::AppendOutcome outcome) {
  Callback<ProduceResponse> done;
  Timers* timers = nullptr;
  Timers::Id timer = 0;
  {
    MutexLock lock(mutex_);
    if (!done_) return;  // the answer left without this one
    answer.error_code = outcome.error;
    answer.base_offset = outcome.base_offset;
    answer.log_append_time_ms = outcome.log_append_time;
    answer.log_start_offset = outcome.log_start_offset;
    for (storage::RecordError& error : outcome.record_errors) {
      answer.record_errors.push_back({error.batch_index, std::move(error.message)});
    }
    if (outcome.error != ErrorCode::kNone && !outcome.message.empty()) {
      answer.error_message = std::move(outcome.message);
    }
    if (--open_ > 0) return;
    done = TakeDone();
    timers = timers_;
    timer = timer_;
  }
  Answer(std::move(done), timers, timer);
}

void PendingProduce::Expire() {
  Callback<ProduceResponse> done;
  {
    MutexLock lock(mutex_);
    done = TakeDone();
  }
  Answer(std::move(done), nullptr, 0);
}

}  // namespace monkafka::services
